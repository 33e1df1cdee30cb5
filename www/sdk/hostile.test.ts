/** Whatever stands in a layer, an address or a platform's answer: it is read or passed over, never thrown, and nothing is polluted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readTcf, tcfRules } from "./plugins/consent-tcf.js";
import { eventsFromGa4 } from "./plugins/ga4.js";
import { readLayer } from "./plugins/layer-reader.js";
import { landingEvent } from "./plugins/campaign.js";

const TIMES = 20_000;
const KEYS = [
  "event",
  "ecommerce",
  "items",
  "destination",
  "start_date",
  "value",
  "transaction_id",
  "promotion_id",
  "topics",
  "purpose",
  "consents",
  "eventStatus",
  "gdprApplies",
  "cmpStatus",
  "__proto__",
  "constructor",
  "length",
  "0",
  "1",
  "5",
  "6",
];
const TEXTS = [
  "event",
  "purchase",
  "view_promotion",
  "tcloaded",
  "useractioncomplete",
  "__proto__",
  "\u0000\u001f\u001e",
  "<img onerror=x>",
  "\ud800",
  "2027-13-45",
  "1e999",
  "x".repeat(5_000),
];

/** Values as a page may leave them, the same for the same seed. */
function generator(seed: number) {
  let random = seed;
  const draw = (below: number): number =>
    ((random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0) >>> 8) % below;
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
  const leaf = (): unknown =>
    pick<unknown>([
      undefined,
      null,
      true,
      false,
      NaN,
      Infinity,
      -1,
      0,
      7,
      1e21,
      Symbol("x"),
      10n,
      () => 1,
      new Date(NaN),
      pick(TEXTS),
      pick(TEXTS),
    ]);
  const value = (depth: number): unknown => {
    const kind = draw(6);
    if (depth === 0 || kind < 2) return leaf();
    if (kind === 2) return Array.from({ length: draw(4) }, () => value(depth - 1));
    if (kind === 3)
      return new Proxy(
        {},
        {
          get: () => {
            throw new Error("broken");
          },
          ownKeys: () => {
            throw new Error("broken");
          },
          getOwnPropertyDescriptor: () => {
            throw new Error("broken");
          },
        },
      );
    // `__proto__` as a key of its own, as JSON makes it.
    return Object.fromEntries(
      Array.from({ length: draw(6) }, () => [pick(KEYS), value(depth - 1)]),
    );
  };
  return { draw, pick, value };
}

test("hostile events are read or passed over", { tags: ["f41"] }, () => {
  const { pick, value } = generator(20_261_122);
  const read = readLayer();
  for (let times = 0; times < TIMES; times++) {
    const given = value(3);
    for (const [, fields] of eventsFromGa4(pick(TEXTS), given) ?? []) {
      for (const field of Object.values(fields))
        assert.ok(field === undefined || Array.isArray(field) || String(field).length <= 128);
    }
    // Its follower catches what an entry throws by being read.
    try {
      read(given);
    } catch (error) {
      assert.match(String(error), /broken/);
    }
  }
  assert.deepEqual(Object.keys(Object.prototype), []);
});

test("hostile answers of a platform are never a yes", { tags: ["r1"] }, () => {
  const { value, pick } = generator(7);
  const needed = tcfRules({});
  const hasAll = (answer: unknown): boolean => {
    try {
      const { purpose } = answer as { purpose: { consents: Record<string, unknown> } };
      return needed.purposes.every((number) => purpose.consents[number] === true);
    } catch {
      return false;
    }
  };
  for (let times = 0; times < TIMES; times++) {
    const answer = value(4);
    const state = readTcf(answer, pick([true, false]), needed);
    assert.ok(["granted", "denied", "pending"].includes(state));
    if (state === "granted") assert.ok(hasAll(answer));
  }
});

test("hostile addresses are landings of an id at most", { tags: ["f49"] }, () => {
  const { pick, draw } = generator(99);
  const parts = [
    "escale_send=",
    "escale_family=",
    "utm_medium=",
    "&",
    "?",
    "#",
    "%",
    "%00",
    "%E0%A4%A",
    "a",
    "__proto__",
    "+",
    "=",
    "\ud800",
    "email",
  ];
  for (let times = 0; times < TIMES; times++) {
    const address = `/?${Array.from({ length: draw(12) }, () => pick(parts)).join("")}`;
    const landing = landingEvent(address);
    if (landing) assert.match(String(landing[1]["id"]), /^[\w.~-]{1,64}$/);
  }
});
