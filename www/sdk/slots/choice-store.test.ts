/** The choice store: one choice per placement and page, and calls to subscribers only when it changes. */
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { ChoiceStore } from "./choice-store.js";
import type { Choice, DefaultReason } from "../base/types.js";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const place = { pathname: "/", search: "" };

beforeEach(() => Object.assign(globalThis, { location: Object.assign(place, { pathname: "/" }) }));

/** A choice of its own each time, as the engine gives them. */
function stage(
  give: (turn: number) => { offer?: string; reason?: DefaultReason } = (turn) => ({
    offer: `offer-${turn}`,
  }),
) {
  const shown = new ChoiceStore();
  let turn = 0;
  const choose = mock.fn((placement: string) =>
    Promise.resolve({ placement, ...give(++turn) } as unknown as Choice),
  );
  return { shown, choose };
}

test("a thousand looks are one choice", { tags: ["f50"] }, async () => {
  const { shown, choose } = stage();
  shown.open(choose);
  const changed = mock.fn();
  for (let times = 0; times < 1_000; times++) shown.subscribe("hero", changed)();
  for (let times = 0; times < 3; times++) shown.subscribe("hero", changed);
  await nextTurn();
  assert.deepEqual([choose.mock.callCount(), changed.mock.callCount()], [1, 3]);
  assert.equal(shown.get("hero"), shown.get("hero"));
  assert.equal(shown.get("hero")?.offer, "offer-1");
});

test("who looked before there was anybody to ask is answered too", async () => {
  const { shown, choose } = stage();
  const changed = mock.fn();
  shown.subscribe("hero", changed);
  assert.equal(shown.get("hero"), undefined);
  shown.open(choose);
  await nextTurn();
  assert.equal(changed.mock.callCount(), 1);
});

test("the same answer again is no news", async () => {
  const { shown, choose } = stage(() => ({ reason: "consent" }));
  shown.open(choose);
  const changed = mock.fn();
  shown.subscribe("hero", changed);
  await nextTurn();
  shown.setState("denied");
  await nextTurn();
  assert.deepEqual([choose.mock.callCount(), changed.mock.callCount()], [2, 1]);
});

test("another state chooses anew, a pause shows nothing, and an open question is not asked twice", async () => {
  const { shown, choose } = stage();
  shown.open(choose);
  const changed = mock.fn();
  shown.subscribe("hero", changed);
  shown.setState("ready");
  await nextTurn();
  assert.equal(choose.mock.callCount(), 1);
  shown.setState("pending");
  assert.equal(shown.get("hero"), undefined);
  shown.setState("ready");
  await nextTurn();
  assert.deepEqual(
    [choose.mock.callCount(), shown.get("hero")?.offer, changed.mock.callCount()],
    [2, "offer-2", 3],
  );
});

test("another page chooses anew for who looks then; nobody looking, nothing is asked", async () => {
  const { shown, choose } = stage();
  shown.open(choose);
  const leave = shown.subscribe("hero", () => undefined);
  await nextTurn();
  leave();
  place.pathname = "/trips/";
  shown.setState("ready");
  await nextTurn();
  assert.equal(choose.mock.callCount(), 1);
  shown.subscribe("hero", () => undefined);
  await nextTurn();
  assert.deepEqual([choose.mock.callCount(), shown.get("hero")?.offer], [2, "offer-2"]);
});
