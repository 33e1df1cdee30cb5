/**
 * Parser of a site's consent. In: the argument of `consent`, the browser's Global Privacy Control. Out: the allowed
 * purposes. Anything unclear is a denial. Nothing is stored.
 */
import type { ConsentState, Purposes } from "../base/types.js";

/** Consent in force, with the purposes that it allows. */
export interface Consent extends Purposes {
  readonly state: ConsentState;
  /** Unparsed input of the site. The receipt takes its version from it. */
  readonly input?: unknown;
}

const consent = (
  state: ConsentState,
  personalise = false,
  keep = false,
  sync = false,
): Consent => ({ state, personalise, keep, sync });

/** Consent before any input: nothing is allowed. */
export const PENDING = consent("pending");

/** Parses an input. Without a clear `true` it is `pending` or `denied`. One that cannot be read is `pending`. */
export function readConsent(input: unknown, hasPrivacyControl: boolean): Consent {
  try {
    return parse(input, hasPrivacyControl);
  } catch {
    return PENDING;
  }
}

function parse(input: unknown, hasPrivacyControl: boolean): Consent {
  if (input === "denied") return consent("denied");
  const purposes = input === "granted" ? { personalise: true, keep: true, sync: true } : input;
  if (typeof purposes !== "object" || purposes === null) return PENDING;
  const allows = (purpose: string): boolean =>
    Object.hasOwn(purposes, purpose) && (purposes as Record<string, unknown>)[purpose] === true;
  if (!allows("personalise")) return consent("denied");
  // Global Privacy Control forbids a profile, and its copy on the server, whatever the banner says.
  const keep = allows("keep") && !hasPrivacyControl;
  return { ...consent("granted", true, keep, keep && allows("sync")), input };
}

/** Returns `true` if two consents allow the same. Sites assert theirs on every page, often more than once. */
export function sameConsent(a: Consent, b: Consent): boolean {
  return a.state === b.state && a.keep === b.keep && a.sync === b.sync;
}
