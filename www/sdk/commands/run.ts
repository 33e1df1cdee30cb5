/**
 * Commands that need the recorder, one function each. In: a command of the site, unchecked. Out:
 * its effect, and one call of the site's callback. Wrong calls are reported on the console. Never:
 * an error thrown into the page.
 */
import type { OfferElement } from "../slots/element.js";
import { reportError, emit } from "./emit.js";
import { forget } from "./forget.js";
import { eventsFromGa4 } from "../plugins/ga4.js";
import { unpackContent } from "../storage/codec.js";
import { documentLanguage, type Language } from "../base/language.js";
import { identify } from "./identify.js";
import { COMMAND_NAMES, specOf, type CommandsWith } from "./table.js";
import { EVENTS } from "../mistakes/fields.js";
import { suggest } from "../mistakes/nearest.js";
import { safeCall } from "../base/safe-call.js";
import type { Recorder } from "../recorder/recorder.js";
import { errorOf, trackEvent } from "../recorder/track.js";
import { toEscaleError, runWithoutSession } from "./without-session.js";
import { feedback, render } from "./offers.js";
import { answerOf, centre, exportProfile, getProfile, importProfile, inspect } from "./profile.js";
import type { Command, Fields } from "../base/client-types.js";
import type { Choice, Explanation, Question, WhatIf } from "../base/types.js";

/** Handler of a command: takes the arguments without the callback. The callback gets its result. */
type Handler = (recorder: Recorder, args: readonly unknown[]) => unknown;

/** Handlers of the commands that need the recorder: the compiler checks them against the table. */
const HANDLERS: Readonly<Record<CommandsWith<{ needs: "recorder" }>, Handler>> = {
  page: (recorder, [facts]) => recorder.page(topicsOf(facts)),
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

/** Runs a command. After the session ended, the command runs without one. */
export const runCommand = (recorder: Recorder, command: Command): Promise<void> =>
  recorder.isClosed
    ? runWithoutSession(recorder.session.from.options, command)
    : runRecorded(recorder, command);

/** Runs a command, and answers it. An unknown one is reported. Rejects if the command fails. */
export async function runRecorded(recorder: Recorder, [name, ...args]: Command): Promise<void> {
  const handler = handlerOf(name);
  const spec = specOf(name);
  // eslint-disable-next-line no-console -- asked for by the site's developer
  if (recorder.isDebugged) console.info("escale", name, ...args);
  if (!handler)
    reportError(
      recorder.session,
      "unknown_command",
      `there is no command "${name}". ${suggest(name, COMMAND_NAMES)}`,
    );
  const callback = typeof args.at(-1) === "function" ? args.pop() : undefined;
  const isHeard = !recorder.session.known.isPaused || spec?.whilePaused === true;
  let answer: unknown;
  try {
    answer = isHeard ? await handler?.(recorder, args) : undefined;
  } catch (error) {
    safeCall(callback, spec?.kind === "mutation" ? toEscaleError(name, error) : undefined);
    throw error;
  }
  safeCall(callback, answer);
}

/** Records an event, and calls the site's listeners. */
function track(recorder: Recorder, name: string, fields: unknown): void {
  const { session } = recorder;
  // An event of Google Analytics, by its name or its items.
  const packed = fieldsOf(recorder, fields);
  const error = (fields as { items?: unknown } | undefined)?.items
    ? "unknown event"
    : hasTwoReadings(packed)
      ? "bad field"
      : trackEvent(recorder, name, packed);
  if (error === "unknown event") ga4(recorder, name, fields, true);
  else if (error) reportError(session, "bad_field", badField(recorder, name, packed));
  else {
    if (packed === fields && typeof packed === "object") recorder.mistakes.fields(name, packed);
    emit(session, name, fields);
  }
}

/** Returns `true` for an amount as text that may be thousands: "1.299". The engine refuses "1,299". */
const hasTwoReadings = (fields: Fields | undefined): boolean =>
  typeof fields?.["value"] === "string" && /^\s*[1-9]\d{0,2}[.,]\d{3}\s*$/.test(fields["value"]);

/** Describes a refused event by the fields without which it would be read. */
function badField(recorder: Recorder, name: string, fields: Fields = {}): string {
  if (hasTwoReadings(fields))
    return `track("${name}"): the value "${String(fields["value"])}" has two readings. Give a number`;
  const wrong = Object.keys(fields).filter(
    (key) => errorOf(recorder, name, { ...fields, [key]: undefined }) === undefined,
  );
  const named = wrong.map((key) => ` "${key}"`).join(",");
  return `track("${name}"): bad field${named}`;
}

/** Records events of Google Analytics. Unknown events of a dataLayer are ignored. */
function ga4(recorder: Recorder, name: string, params: unknown, isCalled: boolean): void {
  const events = eventsFromGa4(name, params);
  if (!events && isCalled)
    reportError(
      recorder.session,
      "unknown_event",
      `track("${name}"): unknown event. ${suggest(name, EVENTS)}`,
    );
  for (const [kind, fields] of events ?? []) {
    const error = trackEvent(recorder, kind, fields);
    if (!error) emit(recorder.session, kind, fields);
    else if (isCalled) reportError(recorder.session, "bad_field", badField(recorder, kind, fields));
  }
}

/**
 * Returns the fields of an event. A choice is recorded with its decision, from which the server's
 * report learns.
 */
function fieldsOf({ session }: Recorder, given: unknown): Fields | undefined {
  const inputs = typeof given === "object" ? session.chooser.inputs(given as Choice) : undefined;
  if (!inputs) return given as Fields | undefined;
  const { placement, offer, propensity = 0, variant, arm } = given as Choice;
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

/** Returns the question worth asking now. `declare` answers it. */
function question({ session }: Recorder): Question | undefined {
  const { fact, text, ...answers } = unpackContent(
    session.runtime.question(session.nowMs(), documentLanguage()),
  );
  if (fact === undefined || text === undefined) return undefined;
  return {
    fact,
    text,
    answers: Object.entries(answers).map(([value, given]) => ({ value, text: given })),
  };
}

/** Ends the visit of this person. An identification in progress is discarded. */
function logout(recorder: Recorder): Promise<void> {
  recorder.identifying = undefined;
  return recorder.startOver();
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
  // A placement that the config lacks is reported.
  if (!inputs && typeof of === "string") session.chooser.slots(of);
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
  const [full, events] = await Promise.all([
    import("../full/index.js"),
    explanation(recorder, choice),
  ]);
  full.showWhy(events, language, (feedback) => {
    track(recorder, feedback, { offer: choice.offer, placement: choice.placement });
    recorder.again(slot);
  });
}
