/**
 * The words of the interface that count, keep or tell, one function each. Comes in: a command of the site, unchecked.
 * Goes out: what the visit, the server or the full module does about it, and the site's callback called, once. Wrong calls
 * are told on the console, never thrown.
 */
import type { OfferElement } from "../slots/element.js";
import { reportError, emit } from "./emit.js";
import { forget } from "./forget.js";
import { eventsFromGa4 } from "../plugins/ga4.js";
import { unpackContent } from "../storage/codec.js";
import { documentLanguage, type Language } from "../base/language.js";
import { identify } from "./identify.js";
import { specOf, type CommandsWith } from "./table.js";
import { safeCall } from "../base/safe-call.js";
import type { Recorder } from "../recorder/recorder.js";
import { failure, runWithoutSession } from "./without-session.js";
import { feedback, render } from "./offers.js";
import { answerOf, centre, exportProfile, getProfile, importProfile, inspect } from "./profile.js";
import type { Command, Fields } from "../base/client-types.js";
import type { Choice, Explanation, Question, WhatIf } from "../base/types.js";

/** Handler of a command: takes the arguments without the callback. The callback gets its result. */
type Handler = (recorder: Recorder, args: readonly unknown[]) => unknown;

/** Handlers of the commands that need the recorder: the compiler checks them against the table. */
const HANDLERS: Readonly<Record<CommandsWith<{ needs: "recorder" }>, Handler>> = {
  page: (recorder, [facts]) => recorder.onPageChange(topicsOf(facts)),
  track: (recorder, [name, fields]) => track(recorder, String(name), fields),
  declare: (recorder, [fields]) => track(recorder, "declare", fields),
  question,
  flush: (recorder) => recorder.flush(),
  logout,
  inspect,
  explain: (recorder, [placement, whatIf]) =>
    explanation(recorder, String(placement), whatIf as WhatIf | undefined),
  ga4: (recorder, [name, params]) => ga4(recorder, String(name), params, false),
  why: (recorder, args) => why(recorder, args as [OfferElement, Choice, Language]),
  identify: (recorder, [token]) => identify(recorder, String(token)),
  render,
  feedback: (recorder, args) =>
    feedback(recorder, args, (name, fields) => track(recorder, name, fields)),
  "profile.get": getProfile,
  "profile.export": exportProfile,
  "profile.import": importProfile,
  "profile.pause": (recorder) => answerOf(recorder, "profile.pause", recorder.pause(true)),
  "profile.resume": (recorder) => answerOf(recorder, "profile.resume", recorder.pause(false)),
  "profile.forget": forget,
  reset: (recorder) => answerOf(recorder, "reset", recorder.reset()),
  centre,
  debug: (recorder, [isOn]) => void (recorder.isDebugged = isOn !== false),
};

/** Returns the handler of a command; `undefined` if the recorder has no command of this name. */
const handlerOf = (name: string): Handler | undefined =>
  Object.hasOwn(HANDLERS, name) ? HANDLERS[name as keyof typeof HANDLERS] : undefined;

/** Runs a command of the site: of a session that has ended, as without one. */
export const runCommand = (recorder: Recorder, command: Command): Promise<void> =>
  recorder.isClosed
    ? runWithoutSession(recorder.session.from.options, command)
    : runRecorded(recorder, command);

/** Runs a command, and answers it; an unknown one is told, and passed over. Rejects with what it failed by. */
export async function runRecorded(recorder: Recorder, [name, ...args]: Command): Promise<void> {
  const handler = handlerOf(name);
  const spec = specOf(name);
  // eslint-disable-next-line no-console -- asked for by the site's developer
  if (recorder.isDebugged) console.info("escale", name, ...args);
  if (!handler) reportError(recorder.session, "unknown_command", `there is no command "${name}"`);
  const callback = typeof args.at(-1) === "function" ? args.pop() : undefined;
  const isHeard = !recorder.session.known.isPaused || spec?.whilePaused === true;
  let answer: unknown;
  try {
    answer = isHeard ? await handler?.(recorder, args) : undefined;
  } catch (error) {
    safeCall(callback, spec?.kind === "mutation" ? failure(name, error) : undefined);
    throw error;
  }
  safeCall(callback, answer);
}

/** Counts an event, and tells the site's listeners. */
function track(recorder: Recorder, name: string, fields: unknown): void {
  // What Google Analytics calls it, or tells with its items.
  const fault = (fields as { items?: unknown } | undefined)?.items
    ? "unknown event"
    : recorder.track(name, fieldsOf(recorder, fields));
  if (fault === "unknown event") ga4(recorder, name, fields, true);
  else if (fault) reportError(recorder.session, "bad_field", `track("${name}"): ${fault}`);
  else emit(recorder.session, name, fields);
}

/** Counts what an event of Google Analytics means; what a layer says that nobody knows is passed over in silence. */
function ga4(recorder: Recorder, name: string, params: unknown, isCalled: boolean): void {
  const told = eventsFromGa4(name, params);
  if (!told && isCalled)
    reportError(recorder.session, "unknown_event", `track("${name}"): unknown event`);
  for (const [kind, fields] of told ?? []) {
    const fault = recorder.track(kind, fields);
    if (!fault) emit(recorder.session, kind, fields);
    else if (isCalled) reportError(recorder.session, "bad_field", `track("${name}"): ${fault}`);
  }
}

/** What is tracked of a choice tells the decision too, which the server's report learns from; other fields are as they are. */
function fieldsOf({ session }: Recorder, said: unknown): Fields | undefined {
  const inputs = typeof said === "object" ? session.chooser.inputs(said as Choice) : undefined;
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
function question({ session }: Recorder): Question | undefined {
  const { fact, text, ...answers } = unpackContent(
    session.runtime.question(session.nowMs(), documentLanguage()),
  );
  if (fact === undefined || text === undefined) return undefined;
  return {
    fact,
    text,
    answers: Object.entries(answers).map(([value, said]) => ({ value, text: said })),
  };
}

/** Whoever was on the way to be known is not here any more. */
function logout(recorder: Recorder): Promise<void> {
  recorder.identifying = undefined;
  return recorder.beginAnew();
}

function topicsOf(facts: unknown): readonly string[] {
  const topics = (facts as { topics?: unknown } | undefined)?.topics;
  const list: readonly unknown[] = Array.isArray(topics) ? topics : [topics];
  return list.filter((topic) => typeof topic === "string").slice(0, 16);
}

async function explanation(
  { session }: Recorder,
  of: Choice | string,
  whatIf: WhatIf = {},
): Promise<Explanation | undefined> {
  const inputs = session.chooser.inputs(of);
  return (
    inputs &&
    (await import("../full/index.js")
      .then((full) => full.explain(inputs, whatIf))
      .catch(() => undefined))
  );
}

async function why(
  recorder: Recorder,
  [slot, choice, language]: [OfferElement, Choice, Language],
): Promise<void> {
  const [full, told] = await Promise.all([
    import("../full/index.js"),
    explanation(recorder, choice),
  ]);
  full.showWhy(told, language, (feedback) => {
    track(recorder, feedback, { offer: choice.offer, placement: choice.placement });
    recorder.session.again(slot);
  });
}
