/**
 * Answers of commands that do nothing. In: a command, the reason. Out: one call of its callback.
 * Every callback is called once, so that no caller waits for ever.
 */
import { safeCall } from "../base/safe-call.js";
import type { Command } from "../base/client-types.js";
import { MUTATING } from "./command-sets.js";

/** Answers a command that was not run. */
export const answerWithoutResult = ([name, ...args]: Command, why: unknown): void =>
  safeCall(args.at(-1), MUTATING.test(name) ? why : undefined);
