/**
 * The receipt of a consent. Comes in: what was said, by whom, when. Goes out: time, version, source, purposes; nothing that
 * names a person. Must not let a text of the site's through but as a name.
 */
import type { ConsentReceipt, Purposes } from "../base/types.js";

const PURPOSES = ["personalise", "keep", "sync"] as const;
/** What a version may be called: what the server takes. */
const VERSION = /^[\w.-]{1,32}$/;

/** What is agreed to on a page; `consent` is the option that names a platform, if it has one. */
export function receiptOf(
  purposes: Purposes & { readonly said?: unknown },
  consent: string | undefined,
  atMs: number,
): ConsentReceipt {
  const { version } = (purposes.said ?? {}) as { version?: unknown };
  const source = /^(tcf|google)\b/.exec(consent ?? "")?.[0] as "tcf" | "google" | undefined;
  return {
    at_ms: Math.floor(atMs),
    version: typeof version === "string" && VERSION.test(version) ? version : "",
    source: source ?? "site",
    purposes: PURPOSES.filter((purpose) => purposes[purpose]),
  };
}

/** A receipt as it was stored, if it is one. */
export function asReceipt(value: unknown): ConsentReceipt | undefined {
  const { at_ms, version, source, purposes } = (value ?? {}) as {
    [key in keyof ConsentReceipt]?: unknown;
  };
  const isKnown =
    Number.isSafeInteger(at_ms) &&
    Number(at_ms) >= 0 &&
    typeof version === "string" &&
    typeof source === "string" &&
    Array.isArray(purposes);
  return isKnown ? (value as ConsentReceipt) : undefined;
}

/** Whether a consent that is said again is the one that was given. */
export function isSameConsent(before: ConsentReceipt, after: ConsentReceipt): boolean {
  const named = ({ version, source, purposes }: ConsentReceipt): string =>
    [version, source, ...purposes].join();
  return named(before) === named(after);
}
