/**
 * Commands without a session: before consent, after it, or if the recorder cannot be loaded. In: a
 * command. Out: empty stores, if the command erases; its callback called, in any case.
 */
import { EscaleError } from "../base/error.js";
import { specOf } from "./table.js";
import { safeCall } from "../base/safe-call.js";
import type { Command } from "../base/client-types.js";
import type { Options } from "../base/types.js";
import { withdraw } from "../recorder/withdraw.js";

/** Answers a command. Erasure needs neither consent nor an engine. */
export async function runWithoutSession(options: Options, [name, ...args]: Command): Promise<void> {
  const left = specOf(name)?.erases
    ? await erase(options, name).catch((cause: unknown) => toEscaleError(name, cause))
    : specOf(name)?.kind === "mutation"
      ? new EscaleError("not_kept", `${name}: nothing is kept of the visitor now`)
      : undefined;
  if (left) console.warn(`escale: ${left.message}. ${left.hint}.`);
  safeCall(args.at(-1), left);
}

/**
 * Erases the stores. The customer's other browsers were not asked for: only this store knows the
 * visitor.
 */
async function erase(options: Options, name: string): Promise<EscaleError | undefined> {
  const visitor = await withdraw(options);
  const hasOtherBrowsers =
    name === "profile.forget" && visitor?.customer !== undefined && options.server !== undefined;
  return hasOtherBrowsers
    ? new EscaleError(
        "not_everywhere",
        `${name}: this browser is erased, the customer's other browsers are not`,
      )
    : undefined;
}

/**
 * Converts the cause of a failed mutation. A file that cannot be loaded is a `TypeError` in all
 * browsers.
 */
export const toEscaleError = (name: string, cause: unknown): EscaleError =>
  new EscaleError(
    cause instanceof TypeError ? "unavailable" : "failed",
    `${name}: ${cause instanceof Error ? cause.message : String(cause)}`,
  );
