/** TCF outside the law's territory, and purposes that no platform asks for: the site is reported, and says what holds. */
import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import { readTcf, tcfRules } from "./consent-tcf.js";

const yes = (...numbers: number[]): object => ({
  consents: Object.fromEntries(numbers.map((number) => [number, true])),
});
const answer = (changed: object): object => ({
  cmpStatus: "loaded",
  eventStatus: "useractioncomplete",
  tcfPolicyVersion: 5,
  ...changed,
});
const ALL = yes(1, 2, 3, 4, 5, 6, 7);
const ELSEWHERE = tcfRules({ consent: "tcf", consentElsewhere: "granted" });

/** Texts on the console while the answers are read. */
const warnings = () => {
  const { mock: spy } = mock.method(console, "warn", () => undefined);
  return () => spy.calls.map(({ arguments: [text] }) => String(text)).join("\n");
};
afterEach(() => mock.restoreAll());

test("the site says what holds where the law does not apply", { tags: ["r3"] }, () => {
  const texts = warnings();
  const abroad = answer({ gdprApplies: false });
  assert.equal(readTcf(abroad, true, tcfRules({})), "pending");
  assert.match(texts(), /data-consent-elsewhere="granted"/);
  assert.equal(readTcf(abroad, true, ELSEWHERE), "granted");
  // The option is no answer of a platform that has none yet.
  assert.equal(readTcf({ ...abroad, eventStatus: "cmpuishown" }, true, ELSEWHERE), "pending");
  assert.equal(readTcf(answer({ gdprApplies: true, purpose: {} }), true, ELSEWHERE), "denied");
});

test("a platform that does not know whether the law applies is reported", { tags: ["r3"] }, () => {
  const texts = warnings();
  for (const gdprApplies of [undefined, 1, "true"])
    assert.equal(readTcf(answer({ gdprApplies, purpose: ALL }), true, tcfRules({})), "pending");
  assert.match(texts(), /gdprApplies/);
  assert.equal(readTcf(answer({ purpose: ALL }), true, ELSEWHERE), "granted");
  assert.equal(readTcf(answer({ purpose: yes(1, 2) }), true, ELSEWHERE), "pending");
  assert.equal(readTcf(answer({ gdprApplies: 1, purpose: ALL }), true, ELSEWHERE), "pending");
});

test("purposes that were never asked for are named", { tags: ["r2"] }, () => {
  const texts = warnings();
  const advertising = answer({ gdprApplies: true, purpose: yes(1, 2, 3, 4, 7, 9, 10) });
  assert.equal(readTcf(advertising, true, tcfRules({})), "denied");
  assert.match(texts(), /no answer for the purposes 5, 6\. It must ask/);
});

test("purposes of which none was asked for are named, and a refusal of all is not", () => {
  const texts = warnings();
  const rejected = answer({ gdprApplies: true, purpose: yes() });
  assert.equal(readTcf(rejected, true, tcfRules({ consent: "tcf:8" })), "denied");
  assert.equal(
    readTcf(answer({ gdprApplies: true, purpose: { consents: null } }), true, tcfRules({})),
    "denied",
  );
  assert.doesNotMatch(texts(), /no answer/);
  const unrelated = answer({ gdprApplies: true, purpose: yes(2, 7) });
  assert.equal(readTcf(unrelated, true, tcfRules({ consent: "tcf:8" })), "denied");
  assert.match(texts(), /no answer for the purposes 1, 5, 6, 8\. It must ask/);
});

test("the publisher's own consents count where the site names them", { tags: ["r2"] }, () => {
  const texts = warnings();
  const apart = answer({ gdprApplies: true, purpose: yes(1, 2), publisher: yes(1, 5, 6) });
  assert.equal(readTcf(apart, true, tcfRules({})), "denied");
  assert.match(texts(), /data-consent="tcf:publisher"/);
  assert.equal(readTcf(apart, true, tcfRules({ consent: "tcf:publisher" })), "granted");
  assert.equal(readTcf(apart, true, tcfRules({ consent: "tcf:publisher,4" })), "denied");
});
