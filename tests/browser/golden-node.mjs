/**
 * The golden cases in Node: both builds give the answers of the native core, to the last bit. The runtime is played
 * twice: as the two halves that a page loads, and as one module into which the halves are merged again.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, test } from "node:test";
import { ROOT, cases, expected } from "./golden/cases.mjs";
import { openConfig, otherwise, play } from "./golden/play.mjs";
import { conditions, places } from "./golden/vectors.mjs";

/** @typedef {import("./golden/cases.mjs").Case} Case */

const RUNTIME = join(ROOT, "target/web/runtime");
const FULL = join(ROOT, "target/web/full");

assert.ok(cases.length >= 20, `only ${cases.length} golden cases`);

/** @param {string} folder @param {string} name */
const compiled = async (folder, name) => WebAssembly.compile(await readFile(join(folder, name)));
/** @param {string} file */
const load = (file) => import(pathToFileURL(file).href);

/** @param {any} module @param {Case} read */
function playRuntime(module, read) {
  const engine = openConfig(module, "runtime", read.compiled);
  assert.deepEqual(play(engine, read.golden), expected(read));
  module.dispose(engine);
}

const binding = await load(join(RUNTIME, "binding.js"));
const halves = [
  await compiled(RUNTIME, "escale_bg.wasm"),
  await compiled(RUNTIME, "later_bg.wasm"),
];

for (const read of cases)
  void test(`${read.golden.name}, runtime`, () => {
    binding.abandon();
    binding.instantiate(halves[0]);
    binding.extend(halves[1]);
    playRuntime(binding, read);
  });

const folder = await mkdtemp(join(tmpdir(), "escale-merged-"));
after(() => rm(folder, { recursive: true }));
execFileSync(join(ROOT, "node_modules/.bin/wasm-merge"), [
  ...["--enable-bulk-memory", "--enable-multivalue", "--enable-sign-ext"],
  ...["--enable-nontrapping-float-to-int", "--enable-reference-types"],
  ...[join(RUNTIME, "escale_bg.wasm"), "b", join(RUNTIME, "later_bg.wasm"), "second"],
  ...["-o", join(folder, "merged.wasm")],
]);
const merged = await compiled(folder, "merged.wasm");
const whole = await compiled(RUNTIME, "whole.wasm");

void test("the merged halves export what the whole module exports", () => {
  // What the first half lends to the second begins with an underscore.
  const exports = (/** @type {WebAssembly.Module} */ module) =>
    WebAssembly.Module.exports(module)
      .filter(({ name }) => !name.startsWith("_"))
      .map(({ name, kind }) => `${kind} ${name}`)
      .sort();
  assert.deepEqual(exports(merged), exports(whole));
  assert.deepEqual(WebAssembly.Module.imports(merged), []);
});

for (const [build, module] of /** @type {const} */ ([
  ["merged", merged],
  ["whole", whole],
]))
  for (const read of cases)
    void test(`${read.golden.name}, ${build}`, () => {
      binding.abandon();
      binding.instantiate(module);
      playRuntime(binding, read);
    });

const full = await load(join(FULL, "escale.js"));
full.initSync({ module: await compiled(FULL, "escale_bg.wasm") });

void test("conditions and splits", () => assert.deepEqual(otherwise(full, conditions, places), []));

for (const read of cases)
  void test(`${read.golden.name}, full`, () => {
    const engine = openConfig(full, "full", read.json);
    assert.deepEqual(play(engine, read.golden), expected(read));
    engine.free();
  });
