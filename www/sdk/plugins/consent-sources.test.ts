/** The sources of consent: whatever a platform says or fails to say, only a clear yes is one. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { readGoogle } from "./consent-google.js";
import { install, neededBy, readTcf } from "./consent-tcf.js";

const NEEDED = neededBy("tcf");
const FULL = { 1: true, 2: true, 3: true, 4: true, 5: true, 6: true };
const answer = (changed: object = {}): object => ({
  eventStatus: "useractioncomplete",
  cmpStatus: "loaded",
  tcfPolicyVersion: 5,
  gdprApplies: true,
  purpose: { consents: FULL },
  ...changed,
});

test("tcf needs purposes 1 5 and 6 by consent", { tags: ["r2"] }, () => {
  assert.equal(readTcf(answer(), true, NEEDED), "granted");
  for (const missing of NEEDED) {
    const consents = { ...FULL, [missing]: false };
    assert.equal(
      readTcf(answer({ purpose: { consents, legitimateInterests: FULL } }), true, NEEDED),
      "denied",
      String(missing),
    );
  }
  assert.equal(
    readTcf(answer({ purpose: { consents: {}, legitimateInterests: FULL } }), true, NEEDED),
    "denied",
  );
});

test("offers that are advertising need 3 and 4 too", { tags: ["r2"] }, () => {
  const needed = neededBy("tcf:3,4");
  assert.deepEqual(needed, [1, 5, 6, 3, 4]);
  assert.equal(readTcf(answer(), true, needed), "granted");
  assert.equal(
    readTcf(answer({ purpose: { consents: { ...FULL, 4: false } } }), true, needed),
    "denied",
  );
  // What cannot be read as a purpose is never agreed to.
  assert.equal(readTcf(answer(), true, neededBy("tcf:ads")), "denied");
});

test("every event status but two is undecided", { tags: ["r1"] }, () => {
  for (const eventStatus of ["cmpuishown", "error", "", undefined, null, 1, "TCLOADED"]) {
    assert.equal(readTcf(answer({ eventStatus }), true, NEEDED), "pending", String(eventStatus));
  }
  for (const eventStatus of ["tcloaded", "useractioncomplete"])
    assert.equal(readTcf(answer({ eventStatus }), true, NEEDED), "granted");
});

test("a platform that fails says nothing", { tags: ["r1"] }, () => {
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error("broken");
      },
    },
  );
  for (const broken of [undefined, null, "granted", 1, {}, [], throwing])
    assert.equal(readTcf(broken, true, NEEDED), "pending");
  for (const success of [false, undefined, "true", 1])
    assert.equal(readTcf(answer(), success, NEEDED), "pending");
  assert.equal(readTcf(answer({ cmpStatus: "error" }), true, NEEDED), "pending");
});

test("the law not applying unlocks nothing and erases nothing", { tags: ["r3"] }, () => {
  assert.equal(
    readTcf(answer({ gdprApplies: false, purpose: undefined }), true, NEEDED),
    "pending",
  );
  assert.equal(readTcf(answer({ gdprApplies: undefined }), true, NEEDED), "pending");
});

test("only a boolean yes of its own counts as a purpose's consent", () => {
  for (const yes of ["1", 1, "true", {}]) {
    assert.equal(
      readTcf(answer({ purpose: { consents: { 1: yes, 5: true, 6: true } } }), true, NEEDED),
      "denied",
    );
  }
  const inherited = Object.create(FULL) as object;
  assert.equal(readTcf(answer({ purpose: { consents: inherited } }), true, NEEDED), "denied");
});

/** A page whose platform comes, or does not. */
function page(platform?: unknown) {
  const given: { __tcfapi?: unknown } = platform === undefined ? {} : { __tcfapi: platform };
  Object.assign(globalThis, { window: given });
  const answers: unknown[] = [];
  mock.timers.enable({ apis: ["setTimeout"] });
  install((command) => answers.push(command[1]), { site: "demo", config: "", consent: "tcf" });
  // Step by step: a timer that is set by a timer counts from the end of a tick.
  const later = (ms: number): void =>
    Array.from({ length: ms / 100 }).forEach(() => mock.timers.tick(100));
  return { given, answers, later, end: () => mock.timers.reset() };
}
const ALL = { personalise: true, keep: true, sync: true };
const speaking = (...payload: [unknown, unknown]) =>
  mock.fn(
    (_command: string, _version: number, listener: (...payload: [unknown, unknown]) => void) =>
      listener(...payload),
  );

