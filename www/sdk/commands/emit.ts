/**
 * Reports to the page's own scripts. In: an event, or the error of a call. Out: calls of the site's
 * listeners, a line on the console. Never: an error in the page.
 */
import type { SessionContext } from "../recorder/session-types.js";
import { EscaleError, type EscaleErrorCode } from "../base/error.js";
import { safeCall } from "../base/safe-call.js";
import { warnOnce } from "../base/warn-once.js";

/** Calls the listeners of an event. */
export function emit(
  { listeners }: Pick<SessionContext, "listeners">,
  type: string,
  detail: unknown,
): void {
  for (const callback of [...(listeners.get(type) ?? [])]) safeCall(callback, detail);
}

/** Reports a wrong call on the console, and to listeners of `error`. */
export function reportError(
  session: Pick<SessionContext, "listeners">,
  code: EscaleErrorCode,
  what: string,
): EscaleError {
  const error = new EscaleError(code, what);
  warnOnce(`${what}${/[.?]$/.test(what) ? "" : "."} ${error.hint}.`);
  emit(session, "error", error);
  return error;
}
