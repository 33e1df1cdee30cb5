/**
 * The engine as the recorder uses it. Comes in: a desk, stored bytes, events. Goes out: the engine knows what the store
 * knows, and what becomes of the bytes. Synchronous, so that nothing comes between reading and writing.
 */
import { EMPTY } from "../engine/inputs.js";
import type { SessionContext } from "./session-types.js";
import { visitorHash } from "../base/hash.js";
import type { ApplyEvents, Store } from "../storage/profile-store.js";

const STATUS = ["ok", "newer", "corrupt"] as const;

/** The engine's part of a commit. */
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

/** Gives the engine what the store knows by now. */
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
