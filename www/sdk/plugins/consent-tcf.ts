/**
 * Consent from a platform of the IAB's Transparency and Consent Framework, 2.2 or later. In: events
 * of `__tcfapi`. Out: `granted`, `denied` or `pending`. A platform that is missing, silent, unclear
 * or failing leaves `pending`. Never: a write, a request, or a read of other data.
 */
import type { Dispatch } from "../base/client-types.js";
import type { ConsentState, Options } from "../base/types.js";

type AnswerListener = (answer: unknown, success: unknown) => void;
type Api = (command: "addEventListener", version: 2, listener: AnswerListener) => void;

/** Answer of a platform to a message. */
interface Answer {
  readonly callId?: unknown;
  readonly returnValue?: unknown;
  readonly success?: unknown;
}

/** Purposes: to store on the device, to create a content profile, to choose content by it. */
const NEEDED = [1, 5, 6];
/** Statuses after which the visitor's answer is known. */
const FINAL_STATUSES = ["tcloaded", "useractioncomplete"];
const ALL = { personalise: true, keep: true, sync: true };
const POLL_EVERY_MS = 100;
const POLLS_MAX = 600;

/** Follows the platform. It may load later, and replace its own stub. */
export function install(dispatch: Dispatch, { consent }: Options): void {
  const needed = neededBy(consent ?? "");
  const listener = (answer: unknown, success: unknown): void => {
    const state = readTcf(answer, success, needed);
    dispatch(["consent", state === "granted" ? { ...ALL, version: policyOf(answer) } : state]);
  };
  let polls = 0;
  const poll = (): void => {
    if (!listen(listener) && ++polls < POLLS_MAX) setTimeout(poll, POLL_EVERY_MS);
  };
  poll();
}

/** Returns the purposes that need consent. `tcf:3,4` adds those of advertising. */
export function neededBy(consent: string): readonly number[] {
  const added = consent.split(":")[1]?.split(",") ?? [];
  return [...NEEDED, ...added.map(Number)];
}

/** Parses an event of the platform. Only consent counts, no legitimate interest. */
export function readTcf(
  answer: unknown,
  success: unknown,
  needed: readonly number[],
): ConsentState {
  try {
    const { eventStatus, cmpStatus, gdprApplies, purpose } = answer as Record<string, unknown>;
    const isFinal =
      success === true && cmpStatus !== "error" && FINAL_STATUSES.includes(eventStatus as string);
    // Without a clear answer to whether the law applies, nothing is known.
    if (!isFinal || typeof gdprApplies !== "boolean") return "pending";
    const { consents } = (purpose ?? {}) as { consents?: unknown };
    if (needed.every((number) => isTrue(consents, number))) return "granted";
    // "The law does not apply" is no answer of the visitor, neither consent nor denial.
    return gdprApplies ? "denied" : "pending";
  } catch {
    return "pending";
  }
}

const isTrue = (consents: unknown, purpose: number): boolean =>
  typeof consents === "object" &&
  consents !== null &&
  Object.hasOwn(consents, purpose) &&
  (consents as Record<number, unknown>)[purpose] === true;

/**
 * Returns the version of the framework's policies, for the receipt. No error reaches the platform.
 */
function policyOf(answer: unknown): string {
  try {
    return `${(answer as { tcfPolicyVersion?: number | string }).tcfPolicyVersion ?? ""}`;
  } catch {
    return "";
  }
}

/**
 * Adds a listener to the platform, or its stub, on this page or a page around it. Returns `false`
 * if there is none.
 */
function listen(listener: AnswerListener): boolean {
  try {
    const api = (window as { __tcfapi?: unknown }).__tcfapi;
    if (typeof api === "function") (api as Api)("addEventListener", 2, listener);
    else return listenAround(listener);
    return true;
  } catch {
    return false;
  }
}

/**
 * Adds a listener from inside a frame. The platform's page has a frame of a known name, and answers
 * messages.
 */
function listenAround(listener: AnswerListener): boolean {
  const platform = around();
  if (!platform) return false;
  const callId = `escale-${Math.random()}`;
  addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
    // Messages of other sources are ignored.
    if (source !== platform) return;
    const answer = readAnswer(data);
    if (answer?.callId === callId) listener(answer.returnValue, answer.success);
  });
  platform.postMessage(
    JSON.stringify({ __tcfapiCall: { command: "addEventListener", version: 2, callId } }),
    "*",
  );
  return true;
}

function around(): Window | undefined {
  for (let page: Window = window; page !== page.parent;) {
    page = page.parent;
    try {
      if (page.frames["__tcfapiLocator" as unknown as number]) return page;
    } catch {
      // A page of another origin, without such a frame.
    }
  }
  return undefined;
}

/** Parses a platform's answer: an object, or JSON. */
function readAnswer(data: unknown): Answer | undefined {
  try {
    const { __tcfapiReturn: answer } = (typeof data === "string" ? JSON.parse(data) : data) as {
      __tcfapiReturn?: Answer;
    };
    return answer;
  } catch {
    return undefined;
  }
}
