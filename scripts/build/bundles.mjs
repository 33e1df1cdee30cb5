/**
 * The bundles of the package. Input: the SDK's sources, and the built modules. Output: the files of `pkg/`: the
 * loader as a plain script, all others as modules. Invariant: a bundle never contains another entry.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { shortNames } from "./binding.mjs";
import { ENTRIES } from "./entries.mjs";
import { integrity, MODULES_DIR, PKG, ROOT, SDK } from "./tools.mjs";

const RUNTIME = join(MODULES_DIR, "runtime");

/** Keeps an entry a file of its own where it is imported dynamically, or by the adapter of a framework. */
const separateEntries = {
  name: "separate entries",
  setup({ onResolve }) {
    const files = new Map(
      ENTRIES.map(({ source, name }) => [join(SDK, `${source}.js`), `./${name}.js`]),
    );
    onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir, importer }) => {
      const [file, query = ""] = path.split("?");
      const entry = files.get(join(resolveDir, file));
      const isAdapter = entry === "./index.js" && importer.includes("frameworks");
      if (!entry || !(kind === "dynamic-import" || isAdapter)) return undefined;
      return { path: query ? `${entry}?${query}` : entry, external: true };
    });
  },
};

/** Options of esbuild that all bundles share. */
function commonOptions() {
  const names = JSON.parse(readFileSync(join(RUNTIME, "names.json"), "utf8"));
  return {
    absWorkingDir: ROOT,
    bundle: true,
    legalComments: "none",
    target: "es2022",
    logLevel: "warning",
    plugins: [separateEntries, shortNames(names)],
  };
}

/** Writes the binding of the runtime beside its module, for tests and benchmarks. */
export async function bundleBinding() {
  await build({
    ...commonOptions(),
    entryPoints: [join(SDK, "engine", "runtime-binding.ts")],
    outfile: join(RUNTIME, "binding.js"),
    format: "esm",
  });
  const types = 'export * from "../../../www/sdk/engine/runtime-binding.js";\n';
  writeFileSync(join(RUNTIME, "binding.d.ts"), types);
}

/** Writes every bundle of the package. The modules must be in `pkg/` already. */
export async function bundlePackage() {
  const hash = (/** @type {string} */ wasm) => JSON.stringify(integrity(join(PKG, wasm)));
  const options = {
    ...commonOptions(),
    minify: true,
    define: {
      WASM_INTEGRITY: hash("escale_bg.wasm"),
      LATER_INTEGRITY: hash("later_bg.wasm"),
      FULL_INTEGRITY: hash("full_bg.wasm"),
    },
  };
  const scripts = [
    { source: "loader/snippet", name: "escale", format: "iife" },
    { source: "loader/inline", name: "inline", format: "iife" },
  ];
  for (const { source, name, format = "esm", external = [] } of [...scripts, ...ENTRIES])
    await build({
      ...options,
      format,
      external,
      entryPoints: [join(SDK, `${source}.ts`)],
      outfile: join(PKG, `${name}.js`),
    });
}
