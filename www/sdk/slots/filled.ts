/**
 * Slots that were filled before the engine came: by the site's server, or from the record of prepared decisions. In: a
 * page with such slots. Out: the same choices, made by the engine as of the same time, so that nothing visible changes.
 */
import type { Chooser } from "../engine/chooser.js";
import type { EngineInputs } from "../engine/inputs.js";
import type { Runtime } from "../engine/runtime-binding.js";
import { fromBase64url } from "../storage/codec.js";
import type { PreparedElement, PreparedRecord } from "./prepared-record.js";
import { takeOver as takeOverRendered } from "./server-rendered.js";

/** Session, as far as taking over needs it. */
export interface TakingOver {
  readonly runtime: Runtime;
  readonly chooser: Chooser;
  readonly known: EngineInputs;
  /** Time of the engine, while choices of another time are made. 0: now. */
  atMs: number;
  /** `true` once the engine's second half is there. */
  readonly isExtended: boolean;
}

/** Takes over the page's filled slots once it is parsed. Returns the time of the server's choices; 0 if there are none. */
export async function takeOver(session: TakingOver): Promise<number> {
  const slots: readonly PreparedElement[] = await takeOverRendered();
  const prepared = slots.filter(({ escalePrepared }) => escalePrepared);
  const record = prepared[0]?.escalePrepared?.record;
  if (!record) return Number(slots[0]?.dataset["escaleAt"]) || 0;
  if (isCurrent(record, session)) adopt(prepared, record, session);
  return 0;
}

/** Returns `true` if the record is of the same visitor and config. */
function isCurrent(record: PreparedRecord, { runtime, known }: TakingOver): boolean {
  const [high, low] = known.visitor;
  return (
    !known.isPaused &&
    record.config === runtime.configVersion() &&
    record.visitor[0] === high &&
    record.visitor[1] === low
  );
}

/** Chooses again from the record's own inputs. One go: no event comes between. */
function adopt(
  slots: readonly PreparedElement[],
  record: PreparedRecord,
  session: TakingOver,
): void {
  const { known, chooser } = session;
  const { state, remote } = known;
  const inputs = { state: fromBase64url(record.state), remote: fromBase64url(record.remote) };
  if (!inputs.state || !inputs.remote || !load(session, inputs.state, inputs.remote)) return;
  Object.assign(known, inputs);
  session.atMs = record.atMs;
  for (const slot of slots) if (!chooseAgain(slot, record, chooser)) break;
  session.atMs = 0;
  Object.assign(known, { state, remote });
  load(session, state, remote);
}

/** Chooses for one slot, and keeps the choices for its mount. Returns `false` if they are not the shown ones. */
function chooseAgain(
  slot: PreparedElement,
  { language }: PreparedRecord,
  chooser: Chooser,
): boolean {
  const placement = slot.getAttribute("placement") ?? "";
  const { slots = [], offers = [] } = slot.escalePrepared?.step ?? {};
  const choices = slots.map((index) => chooser.choose(placement, index, language));
  const isShown = choices.flatMap(({ offer }) => offer ?? []).join(" ") === offers.join(" ");
  choices.forEach((choice, at) => {
    if (isShown) chooser.keep(slots[at] ?? 0, choice);
    else chooser.release(choice);
  });
  return isShown;
}

/** Loads a profile. Without the second half only a profile of one device can be loaded. */
function load({ runtime, isExtended }: TakingOver, state: Uint8Array, remote: Uint8Array): boolean {
  if (isExtended) return runtime.loadWith(state, remote) === 0;
  return remote.length === 0 && runtime.load(state) === 0;
}
