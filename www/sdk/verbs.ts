/**
 * The words of the interface that every page uses, one function each. Comes in: a command of the site, unchecked.
 * Goes out: what the visit does about it, and the site's callback called. Wrong calls are told on the console,
 * never thrown; the rarer words are fetched when they are first said.
 */
import type { OfferElement } from "./element.js";
import { quietly } from "./queue.js";
import type { Command, Fields, Mode, Start } from "./types.js";
import type { Visit } from "./visit.js";

/** What the verbs work on. */
export interface Desk {
  readonly from: Start;
  readonly visit: Visit;
  readonly mode: Mode;
  readonly listeners: Map<string, Set<(detail: unknown) => void>>;
  /** Chooses once more for a slot. */
  again(slot: OfferElement): void;
  /** Ends, and wipes what is kept here. */
  erase(): Promise<void>;
}

/** A command's function; what it answers is awaited only to notice failures. */
export type Verb = (desk: Desk, args: readonly unknown[]) => unknown;

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ["page", (desk, [facts]) => desk.visit.view(topicsOf(facts))],
  ["track", (desk, [name, fields]) => track(desk, String(name), fields)],
  ["declare", (desk, [fields]) => track(desk, "declare", fields)],
  ["choose", choose],
  ["on", (desk, [type, callback]) => listen(desk, String(type), callback)],
  ["off", (desk, [type, callback]) => desk.listeners.get(String(type))?.delete(callback as () => void)],
  ["ready", (desk, [callback]) => quietly(callback, desk.mode)],
  ["flush", flush],
  // Here, not among the rarer ones: the page may be left at once.
  ["logout", (desk) => desk.visit.beginAnew()],
]);

/** Runs a command. */
export function runVerb(desk: Desk, command: Command): unknown {
  const [name, ...args] = command;
  const verb = VERBS.get(name);
  return verb ? verb(desk, args) : import("./later.js").then((later) => later.runLaterVerb(desk, command));
}

/** Tells the site's developer what was wrong with a call. */
export const complain = (what: string): void => console.warn(`escale: ${what}`);

/** Counts an event, and tells the site's listeners. */
export function track(desk: Desk, name: string, fields: unknown): void {
  // What Google Analytics calls it, or tells with its items, is for the rarer words.
  const fault = (fields as { items?: unknown } | undefined)?.items ? "unknown event" : desk.visit.track(name, fields as Fields | undefined);
  if (fault === "unknown event") return void runVerb(desk, ["ga4", name, fields, true]);
  if (fault) complain(`track("${name}"): ${fault}`);
  else emit(desk, name, fields);
}

/** Calls the listeners of a type. */
export function emit(desk: Desk, type: string, detail: unknown): void {
  for (const callback of [...(desk.listeners.get(type) ?? [])]) quietly(callback, detail);
}

function choose(desk: Desk, [placement, callback]: readonly unknown[]): void {
  const language = document.documentElement.lang.slice(0, 2).toLowerCase();
  quietly(callback, desk.visit.chooser.choose(String(placement), 0, language).choice);
}

async function flush(desk: Desk, [callback]: readonly unknown[]): Promise<void> {
  await desk.visit.flush();
  quietly(callback);
}

function topicsOf(facts: unknown): readonly string[] {
  const topics = (facts as { topics?: unknown } | undefined)?.topics;
  const list: readonly unknown[] = Array.isArray(topics) ? topics : [topics];
  return list.filter((topic) => typeof topic === "string").slice(0, 16);
}

function listen(desk: Desk, type: string, callback: unknown): void {
  if (typeof callback !== "function") return;
  const known = desk.listeners.get(type) ?? new Set();
  desk.listeners.set(type, known.add(callback as (detail: unknown) => void));
}
