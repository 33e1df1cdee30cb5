/**
 * A real consent platform for a page: the IAB's library, bundled, goes in; a script for the gate's prelude comes out.
 * Must never be loaded from anywhere but this machine.
 */
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** The script: it leaves the platform's stub, and `window.platform` for the story to act by. */
export async function platformScript() {
  const entry = fileURLToPath(new URL("page/platform.js", import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}
