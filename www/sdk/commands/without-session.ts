/**
 * Commands that find no visit: before consent, after it, or where the recorder cannot be had. Comes in: the command. Goes
 * out: nothing left of the visitor, where that was asked for; the callback called, in any case.
 */
import { EscaleError } from "../base/error.js";
import { specOf } from "./table.js";
import { safeCall } from "../base/safe-call.js";
import type { Command } from "../base/client-types.js";
import type { Options } from "../base/types.js";
import { withdraw } from "../recorder/withdraw.js";

/** Answers a command; erasing needs neither consent nor an engine. */
export async function runWithoutSession(options: Options, [verb, ...args]: Command): Promise<void> {
  const left = specOf(verb)?.erases
    ? await forgotten(options, verb).catch((cause: unknown) => failure(verb, cause))
    : specOf(verb)?.kind === "mutation"
      ? new EscaleError("not_kept", `${verb}: nothing is kept of the visitor now`)
      : undefined;
  if (left) console.warn(`escale: ${left.message}. ${left.hint}.`);
  safeCall(args.at(-1), left);
}

/** Whose other browsers there may be was not asked for: only what is kept here says who it is. */
async function forgotten(options: Options, verb: string): Promise<EscaleError | undefined> {
  const visitor = await withdraw(options);
  const hasOthers =
    verb === "profile.forget" && visitor?.customer !== undefined && options.server !== undefined;
  return hasOthers
    ? new EscaleError(
        "not_everywhere",
        `${verb}: this browser is erased, the customer's remote are not`,
      )
    : undefined;
}

/** Why a word that does something came to nothing: a file that cannot be had is a `TypeError`, in all browsers. */
export const failure = (verb: string, cause: unknown): EscaleError =>
  new EscaleError(
    cause instanceof TypeError ? "unavailable" : "failed",
    `${verb}: ${cause instanceof Error ? cause.message : String(cause)}`,
  );
