/**
 * Brings the engine: the wasm module, checked against the hash baked into this bundle, and the config. Comes
 * in: options. Goes out: a runtime, or a rejection. Must not read anything of the visitor.
 */
import { instantiate, Runtime } from "../engine/runtime-binding.js";
import type { Options } from "../base/types.js";

/** Written in by the build: the hash of `escale_bg.wasm`. */
declare const WASM_INTEGRITY: string;

const CONFIG_MAX = 8 * 1_048_576;

/** The engine for this site's config, and the config's bytes. */
export async function openRuntime(
  options: Options,
): Promise<{ runtime: Runtime; config: Uint8Array }> {
  const [config, module] = await Promise.all([fetchConfig(options.config), fetchModule()]);
  instantiate(module);
  const runtime = Runtime.open(config);
  if (!runtime) throw new Error("the config is not of this release");
  return { runtime, config };
}

/** The wasm module, compiled as it streams in; anything but the bytes of this build is refused. */
async function fetchModule(): Promise<WebAssembly.Module> {
  return WebAssembly.compileStreaming(
    fetch(new URL("escale_bg.wasm", import.meta.url), { integrity: WASM_INTEGRITY }),
  );
}

/** The compiled config; people's own JSON is compiled here, at the cost of the full module. */
async function fetchConfig(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the config answers ${response.status}`);
  if (isJson(response)) return (await import("../full/index.js")).compile(await response.text());
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > CONFIG_MAX) throw new Error("the config is too large");
  return bytes;
}

const isJson = (response: Response): boolean =>
  /\.json$/.test(new URL(response.url).pathname) ||
  !!response.headers.get("content-type")?.includes("json");
