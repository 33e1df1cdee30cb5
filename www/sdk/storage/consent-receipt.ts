/**
 * Receipt of a consent. In: the granted purposes, the site's input, a time. Out: time, version, source, purposes.
 * Never: anything that names a person, or a text of the site that is no version name.
 */
import type { GrantedPurposes } from "../base/client-types.js";
import type { ConsentReceipt, ConsentSource } from "../base/types.js";

const PURPOSES = ["personalise", "keep", "sync"] as const;
/** Version names that the server accepts. */
const VERSION = /^[\w.-]{1,32}$/;

/** Returns the receipt of a consent. `consent` is the option that names a platform, if the site has one. */
export function receiptOf(
  purposes: GrantedPurposes,
  consent: string | undefined,
  atMs: number,
): ConsentReceipt {
  const { version } = (purposes.input ?? {}) as { version?: unknown };
  const source = /^(tcf|gpp|google)\b/.exec(consent ?? "")?.[0] as ConsentSource | undefined;
  return {
    at_ms: Math.floor(atMs),
    version: typeof version === "string" && VERSION.test(version) ? version : "",
    source: source ?? "site",
    purposes: PURPOSES.filter((purpose) => purposes[purpose]),
  };
}

/** Returns a stored receipt; `undefined` if the value is none. */
export function asReceipt(value: unknown): ConsentReceipt | undefined {
  const { at_ms, version, source, purposes } = (value ?? {}) as {
    [key in keyof ConsentReceipt]?: unknown;
  };
  const isReceipt =
    Number.isSafeInteger(at_ms) &&
    Number(at_ms) >= 0 &&
    typeof version === "string" &&
    typeof source === "string" &&
    Array.isArray(purposes);
  return isReceipt ? (value as ConsentReceipt) : undefined;
}

/** Returns `true` if two receipts are about the same consent, whatever their dates. */
export function isSameConsent(before: ConsentReceipt, after: ConsentReceipt): boolean {
  const named = ({ version, source, purposes }: ConsentReceipt): string =>
    [version, source, ...purposes].join();
  return named(before) === named(after);
}
