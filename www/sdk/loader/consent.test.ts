/** Consent of a site: a clear answer counts; what may be misspelt allows nothing and erases nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readConsent } from "./consent.js";

const stateOf = (input: unknown): string => {
  const { state, isUnclear } = readConsent(input, false);
  return isUnclear ? "unclear" : state;
};

test("consent_in_words_of_the_interface_is_clear", () => {
  for (const state of ["granted", "denied", "pending"]) assert.equal(stateOf(state), state);
});

test("consent_in_other_words_is_unclear", () => {
  const given = [undefined, null, true, false, 1, "", "accepted", "GRANTED", "Granted", () => 1];
  for (const input of given) assert.equal(stateOf(input), "unclear", String(input));
});

test("purposes_that_are_all_named_are_clear_beside_anything_else", () => {
  const input = { personalise: true, keep: true, sync: false, marketing: true, at: 3 };
  assert.deepEqual(readConsent(input, false), {
    state: "granted",
    personalise: true,
    keep: true,
    sync: false,
    input,
  });
  assert.equal(stateOf({ personalise: false, keep: false, sync: false, x: 1 }), "denied");
});

test("purposes_left_out_are_refused", () => {
  assert.equal(stateOf({}), "denied");
  assert.equal(stateOf({ keep: true, version: "3" }), "denied");
  assert.deepEqual(readConsent({ personalise: true, version: "3" }, false).keep, false);
  assert.equal(stateOf({ personalise: true, keep: undefined }), "granted");
  assert.equal(stateOf({ personalise: true, keep: true, source: "banner" }), "granted");
});

test("purposes_that_may_be_misspelt_are_unclear", () => {
  for (const input of [
    { personalize: true },
    { personalize: false },
    { prsonalise: true },
    { personalise: true, kep: true, sync: true },
    { personalise: true, keep: true, Sync: true },
    { personalise: "true" },
    { personalise: true, keep: 1 },
    { personalise: true, keep: true, sync: null },
    ["granted"],
  ])
    assert.equal(stateOf(input), "unclear", JSON.stringify(input));
});

test("object_that_throws_is_unclear", () => {
  const hostile = new Proxy({}, { ownKeys: () => assert.fail("hostile") });
  assert.equal(stateOf(hostile), "unclear");
});

test("purposes_of_another_prototype_are_left_out", () => {
  assert.equal(stateOf(Object.create({ personalise: true })), "denied");
});
