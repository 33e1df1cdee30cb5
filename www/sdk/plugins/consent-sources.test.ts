/** The sources of consent: whatever a platform says or fails to say, only a clear yes is one. */
import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
import type { Options } from "../base/types.js";
import { GoogleConsent } from "./consent-google.js";
import { install, readTcf, tcfRules } from "./consent-tcf.js";

const NEEDED = tcfRules({});
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
  for (const missing of NEEDED.purposes) {
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
  const needed = tcfRules({ consent: "tcf:3,4" });
  assert.deepEqual(needed.purposes, [1, 5, 6, 3, 4]);
  assert.equal(readTcf(answer(), true, needed), "granted");
  assert.equal(
    readTcf(answer({ purpose: { consents: { ...FULL, 4: false } } }), true, needed),
    "denied",
  );
  // What cannot be read as a purpose is never agreed to.
  assert.equal(readTcf(answer(), true, tcfRules({ consent: "tcf:ads" })), "denied");
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

const end = (): void => {
  mock.timers.reset();
  mock.restoreAll();
};
afterEach(end);

/** A page whose platform comes, or does not. */
function page(platform?: unknown, options: Partial<Options> = {}) {
  const given: { __tcfapi?: unknown } = platform === undefined ? {} : { __tcfapi: platform };
  Object.assign(globalThis, { window: given });
  const answers: unknown[] = [];
  const warnings = mock.method(console, "warn", () => undefined);
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  install((command) => answers.push(command[1]), {
    site: "demo",
    config: "",
    consent: "tcf",
    ...options,
  });
  const later = (ms: number): void => mock.timers.tick(ms);
  return { given, answers, warnings, later, end };
}
const ALL = { personalise: true, keep: true, sync: true };
const speaking = (...payload: [unknown, unknown]) =>
  mock.fn(
    (_command: string, _version: number, listener: (...payload: [unknown, unknown]) => void) =>
      listener(...payload),
  );

test(
  "a platform that comes late is heard once, and a page without one is reported",
  { tags: ["r1"] },
  () => {
    const late = page();
    late.later(120_000);
    assert.deepEqual(late.answers, []);
    assert.match(String(late.warnings.mock.calls[0]?.arguments[0]), /no __tcfapi/);
    const platform = speaking(answer(), true);
    late.given.__tcfapi = platform;
    late.later(60_000);
    assert.deepEqual(
      [late.answers, platform.mock.callCount(), platform.mock.calls[0]?.arguments.slice(0, 2)],
      [[{ ...ALL, version: "5" }], 1, ["addEventListener", 2]],
    );
    late.end();
  },
);

type Listener = (...payload: [unknown, unknown]) => void;
/** A platform that a test answers for. */
function platformOf() {
  const listeners: Listener[] = [];
  const api = (_command: string, _version: number, listener: Listener): void =>
    void listeners.push(listener);
  const say = (changed?: object): void => listeners.forEach((hear) => hear(answer(changed), true));
  return { api, say };
}
const REJECTED = { purpose: { consents: {} } };

test("a platform that is replaced can only withdraw", { tags: ["r1", "r5"] }, () => {
  const [before, after] = [platformOf(), platformOf()];
  const { given, answers, later, end } = page(before.api);
  before.say();
  given.__tcfapi = after.api;
  assert.deepEqual(answers.splice(0), [{ ...ALL, version: "5" }, "pending"]);
  before.say({ tcfPolicyVersion: 4 });
  assert.deepEqual(answers, []);
  after.say();
  before.say(REJECTED);
  assert.deepEqual(answers.splice(0), [{ ...ALL, version: "5" }, "denied"]);
  after.say();
  delete given.__tcfapi;
  later(1_000);
  assert.deepEqual(answers.splice(0), [{ ...ALL, version: "5" }, "pending"]);
  end();
});

test("a platform declared by a function after ours is watched is heard", { tags: ["r1"] }, () => {
  const [stub, real] = [platformOf(), platformOf()];
  const { given, answers, later, end } = page(stub.api);
  // As `function __tcfapi() {}` does in a script: no setter is called.
  Object.defineProperty(given, "__tcfapi", {
    value: real.api,
    writable: true,
    configurable: false,
  });
  later(1_000);
  real.say();
  real.say();
  real.say(REJECTED);
  assert.deepEqual(answers, [{ ...ALL, version: "5" }, "denied"]);
  end();
});

test("a platform behind a getter that never gives the same function stays undecided in the end", () => {
  const { given, answers, warnings, later, end } = page();
  const { api, say } = platformOf();
  Object.defineProperty(given, "__tcfapi", { get: () => api.bind(null), configurable: true });
  later(400);
  say();
  assert.deepEqual(answers.at(-1), { ...ALL, version: "5" });
  later(60_000);
  assert.equal(answers.at(-1), "pending");
  assert.ok(warnings.mock.calls.some((call) => String(call.arguments[0]).includes("without end")));
  end();
});

test("a wrapper around a platform pauses nothing", () => {
  const given = page(speaking(answer(), true));
  given.given.__tcfapi = speaking(answer(), true);
  assert.deepEqual(given.answers, [{ ...ALL, version: "5" }]);
  given.end();
});

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

const reading = (consent: string) => {
  const google = new GoogleConsent(consent);
  return (entry: unknown) => google.readEntry(entry);
};

test("consent mode: a default decides nothing, an update does", () => {
  const read = reading("google");
  assert.equal(read(["consent", "default", { personalization_storage: "granted" }]), undefined);
  assert.equal(read(["consent", "default", { personalization_storage: "denied" }]), undefined);
  assert.equal(read(["consent", "update", { ad_storage: "granted" }]), "pending");
  assert.equal(read(["consent", "update", { personalization_storage: "granted" }]), "granted");
  assert.equal(read(["consent", "update", { ad_storage: "denied" }]), "granted");
  assert.equal(read(["consent", "update", { personalization_storage: "denied" }]), "denied");
});

test("consent mode: every storage that the site names must be granted, and only that word is a yes", () => {
  const read = reading("google:ad_personalization,ad_user_data");
  assert.equal(read(["consent", "update", { ad_personalization: "granted" }]), "pending");
  assert.equal(read(["consent", "update", { ad_user_data: true }]), "pending");
  assert.equal(read(["consent", "update", { ad_user_data: "granted" }]), "granted");
});

test("consent mode: nothing else in the layer is looked at", () => {
  const read = reading("google");
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
