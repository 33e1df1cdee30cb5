/**
 * Tells the page's own scripts. Comes in: what happened, or what was wrong with a call. Goes out: calls of the site's
 * listeners, a line on the console. Must never throw into the page.
 */
import type { SessionContext } from "../recorder/session-types.js";
import { EscaleError, type EscaleErrorCode } from "../base/error.js";
import { safeCall } from "../base/safe-call.js";

/** Calls the listeners of a type. */
export function emit(
  { listeners }: Pick<SessionContext, "listeners">,
  type: string,
  detail: unknown,
): void {
  for (const callback of [...(listeners.get(type) ?? [])]) safeCall(callback, detail);
}

/** Tells the site's developer what was wrong with a call; who listens to `error` is told, too. */
export function reportError(
  session: Pick<SessionContext, "listeners">,
  code: EscaleErrorCode,
  what: string,
): EscaleError {
  const error = new EscaleError(code, what);
  console.warn(`escale: ${what}. ${error.hint}.`);
  emit(session, "error", error);
  return error;
}
