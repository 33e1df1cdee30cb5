/** Checks of stored records, and the consequences of a server's conflict. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  continuationOf,
  lifetimeMs,
  mustRenew,
  newVisitor,
  NO_REMOTE,
  NO_SYNC_STATE,
  pruned,
  unapplied,
  type StoredRecords,
  type RetentionTerms,
} from "./records.js";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");
const DAY_MS = 86_400_000;

const terms = (nowMs: number, more: Partial<RetentionTerms> = {}): RetentionTerms => ({
  nowMs,
  lifetimeMs: lifetimeMs({ site: "demo", config: "" }),
  sync: true,
  ...more,
});

function found(sinceMs: number, skewMs = 0, version = 0): StoredRecords {
  return {
    visitor: newVisitor(sinceMs),
    remote: NO_REMOTE,
    syncState: { ...NO_SYNC_STATE, skewMs, version },
    pendingErasures: [],
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
    { document: "d", entries: [2, 3, 4].map((seq) => ({ seq, events: Uint8Array.of(seq) })) },
  ];
  const first = unapplied(applied, batches, NOW_MS);
  assert.deepEqual([...first.events], [4]);
  const again = unapplied(pruned(first.applied, NOW_MS), batches, NOW_MS);
  assert.deepEqual([...again.events], []);
});

test("a site may end profiles earlier than after 13 months never later", { tags: ["r9"] }, () => {
  const days = (lifetimeDays: unknown): number =>
    lifetimeMs({ lifetimeDays } as Parameters<typeof lifetimeMs>[0]) / DAY_MS;
  assert.deepEqual([days(undefined), days(30), days("90"), days(0.5)], [395, 30, 90, 0.5]);
  assert.deepEqual(
    [days(4_000), days(-1), days(0), days("soon"), days(NaN), days("")],
    [395, 395, 395, 395, 395, 395],
  );
  const visitor = found(NOW_MS - 31 * DAY_MS);
  assert.equal(
    continuationOf(visitor, newVisitor(NOW_MS), terms(NOW_MS, { lifetimeMs: days(30) * DAY_MS }))
      .empty,
    true,
  );
  assert.equal(
    continuationOf(visitor, newVisitor(NOW_MS), terms(NOW_MS, { lifetimeMs: days(32) * DAY_MS }))
      .empty,
    false,
  );
});

test("a profile ends after 13 months by both clocks", { tags: ["r9"] }, () => {
  const old = NOW_MS - 400 * DAY_MS;
  assert.equal(continuationOf(found(old), newVisitor(NOW_MS), terms(NOW_MS)).empty, true);
  assert.equal(
    continuationOf(found(old, -60 * DAY_MS), newVisitor(NOW_MS), terms(NOW_MS)).empty,
    false,
  );
  assert.equal(
    continuationOf(found(NOW_MS - DAY_MS, 400 * DAY_MS), newVisitor(NOW_MS), terms(NOW_MS)).empty,
    false,
  );
});

test("a date in the future is taken for today, unless the clock itself cannot be right", () => {
  const future = found(NOW_MS + 900 * DAY_MS);
  assert.equal(continuationOf(future, newVisitor(NOW_MS), terms(NOW_MS)).visitor.sinceMs, NOW_MS);
  assert.equal(continuationOf(future, newVisitor(0), terms(0)).visitor, future.visitor);
});

test("where sync is not agreed to, what the server may hold is pendingErasures", () => {
  const before = found(NOW_MS, 0, 1);
  const entry = continuationOf(before, newVisitor(NOW_MS), terms(NOW_MS, { sync: false }));
  assert.deepEqual(entry.pendingErasures, [before.visitor?.erase]);
  assert.notEqual(entry.visitor.secret, before.visitor?.secret);
});
