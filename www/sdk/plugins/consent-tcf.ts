/**
 * Consent from a platform of the IAB's Transparency and Consent Framework, 2.2 or later. In: events
 * of `__tcfapi`. Out: `granted`, `denied` or `pending`. A platform that is missing, silent, unclear
 * or failing leaves `pending`. Never: a write, a request, or a read of other data.
 */
import type { Dispatch } from "../base/client-types.js";
import type { ConsentState, Options } from "../base/types.js";
import { warnOnce } from "../base/warn-once.js";
import { followPlatform, reporter } from "./consent-source.js";
import { findIab, type IabApi } from "./iab-api.js";

/** Consent that the site requires. */
export interface TcfRules {
  readonly purposes: readonly number[];
  /** Reads the publisher's own consents, which stand apart from those of its partners. */
  readonly isPublisher: boolean;
  /** Grants consent where the law does not apply. */
  readonly grantsElsewhere: boolean;
}

/** Purposes: to store on the device, to create a content profile, to choose content by it. */
const NEEDED = [1, 5, 6];
/** Statuses after which the visitor's answer is known. */
const FINAL_STATUSES = ["tcloaded", "useractioncomplete"];

/** Follows the platform. It may load later, replace its own stub, and be replaced. */
export function install(dispatch: Dispatch, options: Options): void {
  const rules = tcfRules(options);
  const api: IabApi = {
    name: "__tcfapi",
    version: 2,
    call: (tcfapi, listener) => tcfapi("addEventListener", 2, listener),
    read: (answer, success, report) => report(readTcf(answer, success, rules), policyOf(answer)),
  };
  followPlatform(api.name, (value) => findIab(api, value), reporter(dispatch));
}

/** Returns the rules of a site. `tcf:3,4` adds purposes, `tcf:publisher` reads the publisher's consents. */
export function tcfRules({
  consent,
  consentElsewhere,
}: Pick<Options, "consent" | "consentElsewhere">): TcfRules {
  const added = consent?.split(":")[1]?.split(",") ?? [];
  return {
    purposes: [...NEEDED, ...added.filter((name) => name !== "publisher").map(Number)],
    isPublisher: added.includes("publisher"),
    grantsElsewhere: consentElsewhere === "granted",
  };
}

/** Parses an event of the platform. Only consent counts, no legitimate interest. */
export function readTcf(answer: unknown, success: unknown, rules: TcfRules): ConsentState {
  try {
    const given = answer as Record<string, unknown>;
    const isFinal =
      success === true &&
      given["cmpStatus"] !== "error" &&
      FINAL_STATUSES.includes(given["eventStatus"] as string);
    return isFinal ? stateOf(given, rules) : "pending";
  } catch {
    return "pending";
  }
}

function stateOf(given: Record<string, unknown>, rules: TcfRules): ConsentState {
  const { gdprApplies } = given;
  const answers = answersOf(given[rules.isPublisher ? "publisher" : "purpose"], rules.purposes);
  const all = answers.every((answer) => answer === true);
  if (gdprApplies === true) {
    if (!all) warnOfUnasked(given, rules.purposes, answers);
    return all ? "granted" : "denied";
  }
  // "The law does not apply" is no answer of the visitor: the site says what holds then.
  if (rules.grantsElsewhere && (gdprApplies === false || (gdprApplies === undefined && all)))
    return "granted";
  if (typeof gdprApplies !== "boolean")
    warnOnce(`gdprApplies of the platform is neither true nor false: consent stays undecided`);
  else if (all) return "granted";
  else
    warnOnce(
      'gdprApplies is false: data-consent-elsewhere="granted" says that no consent is needed there',
    );
  return "pending";
}

/** Returns the answers to purposes. Inherited properties are none. */
function answersOf(part: unknown, purposes: readonly number[]): unknown[] {
  const { consents } = (part ?? {}) as { consents?: unknown };
  const isRead = typeof consents === "object" && consents !== null;
  return purposes.map((number) =>
    isRead && Object.hasOwn(consents, number)
      ? (consents as Record<number, unknown>)[number]
      : undefined,
  );
}

/** Warns of purposes that the platform has no answer for, while it has others. A refusal may have no answers at all. */
function warnOfUnasked(
  given: Record<string, unknown>,
  purposes: readonly number[],
  answers: readonly unknown[],
): void {
  const unasked = purposes.filter((_, index) => typeof answers[index] !== "boolean");
  const { consents } = (given["purpose"] ?? {}) as { consents?: object | null };
  const isRejection =
    unasked.length === purposes.length && Object.keys(consents ?? {}).length === 0;
  if (unasked.length === 0 || isRejection) return;
  const isOwn = answersOf(given["publisher"], purposes).every((answer) => answer === true);
  warnOnce(
    `the platform has no answer for the purposes ${unasked.join(", ")}. ` +
      (isOwn
        ? 'The publisher\'s own consents have them: data-consent="tcf:publisher"'
        : "It must ask for them, or consent is never given"),
  );
}

/** Returns the version of the framework's policies, for the receipt. No error reaches the platform. */
function policyOf(answer: unknown): string {
  try {
    return `${(answer as { tcfPolicyVersion?: number | string }).tcfPolicyVersion ?? ""}`;
  } catch {
    return "";
  }
}
