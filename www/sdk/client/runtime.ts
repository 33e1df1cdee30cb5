/**
 * Loader of the engine. In: options. Out: a runtime for the site's config, or a rejection. The wasm
 * module is checked against a hash in this bundle. Never: a read of the visitor's data.
 */
import { instantiate, Runtime } from "../engine/runtime-binding.js";
import { PRIVATE } from "../base/fetch-options.js";
import type { Options } from "../base/types.js";

/** Hash of `escale_bg.wasm`. The build inserts it. */
declare const WASM_INTEGRITY: string;

const CONFIG_MAX = 8 * 1_048_576;

/** Loads the engine for the site's config. Returns it with the bytes of the config. */
export async function openRuntime(
  options: Options,
): Promise<{ runtime: Runtime; config: Uint8Array }> {
  const [config, module] = await Promise.all([fetchConfig(options.config), fetchModule()]);
  instantiate(module);
  const runtime = Runtime.open(config);
  if (!runtime) throw new Error("the config is not of this release");
  return { runtime, config };
}

/** Compiles the wasm module while it loads. Any other bytes than this build's are rejected. */
async function fetchModule(): Promise<WebAssembly.Module> {
  return WebAssembly.compileStreaming(
    fetch(new URL("escale_bg.wasm", import.meta.url), { integrity: WASM_INTEGRITY, ...PRIVATE }),
  );
}

/** Loads the compiled config. A JSON config is compiled here, by the full module. */
async function fetchConfig(url: string): Promise<Uint8Array> {
  // Relative to the page, not to its `<base href>`.
  const response = await fetch(new URL(url, location.href), PRIVATE);
  if (!response.ok) throw new Error(`the config answers ${response.status}`);
  if (isJson(response)) return (await import("../full/index.js")).compile(await response.text());
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > CONFIG_MAX) throw new Error("the config is too large");
  return bytes;
}

const isJson = (response: Response): boolean =>
  /\.json$/.test(new URL(response.url).pathname) ||
  !!response.headers.get("content-type")?.includes("json");
