/**
 * The golden cases in Node: the very answers that the native core gave, to the last bit, from both builds. A server that renders
 * pages decides what the browser then decides.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import { BUILDS, ROOT, cases, expected } from "./golden/cases.mjs";
import { openConfig, otherwise, play } from "./golden/play.mjs";
import { conditions, places } from "./golden/vectors.mjs";

assert.ok(cases.length >= 20, `only ${cases.length} golden cases`);

for (const build of BUILDS) {
  const folder = join(ROOT, "target/web", build);
  const wasm = (/** @type {string} */ name) =>
    readFile(join(folder, name)).then((bytes) => WebAssembly.compile(bytes));
  const module = await import(pathToFileURL(join(folder, "escale.js")).href);
  await module.default({ module_or_path: await wasm("escale_bg.wasm") });
  if (build === "runtime") module.extend(await wasm("later_bg.wasm"));
  if (build === "full")
    void test("conditions and splits", () =>
      assert.deepEqual(otherwise(module, conditions, places), []));
  for (const read of cases) {
    void test(`${read.golden.name}, ${build}`, () => {
      const engine = openConfig(module, build, build === "full" ? read.json : read.compiled);
      assert.deepEqual(play(engine, read.golden), expected(read));
      if (build === "full") engine.free();
      else module.dispose(engine);
    });
  }
}
