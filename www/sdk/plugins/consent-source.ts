/**
 * Parts that the sources of consent share. In: answers of a platform, in its order. Out: consent commands, one for each
 * change. Never: a granted consent from a platform that is no longer the page's.
 */
import type { Dispatch } from "../base/client-types.js";
import type { ConsentState } from "../base/types.js";
import { warnOnce } from "../base/warn-once.js";
import { watchProperty } from "./watch-property.js";

/** Reports the consent of a platform. `version` is that of its texts or policies. */
export type Report = (state: ConsentState, version?: string) => void;

/** Platform found on the page. Another `identity` is another platform. */
export interface Platform {
  readonly identity: unknown;
  /** Adds a listener. An error means that the platform is not ready: it is tried again. */
  attach(report: Report): void;
}

const ALL = { personalise: true, keep: true, sync: true };
/** Limit for listeners on one page. A property may return another function each time it is read. */
const PLATFORMS_MAX = 50;
/** Time after which a missing platform is logged, in milliseconds. */
const SILENCE_MS = 10_000;
/** Returns a function that dispatches each change of the consent. A repeated answer is no change. */
export function reporter(dispatch: Dispatch): Report {
  // Consent is undecided before the first answer.
  let last = "pending,";
  return (state, version) => {
    const answer = [state, version].join();
    if (answer === last) return;
    last = answer;
    dispatch([
      "consent",
      state === "granted" && version !== undefined ? { ...ALL, version } : state,
    ]);
  };
}

/**
 * Follows the platform at `window[key]`, and each one that replaces it. A replaced platform can only withdraw: until the
 * new one answers, consent is `pending`.
 */
export function followPlatform(
  key: string,
  find: (value: unknown) => Platform | undefined,
  report: Report,
): void {
  let current: unknown;
  let attached = 0;
  watchProperty(key, (value) => {
    const platform = find(value);
    const identity = platform?.identity;
    if (identity === current) return;
    const hadOne = current !== undefined;
    current = identity;
    const answer = { isGiven: false };
    try {
      if (platform && ++attached <= PLATFORMS_MAX)
        platform.attach((state, version) => {
          answer.isGiven = true;
          if (identity === current || state === "denied") report(state, version);
        });
    } catch {
      current = undefined;
    }
    if (hadOne && !answer.isGiven) report("pending");
    if (attached > PLATFORMS_MAX) warnOnce(`${key} changes without end: consent stays undecided`);
  });
  setTimeout(() => {
    if (current === undefined) warnOnce(`the page has no ${key}: consent stays undecided`);
  }, SILENCE_MS);
}
