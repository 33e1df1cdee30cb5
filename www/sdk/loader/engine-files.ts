/**
 * Requests of the engine's files. In: the site's options, the address of the module. Out: two answers on their way, so
 * that client, module and config arrive together. The module is checked against a hash in this bundle.
 */
import type { EngineFiles } from "../base/client-types.js";
import { PRIVATE } from "../base/fetch-options.js";
import type { Options } from "../base/types.js";

/** Hash of `escale_bg.wasm`. The build inserts it. */
declare const WASM_INTEGRITY: string;

/** Requests both files. A failure is the client's to report. */
export function requestEngine(options: Options, module: string | URL): EngineFiles {
  const files = {
    // Relative to the page, not to its `<base href>`.
    config: fetch(new URL(options.config, location.href), PRIVATE),
    module: WebAssembly.compileStreaming(fetch(module, { integrity: WASM_INTEGRITY, ...PRIVATE })),
  };
  for (const file of Object.values(files)) file.catch(() => undefined);
  return files;
}
