/** The Global Privacy Platform: every section that applies must allow, and only a clear answer counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readGpp } from "./consent-gpp.js";

const event = (
  applicableSections: unknown,
  parsedSections: unknown,
  changed: object = {},
): object => ({
  eventName: "signalStatus",
  data: "ready",
  pingData: { signalStatus: "ready", applicableSections, parsedSections, ...changed },
});
const national = (changed: object = {}): object => ({
  Version: 1,
  SaleOptOut: 2,
  SharingOptOut: 2,
  TargetedAdvertisingOptOut: 2,
  KnownChildSensitiveDataConsents: [0, 0],
  Gpc: false,
  ...changed,
});
const read = (answer: unknown): string => readGpp(answer, true, false);

test("who did not opt out is granted, in the nation and in states", { tags: ["r2"] }, () => {
  assert.equal(read(event([7], { usnat: national() })), "granted");
  assert.equal(
    read(event([7], { usnat: [national(), { SubsectionType: 1, Gpc: false }] })),
    "granted",
  );
  // California has no field for targeted advertising, Virginia none for sharing.
  const california = { SaleOptOut: 2, SharingOptOut: 2 };
  const virginia = {
    SaleOptOut: 2,
    TargetedAdvertisingOptOut: 2,
    KnownChildSensitiveDataConsents: 0,
  };
  assert.equal(read(event([8], { usca: california })), "granted");
  assert.equal(read(event([9], { usva: virginia })), "granted");
});

test("one opt-out denies", { tags: ["r2", "r4"] }, () => {
  for (const changed of [
    { SaleOptOut: 1 },
    { SharingOptOut: 1 },
    { TargetedAdvertisingOptOut: 1 },
    { KnownChildSensitiveDataConsents: [0, 1] },
    { Gpc: true },
  ])
    assert.equal(read(event([7], { usnat: national(changed) })), "denied", JSON.stringify(changed));
  const segments = [national(), { SubsectionType: 1, Gpc: true }];
  assert.equal(read(event([7], { usnat: segments })), "denied");
});

test("what is unclear stays undecided", { tags: ["r1"] }, () => {
  const usnat = national();
  for (const answer of [
    undefined,
    {},
    event([7], { usnat }, { signalStatus: "not ready" }),
    event(undefined, { usnat }),
    event([], { usnat }),
    event([0], { usnat }),
    event([7], undefined),
    event([7], { usca: usnat }),
    event([99], { usnat }),
    event([7, 99], { usnat }),
    event([7], { usnat: {} }),
    event([7], { usnat: national({ SaleOptOut: 0 }) }),
    event([7], { usnat: national({ SaleOptOut: "2" }) }),
  ])
    assert.equal(read(answer), "pending", JSON.stringify(answer));
  assert.equal(readGpp(event([7], { usnat }), false, false), "pending");
});

test("where no section applies the site says what holds", { tags: ["r3"] }, () => {
  const nowhere = event([-1], {});
  assert.equal(readGpp(nowhere, true, false), "pending");
  assert.equal(readGpp(nowhere, true, true), "granted");
  assert.equal(readGpp(event([], {}), true, true), "pending");
  assert.equal(readGpp(event([7], { usnat: national({ SaleOptOut: 1 }) }), true, true), "denied");
});

test("the European section needs purposes 1 5 and 6, beside all others", { tags: ["r2"] }, () => {
  const europe = (given: unknown): object => event([2], { tcfeuv2: { PurposeConsents: given } });
  assert.equal(read(europe([1, 2, 5, 6])), "granted");
  assert.equal(read(europe([true, false, false, false, true, true])), "granted");
  assert.equal(read(europe([1, 2, 3])), "denied");
  assert.equal(read(europe(undefined)), "pending");
  const tcfeuv2 = { PurposeConsents: [1, 5, 6] };
  const both = (changed: object): object => event([2, 7], { tcfeuv2, usnat: national(changed) });
  assert.equal(read(both({})), "granted");
  assert.equal(read(both({ SaleOptOut: 1 })), "denied");
});
