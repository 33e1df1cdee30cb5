/**
 * Engine as the recorder uses it. In: a session, stored bytes, events. Out: an engine with the
 * state of the store, and the bytes to store. Synchronous, so that nothing happens between reading
 * and writing.
 */
import { EMPTY } from "../engine/inputs.js";
import type { SessionContext } from "./session-types.js";
import { visitorHash } from "../base/hash.js";
import type { ApplyEvents } from "../storage/store-types.js";
import type { Store } from "../storage/profile-store.js";

const STATUS = ["ok", "newer", "corrupt"] as const;

/** Returns the engine's part of a commit. */
export const eventApplier =
  ({ runtime, known }: SessionContext): ApplyEvents =>
  (stored, remote, events) => {
    const status = STATUS[runtime.loadWith(stored, remote)] ?? "corrupt";
    if (status === "newer") return { status, bytes: stored };
    if (status === "corrupt") runtime.loadWith(EMPTY, remote);
    if (events.length > 0) runtime.apply(events);
    Object.assign(known, {
      remote,
      state: events.length > 0 || status === "corrupt" ? runtime.save() : stored,
    });
    return { status, bytes: known.state };
  };

/** Loads the state of the store into the engine. */
export function loadIntoEngine(
  { known, runtime }: SessionContext,
  store: Store | undefined,
  secret = store?.visitor.secret,
): void {
  if (secret !== undefined) known.visitor = visitorHash(secret);
  known.remote = store?.remote.bytes ?? EMPTY;
  known.skewMs = store?.syncState.skewMs ?? 0;
  runtime.setVisitor(...known.visitor);
  runtime.loadWith(known.state, known.remote);
}
