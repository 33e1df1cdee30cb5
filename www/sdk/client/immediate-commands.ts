/**
 * The words of the interface that do not wait for the recorder. Comes in: a command of the site, unchecked. Goes
 * out: what it asks for. The others are the recorder's.
 */
import type { Chooser } from "../engine/chooser.js";
import { documentLanguage } from "../base/language.js";
import { quietly } from "../base/safe-call.js";
import type { Command, Mode } from "../base/types.js";

/** What these words work on. */
export interface Speaker {
  readonly chooser: Chooser;
  readonly settled: Promise<unknown>;
  readonly mode: Mode;
  readonly listeners: Map<string, Set<(detail: unknown) => void>>;
}

/** Runs a command; answers whether it was one of these. */
export function runWord(speaker: Speaker, [name, first, second]: Command): boolean {
  switch (name) {
    case "choose":
      quietly(second, speaker.chooser.choose(String(first), 0, documentLanguage()));
      break;
    case "ready":
      void speaker.settled.then(() => quietly(first, speaker.mode));
      break;
    case "on":
      listen(speaker, String(first), second);
      break;
    case "off":
      speaker.listeners.get(String(first))?.delete(second as () => void);
      break;
    default:
      return false;
  }
  return true;
}

function listen({ listeners }: Speaker, type: string, callback: unknown): void {
  if (typeof callback !== "function") return;
  listeners.set(
    type,
    (listeners.get(type) ?? new Set()).add(callback as (detail: unknown) => void),
  );
}
