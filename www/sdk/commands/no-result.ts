/**
 * The answers of commands that come to nothing. Comes in: a command, why nothing was done. Goes out: its callback, called.
 * Every callback is called once: whoever waits for one is never left waiting.
 */
import { safeCall } from "../base/safe-call.js";
import type { Command } from "../base/client-types.js";
import { MUTATING } from "./command-sets.js";

/** Answers a command of which nothing was done. */
export const answerWithoutResult = ([verb, ...args]: Command, why: unknown): void =>
  safeCall(args.at(-1), MUTATING.test(verb) ? why : undefined);
