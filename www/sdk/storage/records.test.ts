/** What is believed of stored records, and what follows from a server's conflict. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  entryOf,
  lifetimeMs,
  mustRenew,
  newVisitor,
  NO_OTHERS,
  NO_PACE,
  pruned,
  unseen,
  type Found,
  type Terms,
} from "./records.js";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");
const DAY_MS = 86_400_000;

const terms = (nowMs: number, more: Partial<Terms> = {}): Terms => ({
  nowMs,
  lifetimeMs: lifetimeMs({ site: "demo", config: "" }),
  sync: true,
  ...more,
});

function found(sinceMs: number, skewMs = 0, version = 0): Found {
  return {
    visitor: newVisitor(sinceMs),
    others: NO_OTHERS,
    pace: { ...NO_PACE, skewMs, version },
    owed: [],
  };
}

test("a conflict renews only the replica it is about", { tags: ["f56"] }, () => {
  const sent = { id: "a", version: 5 };
  assert.equal(mustRenew({ id: "a", version: 5 }, sent, 5), true, "a copy");
  assert.equal(mustRenew({ id: "a", version: 5 }, sent, 9), true, "a roll-back");
  assert.equal(
    mustRenew({ id: "a", version: 7 }, sent, 7),
    false,
    "a late duplicate: this browser has gone on itself",
  );
  assert.equal(mustRenew({ id: "b", version: 1 }, sent, 9), false, "another tab renewed already");
});

test("a tail found after weeks counts once", { tags: ["f18"] }, () => {
  const applied = new Map([["d", [3, NOW_MS - 30 * DAY_MS] as const]]);
  const batches = [
    { document: "d", handIns: [2, 3, 4].map((seq) => ({ seq, events: Uint8Array.of(seq) })) },
  ];
  const first = unseen(applied, batches, NOW_MS);
  assert.deepEqual([...first.events], [4]);
  const again = unseen(pruned(first.applied, NOW_MS), batches, NOW_MS);
  assert.deepEqual([...again.events], []);
});

test("a site may end profiles earlier than after 13 months never later", { tags: ["r9"] }, () => {
  const days = (lifetimeDays: string | number | undefined): number =>
    lifetimeMs({ site: "demo", config: "", lifetimeDays }) / DAY_MS;
  assert.deepEqual([days(undefined), days(30), days("90"), days(0.5)], [395, 30, 90, 0.5]);
  assert.deepEqual(
    [days(4_000), days(-1), days(0), days("soon"), days(NaN), days("")],
    [395, 395, 395, 395, 395, 395],
  );
  const visitor = found(NOW_MS - 31 * DAY_MS);
  assert.equal(
    entryOf(visitor, newVisitor(NOW_MS), terms(NOW_MS, { lifetimeMs: days(30) * DAY_MS })).empty,
    true,
  );
  assert.equal(
    entryOf(visitor, newVisitor(NOW_MS), terms(NOW_MS, { lifetimeMs: days(32) * DAY_MS })).empty,
    false,
  );
});

test("a profile ends after 13 months by both clocks", { tags: ["r9"] }, () => {
  const old = NOW_MS - 400 * DAY_MS;
  assert.equal(entryOf(found(old), newVisitor(NOW_MS), terms(NOW_MS)).empty, true);
  assert.equal(entryOf(found(old, -60 * DAY_MS), newVisitor(NOW_MS), terms(NOW_MS)).empty, false);
  assert.equal(
    entryOf(found(NOW_MS - DAY_MS, 400 * DAY_MS), newVisitor(NOW_MS), terms(NOW_MS)).empty,
    false,
  );
});

test("a date in the future is taken for today, unless the clock itself cannot be right", () => {
  const future = found(NOW_MS + 900 * DAY_MS);
  assert.equal(entryOf(future, newVisitor(NOW_MS), terms(NOW_MS)).visitor.sinceMs, NOW_MS);
  assert.equal(entryOf(future, newVisitor(0), terms(0)).visitor, future.visitor);
});

test("where sync is not agreed to, what the server may hold is owed", () => {
  const before = found(NOW_MS, 0, 1);
  const entry = entryOf(before, newVisitor(NOW_MS), terms(NOW_MS, { sync: false }));
  assert.deepEqual(entry.owed, [before.visitor?.erase]);
  assert.notEqual(entry.visitor.secret, before.visitor?.secret);
});
