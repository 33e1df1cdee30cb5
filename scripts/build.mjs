/**
 * Build of the browser's package. Input: `src/`, `www/sdk/`. Output: `pkg/`, and the modules in `target/web/`.
 * Invariant: a module whose sources are unchanged is not built again.
 *
 * `--bindings` stops when everything is there that the type checker needs.
 */
import { copyFileSync, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { bundleBinding, bundlePackage } from "./build/bundles.mjs";
import { writeDeclarations, writeManifest } from "./build/declarations.mjs";
import { buildModules } from "./build/modules.mjs";
import { filesUnder, MODULES_DIR, PKG, step } from "./build/tools.mjs";

/** The modules' names in the package, and their paths under `target/web`. */
const WASM = {
  "escale_bg.wasm": "runtime/escale_bg.wasm",
  "later_bg.wasm": "runtime/later_bg.wasm",
  "full_bg.wasm": "full/escale_bg.wasm",
};

console.log("The browser's package:");
buildModules();
await bundleBinding();
if (!process.argv.includes("--bindings")) {
  rmSync(PKG, { recursive: true, force: true });
  mkdirSync(PKG, { recursive: true });
  for (const [name, path] of Object.entries(WASM))
    copyFileSync(join(MODULES_DIR, path), join(PKG, name));
  await bundlePackage();
  step("types", writeDeclarations);
  writeManifest();
  const files = filesUnder(PKG);
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  console.log(`  pkg/: ${files.length} files, ${Math.round(bytes / 1024)} KiB`);
}
