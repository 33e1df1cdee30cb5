/** The player in a page: loads one of the two builds over HTTP, as a site does. */
import { openConfig, otherwise, play } from "./play.mjs";

/** @param {"runtime" | "full"} build */
async function load(build) {
  const wasm = (/** @type {string} */ name) =>
    WebAssembly.compileStreaming(fetch(`/module/${build}/${name}.wasm`));
  const module = await import(`/module/${build}/${build === "full" ? "escale" : "binding"}.js`);
  if (build === "full") module.initSync({ module: await wasm("escale_bg") });
  else {
    module.instantiate(await wasm("escale_bg"));
    module.extend(await wasm("later_bg"));
  }
  return module;
}

/**
 * @param {"runtime" | "full"} build
 * @param {any} golden
 * @param {string} config
 */
async function playIn(build, golden, config) {
  return play(openConfig(await load(build), build, config), golden);
}

/** The names of the vectors that are answered otherwise. @param {any} conditions @param {any} places */
async function otherwiseIn(conditions, places) {
  const module = await load("full");
  return otherwise(module, conditions, places);
}

Object.assign(globalThis, { play: playIn, otherwise: otherwiseIn });