test(
  "a platform that comes late is heard once and one that never comes costs nothing more",
  { tags: ["r1"] },
  () => {
    const late = page();
    late.later(20_000);
    assert.deepEqual(late.answers, []);
    const platform = speaking(answer(), true);
    late.given.__tcfapi = platform;
    late.later(60_000);
    assert.deepEqual(
      [late.answers, platform.mock.callCount(), platform.mock.calls[0]?.arguments.slice(0, 2)],
      [[{ ...ALL, version: "5" }], 1, ["addEventListener", 2]],
    );
    late.end();
    const never = page();
    never.later(120_000);
    never.given.__tcfapi = platform;
    never.later(120_000);
    assert.deepEqual(never.answers, []);
    never.end();
  },
);

test("a platform that throws or is none says nothing", { tags: ["r1"] }, () => {
  for (const broken of [
    () => {
      throw new Error("broken");
    },
    "granted",
    {},
    null,
  ]) {
    const { answers, later, end } = page(broken);
    later(120_000);
    assert.deepEqual(answers, []);
    end();
  }
});

test(
  "a version that cannot be read is none and throws nothing into the platform",
  { tags: ["r1"] },
  () => {
    const broken = () => {
      throw new Error("broken");
    };
    const versions = [{ value: Symbol("5") }, { value: { toString: broken } }, { get: broken }];
    for (const version of versions) {
      const { given, answers, later, end } = page();
      const payload = Object.defineProperty(answer(), "tcfPolicyVersion", version);
      const platform = mock.fn(
        (_command: string, _version: number, listener: (...payload: unknown[]) => void) =>
          assert.doesNotThrow(() => listener(payload, true)),
      );
      given.__tcfapi = platform;
      later(1_000);
      assert.deepEqual([answers, platform.mock.callCount()], [[{ ...ALL, version: "" }], 1]);
      end();
    }
  },
);

test("consent mode: a default decides nothing, an update does", () => {
  const read = readGoogle("google");
  assert.equal(read(["consent", "default", { personalization_storage: "granted" }]), undefined);
  assert.equal(read(["consent", "default", { personalization_storage: "denied" }]), undefined);
  assert.equal(read(["consent", "update", { ad_storage: "granted" }]), "pending");
  assert.equal(read(["consent", "update", { personalization_storage: "granted" }]), "granted");
  assert.equal(read(["consent", "update", { ad_storage: "denied" }]), "granted");
  assert.equal(read(["consent", "update", { personalization_storage: "denied" }]), "denied");
});

test("consent mode: every storage that the site names must be granted, and only that word is a yes", () => {
  const read = readGoogle("google:ad_personalization,ad_user_data");
  assert.equal(read(["consent", "update", { ad_personalization: "granted" }]), "pending");
  assert.equal(read(["consent", "update", { ad_user_data: true }]), "pending");
  assert.equal(read(["consent", "update", { ad_user_data: "granted" }]), "granted");
});

test("consent mode: nothing else in the layer is looked at", () => {
  const read = readGoogle("google");
  const untouchable = new Proxy(
    {},
    { get: (_, key) => (key === "0" ? "event" : assert.fail("an entry was read")) },
  );
  for (const entry of [
    untouchable,
    { event: "consent" },
    ["event", "purchase", {}],
    [],
    null,
    undefined,
    7,
    ["consent"],
    ["consent", "update", null],
  ])
    assert.equal(read(entry), undefined);
});
