/**
 * Loader of the engine. In: its files. Out: a runtime for the site's config, or a rejection. Never: a read of the
 * visitor's data.
 */
import { instantiate, Runtime } from "../engine/runtime-binding.js";
import type { EngineFiles } from "../base/client-types.js";

const CONFIG_MAX = 8 * 1_048_576;

/** Loads the engine for the site's config. Returns it with the bytes of the config. */
export async function openRuntime(
  files: EngineFiles,
): Promise<{ runtime: Runtime; config: Uint8Array }> {
  const [config, module] = await Promise.all([files.config.then(readConfig), files.module]);
  instantiate(module);
  const runtime = Runtime.open(config);
  if (!runtime) throw new Error("the config is not of this release");
  return { runtime, config };
}

/** Reads the compiled config. A JSON config is compiled here, by the full module. */
async function readConfig(response: Response): Promise<Uint8Array> {
  if (!response.ok) throw new Error(`the config answers ${response.status}`);
  if (isJson(response)) return (await import("../full/index.js")).compile(await response.text());
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > CONFIG_MAX) throw new Error("the config is too large");
  return bytes;
}

const isJson = (response: Response): boolean =>
  /\.json$/.test(new URL(response.url).pathname) ||
  !!response.headers.get("content-type")?.includes("json");
