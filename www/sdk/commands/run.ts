/**
 * The words of the interface that count, keep or tell, one function each. Comes in: a command of the site, unchecked.
 * Goes out: what the visit, the server or the full module does about it, and the site's callback called, once. Wrong calls
 * are told on the console, never thrown.
 */
import type { OfferElement } from "../slots/element.js";
import { complain, emit } from "./emit.js";
import { forget } from "./forget.js";
import { toldBy } from "../plugins/ga4.js";
import { unpackContent } from "../storage/codec.js";
import { documentLanguage, type Language } from "../base/language.js";
import { identify } from "./identify.js";
import { specOf, type CommandsWith } from "./table.js";
import { quietly } from "../base/safe-call.js";
import type { Visit } from "../recorder/recorder.js";
import { failure, undone } from "./without-session.js";
import { feedback, render } from "./offers.js";
import { answerOf, centre, exportProfile, getProfile, importProfile, inspect } from "./profile.js";
import type { Choice, Command, Explanation, Fields, Question, WhatIf } from "../base/types.js";

/** Handler of a command: takes the arguments without the callback. The callback gets its result. */
type Handler = (visit: Visit, args: readonly unknown[]) => unknown;

/** Handlers of the commands that need the recorder: the compiler checks them against the table. */
const HANDLERS: Readonly<Record<CommandsWith<{ needs: "recorder" }>, Handler>> = {
  page: (visit, [facts]) => visit.turnPage(topicsOf(facts)),
  track: (visit, [name, fields]) => track(visit, String(name), fields),
  declare: (visit, [fields]) => track(visit, "declare", fields),
  question,
  flush: (visit) => visit.flush(),
  logout,
  inspect,
  explain: (visit, [placement, whatIf]) =>
    explanation(visit, String(placement), whatIf as WhatIf | undefined),
  ga4: (visit, [name, params]) => ga4(visit, String(name), params, false),
  why: (visit, args) => why(visit, args as [OfferElement, Choice, Language]),
  identify: (visit, [token]) => identify(visit, String(token)),
  render,
  feedback: (visit, args) => feedback(visit, args, (name, fields) => track(visit, name, fields)),
  "profile.get": getProfile,
  "profile.export": exportProfile,
  "profile.import": importProfile,
  "profile.pause": (visit) => answerOf(visit, "profile.pause", visit.pause(true)),
  "profile.resume": (visit) => answerOf(visit, "profile.resume", visit.pause(false)),
  "profile.forget": forget,
  reset: (visit) => answerOf(visit, "reset", visit.reset()),
  centre,
  debug: (visit, [isOn]) => void (visit.isDebugged = isOn !== false),
};

/** Returns the handler of a command; `undefined` if the recorder has no command of this name. */
const handlerOf = (name: string): Handler | undefined =>
  Object.hasOwn(HANDLERS, name) ? HANDLERS[name as keyof typeof HANDLERS] : undefined;

/** Runs a command of the site: of a session that has ended, as without one. */
export const runCommand = (visit: Visit, command: Command): Promise<void> =>
  visit.isClosed ? undone(visit.desk.from.options, command) : runVerb(visit, command);

/** Runs a command, and answers it; an unknown one is told, and passed over. Rejects with what it failed by. */
export async function runVerb(visit: Visit, [name, ...args]: Command): Promise<void> {
  const handler = handlerOf(name);
  const spec = specOf(name);
  // eslint-disable-next-line no-console -- asked for by the site's developer
  if (visit.isDebugged) console.info("escale", name, ...args);
  if (!handler) complain(visit.desk, "unknown_command", `there is no command "${name}"`);
  const callback = typeof args.at(-1) === "function" ? args.pop() : undefined;
  const isHeard = !visit.desk.known.isPaused || spec?.whilePaused === true;
  let answer: unknown;
  try {
    answer = isHeard ? await handler?.(visit, args) : undefined;
  } catch (error) {
    quietly(callback, spec?.kind === "mutation" ? failure(name, error) : undefined);
    throw error;
  }
  quietly(callback, answer);
}

/** Counts an event, and tells the site's listeners. */
function track(visit: Visit, name: string, fields: unknown): void {
  // What Google Analytics calls it, or tells with its items.
  const fault = (fields as { items?: unknown } | undefined)?.items
    ? "unknown event"
    : visit.track(name, fieldsOf(visit, fields));
  if (fault === "unknown event") ga4(visit, name, fields, true);
  else if (fault) complain(visit.desk, "bad_field", `track("${name}"): ${fault}`);
  else emit(visit.desk, name, fields);
}

/** Counts what an event of Google Analytics means; what a layer says that nobody knows is passed over in silence. */
function ga4(visit: Visit, name: string, params: unknown, isCalled: boolean): void {
  const told = toldBy(name, params);
  if (!told && isCalled) complain(visit.desk, "unknown_event", `track("${name}"): unknown event`);
  for (const [kind, fields] of told ?? []) {
    const fault = visit.track(kind, fields);
    if (!fault) emit(visit.desk, kind, fields);
    else if (isCalled) complain(visit.desk, "bad_field", `track("${name}"): ${fault}`);
  }
}

/** What is tracked of a choice tells the decision too, which the server's report learns from; other fields are as they are. */
function fieldsOf({ desk }: Visit, said: unknown): Fields | undefined {
  const inputs = typeof said === "object" ? desk.chooser.inputs(said as Choice) : undefined;
  if (!inputs) return said as Fields | undefined;
  const { placement, offer, propensity = 0, variant, arm } = said as Choice;
  const { slot, nowMs } = inputs;
  return {
    offer,
    placement,
    slot,
    decided_ms: Math.floor(nowMs),
    propensity: propensity.toFixed(12),
    variant,
    arm,
  };
}

/** The question worth asking now; to be answered by `declare`. */
function question({ desk }: Visit): Question | undefined {
  const { fact, text, ...answers } = unpackContent(
    desk.runtime.question(desk.nowMs(), documentLanguage()),
  );
  if (fact === undefined || text === undefined) return undefined;
  return {
    fact,
    text,
    answers: Object.entries(answers).map(([value, said]) => ({ value, text: said })),
  };
}

/** Whoever was on the way to be known is not here any more. */
function logout(visit: Visit): Promise<void> {
  visit.identifying = undefined;
  return visit.beginAnew();
}

function topicsOf(facts: unknown): readonly string[] {
  const topics = (facts as { topics?: unknown } | undefined)?.topics;
  const list: readonly unknown[] = Array.isArray(topics) ? topics : [topics];
  return list.filter((topic) => typeof topic === "string").slice(0, 16);
}

async function explanation(
  { desk }: Visit,
  of: Choice | string,
  whatIf: WhatIf = {},
): Promise<Explanation | undefined> {
  const inputs = desk.chooser.inputs(of);
  return (
    inputs &&
    (await import("../full/index.js")
      .then((full) => full.explain(inputs, whatIf))
      .catch(() => undefined))
  );
}

async function why(
  visit: Visit,
  [slot, choice, language]: [OfferElement, Choice, Language],
): Promise<void> {
  const [full, told] = await Promise.all([import("../full/index.js"), explanation(visit, choice)]);
  full.showWhy(told, language, (feedback) => {
    track(visit, feedback, { offer: choice.offer, placement: choice.placement });
    visit.desk.again(slot);
  });
}
