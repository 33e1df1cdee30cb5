/** The follower of a dataLayer: everything in order, nothing changed, nothing thrown. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { followLayer } from "./data-layer-follow.js";

mock.timers.enable({ apis: ["setInterval"] });

function page(layer: unknown, name = "dataLayer"): Record<string, unknown> {
  const given = layer === undefined ? {} : { [name]: layer };
  Object.assign(globalThis, { window: given });
  return given;
}

test("past and future, several at a time, in order, and the page's own answer", () => {
  const layer: unknown[] = [1, 2];
  page(layer);
  const seen: unknown[] = [];
  followLayer("", (entry) => seen.push(entry));
  assert.equal(layer.push(3, 4), 4);
  assert.deepEqual(
    [seen, layer.slice()],
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ],
  );
});

test("a layer of another name, one that is not there yet, one that is none", () => {
  const seen: unknown[] = [];
  page(["a"], "layer");
  followLayer("layer", (entry) => seen.push(entry));
  const given = page(undefined);
  followLayer(undefined, (entry) => seen.push(entry));
  (given["dataLayer"] as unknown[]).push("b");
  page({ push: () => 0 });
  followLayer(undefined, (entry) => seen.push(entry));
  assert.deepEqual(seen, ["a", "b"]);
});

test("a reader that throws, and a layer that is frozen, are not the page's to notice", () => {
  const layer: unknown[] = [1];
  page(layer);
  followLayer(undefined, () => {
    throw new Error("broken");
  });
  assert.equal(layer.push(2), 2);
  const frozen = Object.freeze([1]);
  page(frozen);
  const seen: unknown[] = [];
  followLayer(undefined, (entry) => seen.push(entry));
  assert.deepEqual(seen, [1]);
});

test("wrapped before and after, everybody is called, and what the page throws is the page's", () => {
  const layer: unknown[] = [];
  const calls: string[] = [];
  page(layer);
  const wrap = (who: string): void => {
    const before = layer.push.bind(layer);
    layer.push = (...entries) => {
      calls.push(who);
      if (entries.includes("bad")) throw new Error(who);
      return before(...entries);
    };
  };
  wrap("before");
  followLayer(undefined, (entry) => calls.push(`seen ${String(entry)}`));
  wrap("after");
  layer.push("x");
  assert.deepEqual(calls, ["after", "before", "seen x"]);
  assert.throws(() => layer.push("bad"), /after/);
});

test("a layer that the page assigns again is followed, from its first entry", () => {
  const given = page([1]);
  const seen: unknown[] = [];
  followLayer(undefined, (entry) => seen.push(entry));
  given["dataLayer"] = [2];
  (given["dataLayer"] as unknown[]).push(3);
  given["dataLayer"] = given["dataLayer"];
  assert.deepEqual(seen, [1, 2, 3]);
});

test("a layer declared with `var` is compared at intervals", () => {
  const given = page(undefined);
  Object.defineProperty(given, "dataLayer", { value: [1], writable: true, configurable: false });
  const seen: unknown[] = [];
  followLayer(undefined, (entry) => seen.push(entry));
  given["dataLayer"] = [2];
  (given["dataLayer"] as unknown[]).push(3);
  mock.timers.tick(1_000);
  (given["dataLayer"] as unknown[]).push(4);
  assert.deepEqual(seen, [1, 2, 3, 4]);
});

test("entries that bypass push are found, each once", () => {
  const layer: unknown[] = [{ n: 1 }];
  const given = page(layer);
  const seen: unknown[] = [];
  followLayer(undefined, (entry) => seen.push((entry as { n: number }).n));
  layer.push = Array.prototype.push;
  layer.push({ n: 2 });
  layer[layer.length] = { n: 3 };
  mock.timers.tick(1_000);
  // Tag managers drop the oldest entries.
  layer.shift();
  layer[layer.length] = { n: 4 };
  mock.timers.tick(1_000);
  given["dataLayer"] = layer.slice();
  mock.timers.tick(1_000);
  assert.deepEqual(seen, [1, 2, 3, 4]);
});
