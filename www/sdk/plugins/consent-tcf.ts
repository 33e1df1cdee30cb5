/**
 * Consent from a platform of the IAB's Transparency and Consent Framework, 2.2 or later. Comes in: the events of
 * `__tcfapi`. Goes out: `granted`, `denied` or `pending`. Runs before consent: must store, send and read nothing of
 * the visitor but the answer; a platform that is missing, silent, unclear or failing leaves `pending`.
 */
import type { Dispatch } from "../base/client-types.js";
import type { ConsentState, Options } from "../base/types.js";

type Told = (answer: unknown, success: unknown) => void;
type Api = (command: "addEventListener", version: 2, told: Told) => void;

/** How a platform answers a message. */
interface Answer {
  readonly callId?: unknown;
  readonly returnValue?: unknown;
  readonly success?: unknown;
}

/** To store on the device, to make a profile for content, to choose content by it. */
const NEEDED = [1, 5, 6];
/** Only after these is the visitor's answer known. */
const DECIDED = ["tcloaded", "useractioncomplete"];
const ALL = { personalise: true, keep: true, sync: true };
const LOOK_EVERY_MS = 100;
const LOOKS_MAX = 600;

/** Follows the platform; it may come later than this, and replace its own stub. */
export function install(take: Dispatch, { consent }: Options): void {
  const needed = neededBy(consent ?? "");
  const told = (answer: unknown, success: unknown): void => {
    const state = readTcf(answer, success, needed);
    take(["consent", state === "granted" ? { ...ALL, version: policyOf(answer) } : state]);
  };
  let looks = 0;
  const look = (): void => {
    if (!listen(told) && ++looks < LOOKS_MAX) setTimeout(look, LOOK_EVERY_MS);
  };
  look();
}

/** The purposes that must all be agreed to: `tcf:3,4` adds those of advertising. */
export function neededBy(consent: string): readonly number[] {
  const added = consent.split(":")[1]?.split(",") ?? [];
  return [...NEEDED, ...added.map(Number)];
}

/** What an event of the platform says. By consent alone: a legitimate interest counts for nothing. */
export function readTcf(
  answer: unknown,
  success: unknown,
  needed: readonly number[],
): ConsentState {
  try {
    const { eventStatus, cmpStatus, gdprApplies, purpose } = answer as Record<string, unknown>;
    const isDecided =
      success === true && cmpStatus !== "error" && DECIDED.includes(eventStatus as string);
    // Where it is not known whether the law applies, nothing is known.
    if (!isDecided || typeof gdprApplies !== "boolean") return "pending";
    const { consents } = (purpose ?? {}) as { consents?: unknown };
    if (needed.every((number) => isTrue(consents, number))) return "granted";
    // "The law does not apply" is no answer of the visitor's, neither a yes nor a no.
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

/** The framework's policies that the visitor was asked under, for the receipt; nothing of it may be thrown into the platform. */
function policyOf(answer: unknown): string {
  try {
    return `${(answer as { tcfPolicyVersion?: number | string }).tcfPolicyVersion ?? ""}`;
  } catch {
    return "";
  }
}

/** Whether there is a platform, or its stub, that took the listener: on this page, or on one around it. */
function listen(told: Told): boolean {
  try {
    const api = (window as { __tcfapi?: unknown }).__tcfapi;
    if (typeof api === "function") (api as Api)("addEventListener", 2, told);
    else return listenAround(told);
    return true;
  } catch {
    return false;
  }
}

/** Where this page stands in a frame: the platform of a page around it marks itself by a frame of its own, and is asked by messages. */
function listenAround(told: Told): boolean {
  const platform = around();
  if (!platform) return false;
  const callId = `escale-${Math.random()}`;
  addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
    // Whoever else speaks is not asked.
    if (source !== platform) return;
    const answer = readAnswer(data);
    if (answer?.callId === callId) told(answer.returnValue, answer.success);
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
      // Of another origin, and without such a frame.
    }
  }
  return undefined;
}

/** Platforms answer by objects, or by JSON. */
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
