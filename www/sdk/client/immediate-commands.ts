/**
 * Commands that do not wait for the recorder. In: a command of the site, unchecked. Out: its effect on the session.
 * All others are the recorder's.
 */
import { documentLanguage } from "../base/language.js";
import { safeCall } from "../base/safe-call.js";
import type { Command } from "../base/client-types.js";
import type { Mode } from "../base/types.js";
import type { CommandsWith } from "../commands/table.js";
import type { Chooser } from "../engine/chooser.js";

/** State that these commands use. */
export interface ImmediateContext {
  readonly chooser: Chooser;
  /** Called before a choice for the site: the page may have changed. */
  beforeChoice(): void;
  readonly recording: Promise<unknown>;
  readonly mode: Mode;
  readonly listeners: Map<string, Set<(detail: unknown) => void>>;
}

/** Runs a command. Returns `true` if it is one of these. */
export function runImmediately(context: ImmediateContext, command: Command): boolean {
  const [name, first, second, isOnce] = command;
  switch (name as CommandsWith<{ needs: "session" }>) {
    case "choose":
      context.beforeChoice();
      safeCall(
        second,
        isOnce
          ? context.chooser.chooseOnce(String(first), documentLanguage())
          : context.chooser.choose(String(first), 0, documentLanguage()),
      );
      return true;
    case "ready":
      void context.recording.then(() => safeCall(first, context.mode));
      return true;
    case "on":
      listen(context, String(first), second);
      return true;
    case "off":
      context.listeners.get(String(first))?.delete(second as () => void);
      return true;
    default:
      return false;
  }
}

function listen({ listeners }: ImmediateContext, type: string, callback: unknown): void {
  if (typeof callback !== "function") return;
  listeners.set(
    type,
    (listeners.get(type) ?? new Set()).add(callback as (detail: unknown) => void),
  );
}
