/** Delays before a retry, for any answer of a server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { backoffMs, retryDelayMs, retryAfterMs } from "./backoff.js";

const NOW_MS = Date.parse("2026-11-21T12:00:00Z");

test("back off grows with jitter up to five minutes", { tags: ["f24"] }, () => {
  assert.equal(backoffMs(0, 0), 1_000);
  assert.equal(backoffMs(0, 1), 2_000);
  assert.equal(backoffMs(3, 0.5), 12_000);
  for (const failures of [10, 1_000, Infinity]) assert.equal(backoffMs(failures, 1), 300_000);
  assert.equal(backoffMs(-5, 0), 1_000);
});

test("retry after is honoured and clamped", { tags: ["f25"] }, () => {
  const cases: [string | null, number | undefined][] = [
    ["0", 1_000],
    ["-1", 1_000],
    ["30", 30_000],
    ["1000000000", 3_600_000],
    ["Sat, 21 Nov 2026 12:02:00 GMT", 120_000],
    ["Wed, 21 Oct 2015 07:28:00 GMT", 1_000],
    ["soon", undefined],
    ["", undefined],
    [null, undefined],
  ];
  for (const [header, ms] of cases) assert.equal(retryAfterMs(header, NOW_MS), ms, String(header));
});

test("a storm of 503 is answered at most once a minute", { tags: ["f27"] }, () => {
  for (const retryAfter of [null, "0", "5"]) {
    for (const random of [0, 0.5, 1])
      assert.ok(retryDelayMs({ status: 503, retryAfter }, NOW_MS, random) >= 60_000);
  }
  assert.equal(retryDelayMs({ status: 429, retryAfter: "5" }, NOW_MS, 0), 5_000);
});
