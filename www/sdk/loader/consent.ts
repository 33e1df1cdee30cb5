/**
 * Reads what a site says about consent. Comes in: the argument of `consent`, the browser's Global Privacy
 * Control. Goes out: the purposes that may be served. Anything unclear is a refusal; nothing is stored.
 */
import type { ConsentState, Purposes } from "../base/types.js";

/** What was said, and what it allows. */
export interface Consent extends Purposes {
  readonly state: ConsentState;
  /** As the site said it, unread; the receipt takes from it which words were agreed to. */
  readonly said?: unknown;
}

const consent = (
  state: ConsentState,
  personalise = false,
  keep = false,
  sync = false,
): Consent => ({ state, personalise, keep, sync });

/** Nothing was said yet: nothing may be done. */
export const PENDING = consent("pending");

/** Whatever was said, as a consent; without a clear "yes" it is `pending` or `denied`. */
export function readConsent(said: unknown, privacyControl: boolean): Consent {
  if (said === "denied") return consent("denied");
  const asked = said === "granted" ? { personalise: true, keep: true, sync: true } : said;
  if (typeof asked !== "object" || asked === null) return PENDING;
  const yes = (purpose: string): boolean =>
    Object.hasOwn(asked, purpose) && (asked as Record<string, unknown>)[purpose] === true;
  if (!yes("personalise")) return consent("denied");
  // Global Privacy Control: no profile, no sync, whatever the banner says. A copy elsewhere needs one kept here.
  const keep = yes("keep") && !privacyControl;
  return { ...consent("granted", true, keep, keep && yes("sync")), said };
}

/** Whether two consents allow the same; sites assert theirs on every page, often more than once. */
export function sameConsent(a: Consent, b: Consent): boolean {
  return a.state === b.state && a.keep === b.keep && a.sync === b.sync;
}
