/** The player in a page: loads one of the two builds over HTTP, as a site does. */
import { openConfig, play } from "./play.mjs";

/**
 * @param {"runtime" | "full"} build
 * @param {any} golden
 * @param {string} config
 */
async function playIn(build, golden, config) {
  const module = await import(`/module/${build}/escale.js`);
  await module.default({ module_or_path: `/module/${build}/escale_bg.wasm` });
  if (build === "runtime") module.extend(await WebAssembly.compileStreaming(fetch("/module/runtime/later_bg.wasm")));
  return play(openConfig(module, build, config), golden);
}

Object.assign(globalThis, { play: playIn });
