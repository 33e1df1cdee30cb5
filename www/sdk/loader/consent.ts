/**
 * Parser of a site's consent. In: the argument of `consent`, the browser's Global Privacy Control. Out: the allowed
 * purposes. What cannot be read allows nothing and erases nothing. Nothing is stored.
 */
import type { ConsentState, Purposes } from "../base/types.js";

/** Consent in force, with the purposes that it allows. */
export interface Consent extends Purposes {
  readonly state: ConsentState;
  /** Unparsed input of the site. The receipt takes its version from it. */
  readonly input?: unknown;
  /** Marks an input that cannot be read. */
  readonly isUnclear?: boolean;
}

const consent = (
  state: ConsentState,
  personalise = false,
  keep = false,
  sync = false,
): Consent => ({ state, personalise, keep, sync });

/** Consent before any input: nothing is allowed. */
export const PENDING = consent("pending");
const NAMES = ["personalise", "keep", "sync"];

/** Parses an input. Without a clear `true` it is `pending` or `denied`. One that cannot be read is `pending`. */
export function readConsent(input: unknown, hasPrivacyControl: boolean): Consent {
  try {
    if (input === "pending") return PENDING;
    if (input === "denied") return consent("denied");
    const purposes = input === "granted" ? [true, true, true] : readPurposes(input as object);
    if (purposes) {
      const [personalise, keep, sync] = purposes;
      if (!personalise) return consent("denied");
      // Global Privacy Control forbids a profile, and its copy on the server, whatever the banner says.
      const keeps = !!keep && !hasPrivacyControl;
      return { ...consent("granted", true, keeps, keeps && !!sync), input };
    }
  } catch {
    // Neither a text nor an object, or an object that throws.
  }
  return { ...PENDING, input, isUnclear: true };
}

/** Returns the answer to each purpose. `undefined` if one is no answer, or a left out one may be misspelt. */
function readPurposes(input: object): unknown[] | undefined {
  const names = Object.keys(input);
  const answers = NAMES.map((name) =>
    names.includes(name) ? (input as Record<string, unknown>)[name] : undefined,
  );
  // Without an answer to the first purpose any other name may be meant for it.
  const suspect = answers[0] === undefined ? /./ : /^(k|sy)/i;
  const isClear =
    typeof input === "object" &&
    answers.every((answer) => answer === undefined || typeof answer === "boolean") &&
    (!answers.includes(undefined) ||
      names.every((name) => name === "version" || NAMES.includes(name) || !suspect.test(name)));
  return isClear ? answers : undefined;
}

/** Returns `true` if two consents allow the same. Sites assert theirs on every page, often more than once. */
export function sameConsent(a: Consent, b: Consent): boolean {
  return a.state === b.state && a.keep === b.keep && a.sync === b.sync;
}
