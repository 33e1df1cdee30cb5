/** Fields of a consent receipt, and values that it never adopts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readConsent } from "../loader/consent.js";
import { asReceipt, isSameConsent, receiptOf } from "./consent-receipt.js";

const AT_MS = Date.parse("2026-11-21T12:00:00Z");
const receipt = (consent: unknown, source?: string) =>
  receiptOf(readConsent(consent, false), source, AT_MS + 0.5);

test("a receipt has time version source and purposes and nothing else", { tags: ["r17"] }, () => {
  assert.deepEqual(receipt("granted"), {
    at_ms: AT_MS,
    version: "",
    source: "site",
    purposes: ["personalise", "keep", "sync"],
  });
  const some = { personalise: true, keep: true, version: "2026-05", email: "somebody@example.com" };
  assert.deepEqual(receipt(some), {
    at_ms: AT_MS,
    version: "2026-05",
    source: "site",
    purposes: ["personalise", "keep"],
  });
  assert.equal(receipt("granted", "tcf:3,4").source, "tcf");
  assert.equal(receipt("granted", "google").source, "google");
});

test("a version is a name and no text", { tags: ["r17"] }, () => {
  for (const version of [
    "somebody@example.com",
    "v 2",
    "x".repeat(33),
    2,
    { toString: () => "v2" },
    null,
  ]) {
    assert.equal(
      receipt({ personalise: true, keep: true, version }).version,
      "",
      JSON.stringify(version),
    );
  }
});

test("the same consent has equal receipts, another version, purpose or source has not", () => {
  const first = receipt({ personalise: true, keep: true, version: "1" });
  assert.ok(isSameConsent(first, { ...first, at_ms: AT_MS + 1 }));
  assert.ok(!isSameConsent(first, receipt({ personalise: true, keep: true, version: "2" })));
  assert.ok(
    !isSameConsent(first, receipt({ personalise: true, keep: true, sync: true, version: "1" })),
  );
  assert.ok(
    !isSameConsent(first, receipt({ personalise: true, keep: true, version: "1" }, "google")),
  );
});

test("a stored receipt of another shape is none", () => {
  assert.ok(asReceipt(receipt("granted")));
  for (const other of [
    undefined,
    null,
    7,
    "granted",
    {},
    { ...receipt("granted"), purposes: "all" },
    { ...receipt("granted"), at_ms: "now" },
  ]) {
    assert.equal(asReceipt(other), undefined);
  }
});
