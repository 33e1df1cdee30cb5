/** JSON on pages of old libraries: the text is what a clean page would write. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { toJson } from "./json.js";

const SYNC = {
  site: "demo",
  receipt: { at_ms: 1.5, version: "", purposes: ["personalise", "keep", 'a "quoted" one'] },
  left_out: undefined,
  none: null,
  empty: [],
  nothing: {},
  lists: [[1, true], [undefined]],
};

/** Adds what Prototype up to 1.6 adds. */
function addPrototype(): void {
  const toJSON = function (this: unknown): string {
    return Array.isArray(this) ? `[${this.join(", ")}]` : "{}";
  };
  for (const prototype of [Array.prototype, Object.prototype])
    Object.defineProperty(prototype, "toJSON", { value: toJSON, configurable: true });
}

afterEach(() => {
  for (const prototype of [Array.prototype, Object.prototype])
    Reflect.deleteProperty(prototype, "toJSON");
});

test("json_is_that_of_the_platform", () => {
  assert.equal(toJson(SYNC), JSON.stringify(SYNC));
  assert.equal(toJson(SYNC, "  "), JSON.stringify(SYNC, undefined, 2));
});

test("json_beside_an_old_library_is_unchanged", () => {
  const clean = JSON.stringify(SYNC);
  addPrototype();
  assert.notEqual(JSON.stringify(SYNC), clean, "the library is at work");
  assert.equal(toJson(SYNC), clean);
});
