/**
 * Memory of the full module. Input: its functions, and faulty input. Output: every object is freed.
 * Invariant: none is left to the garbage collector, which would free it where no code can catch a trap.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import type { DecisionInputs } from "../engine/inputs.js";

Object.assign(globalThis, { location: { href: "https://www.voyages.example/lisbon" } });

const EMPTY = new Uint8Array();
const held = new Set<unknown>();
let registered = 0;

/** Registry in place of the platform's: counts the objects that are left to it. */
class Registry {
  register(_: object, __: unknown, token: unknown): void {
    registered++;
    held.add(token);
  }
  unregister(token: unknown): boolean {
    return held.delete(token);
  }
}

const wasm = readFileSync(join(process.cwd(), "target/web/full/escale_bg.wasm"));
const demo = readFileSync(join(process.cwd(), "www/demo/escale.json"), "utf8");
let full: typeof import("./index.js");
let inputs: DecisionInputs;

before(async () => {
  const headers = { "content-type": "application/wasm" };
  Object.assign(globalThis, {
    FinalizationRegistry: Registry,
    FULL_INTEGRITY: "",
    fetch: () => Promise.resolve(new Response(wasm, { headers })),
  });
  full = await import("./index.js");
  inputs = {
    config: await full.compile(demo),
    visitor: [1, 2, false],
    state: EMPTY,
    remote: EMPTY,
    page: { explicit: "", url: "/", tokens: "" },
    skewMs: 0,
    isPaused: false,
    nowMs: 1_800_000_000_000,
    placement: 0,
    slot: 0,
    exclude: [],
  };
});

test("compile_faulty_config_frees", async () => {
  await assert.rejects(full.compile("{}"), /the config has errors/);
  assert.equal(held.size, 0);
});

test("explain_and_profile_free", async () => {
  assert.ok(await full.explain(inputs, { persona: undefined }));
  assert.ok(await full.tellProfile(inputs, "en"));
  assert.equal(held.size, 0);
});

test("import_of_no_profile_frees", async () => {
  const imported = { replica: Uint8Array.of(1, 2, 3), remote: EMPTY, pending: [] };
  const known = { unsent: undefined, remote: EMPTY };
  const joined = full.joinImported(
    inputs,
    { ...imported, importId: "", replicaId: "", customer: undefined },
    known,
  );
  assert.equal(await joined, undefined);
  assert.equal(held.size, 0);
});

test("registry_sees_every_object", () => {
  assert.ok(registered >= 4, "the objects of the tests above");
});
