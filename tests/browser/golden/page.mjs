/** The player in a page: loads one of the two builds over HTTP, as a site does. */
import { openConfig, otherwise, play } from "./play.mjs";

/** @param {"runtime" | "full"} build */
async function load(build) {
  const module = await import(`/module/${build}/escale.js`);
  await module.default({ module_or_path: `/module/${build}/escale_bg.wasm` });
  return module;
}

/**
 * @param {"runtime" | "full"} build
 * @param {any} golden
 * @param {string} config
 */
async function playIn(build, golden, config) {
  const module = await load(build);
  if (build === "runtime")
    module.extend(await WebAssembly.compileStreaming(fetch("/module/runtime/later_bg.wasm")));
  return play(openConfig(module, build, config), golden);
}

/** The names of the vectors that are answered otherwise. @param {any} conditions @param {any} places */
async function otherwiseIn(conditions, places) {
  const module = await load("full");
  return otherwise(module, conditions, places);
}

Object.assign(globalThis, { play: playIn, otherwise: otherwiseIn });
