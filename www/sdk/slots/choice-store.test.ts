/** The choice store: one choice per placement and page, and calls to subscribers only when it changes. */
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { ChoiceStore } from "./choice-store.js";
import type { Choice, DefaultReason } from "../base/types.js";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const place = { pathname: "/", search: "" };

beforeEach(() => Object.assign(globalThis, { location: Object.assign(place, { pathname: "/" }) }));

/** A session that answers the same choice until it is dropped, as the engine's side does. */
function stage(
  give: (turn: number) => { offer?: string; reason?: DefaultReason } = (turn) => ({
    offer: `offer-${turn}`,
  }),
) {
  const store = new ChoiceStore();
  let turn = 0;
  const held = new Map<string, Choice>();
  const choose = mock.fn((placement: string) => {
    if (!held.has(placement))
      held.set(placement, { placement, ...give(++turn) } as unknown as Choice);
    return Promise.resolve(held.get(placement) as Choice);
  });
  const turnPage = (): void => {
    held.clear();
    store.refresh();
  };
  return { store, choose, turnPage, drop: () => held.clear() };
}

test("a thousand looks are one choice", { tags: ["f50"] }, async () => {
  const { store, choose } = stage();
  store.open(choose);
  const changed = mock.fn();
  for (let times = 0; times < 1_000; times++) store.subscribe("hero", changed)();
  for (let times = 0; times < 3; times++) store.subscribe("hero", changed);
  await nextTurn();
  assert.deepEqual([choose.mock.callCount(), changed.mock.callCount()], [1, 3]);
  assert.equal(store.get("hero"), store.get("hero"));
  assert.equal(store.get("hero")?.offer, "offer-1");
});

test("subscription_before_init_is_answered", async () => {
  const { store, choose } = stage();
  const changed = mock.fn();
  store.subscribe("hero", changed);
  assert.equal(store.get("hero"), undefined);
  store.open(choose);
  await nextTurn();
  assert.equal(changed.mock.callCount(), 1);
});

test("same_default_again_is_no_change", async () => {
  const { store, choose, drop } = stage(() => ({ reason: "consent" }));
  store.open(choose);
  const changed = mock.fn();
  store.subscribe("hero", changed);
  await nextTurn();
  drop();
  store.setState("denied");
  await nextTurn();
  assert.deepEqual([choose.mock.callCount(), changed.mock.callCount()], [2, 1]);
});

test("state_that_follows_the_first_choice_changes_nothing", async () => {
  const { store, choose } = stage();
  store.open(choose);
  const changed = mock.fn();
  store.setState("pending");
  store.subscribe("hero", changed);
  await nextTurn();
  for (const state of ["memory", "ready"] as const) store.setState(state);
  await nextTurn();
  assert.deepEqual([store.get("hero")?.offer, changed.mock.callCount()], ["offer-1", 1]);
});

test("pending_shows_nothing_and_a_new_session_chooses", async () => {
  const { store, choose, drop } = stage();
  store.open(choose);
  const changed = mock.fn();
  store.subscribe("hero", changed);
  await nextTurn();
  store.setState("pending");
  assert.equal(store.get("hero"), undefined);
  drop();
  store.setState("ready");
  await nextTurn();
  assert.deepEqual([store.get("hero")?.offer, changed.mock.callCount()], ["offer-2", 3]);
});

test("page_change_chooses_again_for_subscribers", async () => {
  const { store, choose, turnPage } = stage();
  store.open(choose);
  const changed = mock.fn();
  store.subscribe("hero", changed);
  await nextTurn();
  turnPage();
  assert.equal(store.get("hero")?.offer, "offer-1", "until the next one is known");
  await nextTurn();
  assert.deepEqual([store.get("hero")?.offer, changed.mock.callCount()], ["offer-2", 2]);
});

test("choice_dropped_while_requested_is_requested_again", async () => {
  const { store, choose, turnPage } = stage();
  store.open(choose);
  store.subscribe("hero", () => undefined);
  turnPage();
  await nextTurn();
  assert.deepEqual([choose.mock.callCount(), store.get("hero")?.offer], [2, "offer-2"]);
});

test("choice_of_a_page_that_was_left_is_not_given_to_a_new_subscriber", async () => {
  const { store, choose, drop } = stage();
  store.open(choose);
  const leave = store.subscribe("hero", () => undefined);
  await nextTurn();
  leave();
  assert.equal(store.get("hero")?.offer, "offer-1", "on the same page it holds");
  place.pathname = "/trips/";
  drop();
  assert.equal(store.get("hero"), undefined);
  store.subscribe("hero", () => undefined);
  await nextTurn();
  assert.deepEqual([choose.mock.callCount(), store.get("hero")?.offer], [2, "offer-2"]);
});

test("page_change_without_subscribers_asks_nothing", async () => {
  const { store, choose, turnPage } = stage();
  store.open(choose);
  store.subscribe("hero", () => undefined)();
  await nextTurn();
  turnPage();
  await nextTurn();
  assert.equal(choose.mock.callCount(), 1);
});
