/** Canonical addresses: the same spellings as the engine's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonicalAddress } from "./address.js";

test("an address has one spelling, as in the engine", () => {
  const cases = JSON.parse(readFileSync("tests/frozen/addresses.json", "utf8")) as [
    string,
    string,
  ][];
  for (const [address, expected] of cases) {
    assert.equal(canonicalAddress(address), expected, address);
    assert.equal(canonicalAddress(expected), expected, `canonical once more: ${address}`);
  }
});
