/**
 * What a page's consent banner says, and what may be made of it. Comes in: an input by chance. Goes out: nothing, or an error where
 * anything but a clear yes is one. What should come out is worked out here a second time, in another way.
 */
import assert from "node:assert/strict";
import { GoogleConsent } from "../../www/sdk/plugins/consent-google.js";
import { readTcf, tcfRules } from "../../www/sdk/plugins/consent-tcf.js";
import { edited, editedValue, valueIn, type Chance } from "./chance.js";

const ALL = { 1: true, 2: true, 3: true, 4: true, 5: true, 6: true };
const ANSWER = {
  tcfPolicyVersion: 5,
  gdprApplies: true,
  purpose: { consents: ALL, legitimateInterests: ALL },
};
const STATUS = {
  eventStatus: ["tcloaded", "useractioncomplete", "cmpuishown"],
  cmpStatus: ["loaded", "loaded", "error"],
} as const;

export function tcf(chance: Chance): void {
  const consent = edited(chance, ["tcf", "tcf:3,4", "tcf:ads"]);
  const template = {
    ...ANSWER,
    eventStatus: chance.one(STATUS.eventStatus),
    cmpStatus: chance.one(STATUS.cmpStatus),
    gdprApplies: chance.under(4) > 0,
  };
  const answer = editedValue(chance, template);
  const success = chance.under(4) === 0 ? editedValue(chance, false) : true;
  // What follows the first colon, up to the next.
  const added = /^[^:]*:([^:]*)/.exec(consent)?.[1]?.split(",") ?? [];
  const expected = success === true ? tcfState(answer, [1, 5, 6, ...added.map(Number)]) : "pending";
  const state = readTcf(answer, success, tcfRules({ consent: consent as "tcf" }));
  // Where the purposes cannot be read, nothing may be known.
  if (state !== "pending" || typeof consentsIn(answer) === "object")
    assert.equal(state, expected, "only a clear yes is consent");
}

/** Consent in a TCF answer, read by descriptors. Runs no getter and no trap. */
function tcfState(answer: unknown, purposes: readonly number[]): string {
  const [eventStatus, cmpStatus, gdprApplies] = ["eventStatus", "cmpStatus", "gdprApplies"].map(
    (key) => valueIn(answer, key),
  );
  const isComplete =
    (eventStatus === "tcloaded" || eventStatus === "useractioncomplete") && cmpStatus !== "error";
  if (!isComplete || (gdprApplies !== true && gdprApplies !== false)) return "pending";
  if (purposes.every((purpose) => valueIn(consentsIn(answer), String(purpose)) === true))
    return "granted";
  return gdprApplies ? "denied" : "pending";
}

const consentsIn = (answer: unknown): unknown => valueIn(valueIn(answer, "purpose"), "consents");

/** Values of the consent option, with the storages that must then be granted. */
const GOOGLE = [
  ["google", ["personalization_storage"]],
  ["google:,", ["personalization_storage"]],
  ["google:ad_storage", ["ad_storage"]],
  ["google:ad_personalization,ad_user_data", ["ad_personalization", "ad_user_data"]],
] as const;
const VALUES = ["granted", "granted", "granted", "denied", "Granted", true] as const;

/** Consent command for some storages: an update, a default or another command. */
function spoken(chance: Chance): unknown {
  const given: Record<string, unknown> = {};
  for (const name of [
    "personalization_storage",
    "ad_storage",
    "ad_personalization",
    "ad_user_data",
  ])
    if (chance.under(4) > 0) given[name] = chance.one(VALUES);
  const command = [
    "consent",
    chance.one(["update", "update", "update", "default", "config"]),
    given,
  ];
  return chance.under(3) > 0 ? command : editedValue(chance, command);
}

export function google(chance: Chance): void {
  const [consent, needed] = chance.one(GOOGLE);
  const reader = new GoogleConsent(consent);
  const updates: unknown[] = [];
  for (let entries = chance.under(5); entries > 0; entries--) {
    const entry = spoken(chance);
    if (isTrap(entry)) continue;
    const state = reader.readEntry(entry);
    const given = valueIn(entry, "2");
    const isUpdate =
      valueIn(entry, "0") === "consent" &&
      valueIn(entry, "1") === "update" &&
      typeof given === "object" &&
      given !== null;
    if (isUpdate) updates.unshift(given);
    // The latest value of each storage.
    const latest = needed.map((name) =>
      valueIn(
        updates.find((update) => Object.hasOwn(update as object, name)),
        name,
      ),
    );
    const isYes = latest.every((value) => value === "granted");
    if (!isUpdate) assert.equal(state, undefined, "only an update is the visitor's word");
    else if (isYes) assert.equal(state, "granted", "a clear yes is one");
    else
      assert.equal(
        state,
        latest.includes("denied") ? "denied" : "pending",
        "only a clear yes is one",
      );
  }
}

/** `true` if reading the entry throws. `www/sdk/plugins/data-layer-follow.ts` catches that. */
function isTrap(entry: unknown): boolean {
  try {
    return (entry as { 0?: unknown } | undefined)?.[0] === isTrap;
  } catch {
    return true;
  }
}
