/**
 * The engine as the recorder uses it. Comes in: a desk, stored bytes, events. Goes out: the engine knows what the store
 * knows, and what becomes of the bytes. Synchronous, so that nothing comes between reading and writing.
 */
import { EMPTY } from "../engine/inputs.js";
import type { Desk } from "./session-types.js";
import { visitorHash } from "../base/hash.js";
import type { Fold, Store } from "../storage/profile-store.js";

const STATUS = ["ok", "newer", "corrupt"] as const;

/** The engine's part of a commit. */
export const foldWith =
  ({ runtime, known }: Desk): Fold =>
  (stored, others, events) => {
    const status = STATUS[runtime.loadWith(stored, others)] ?? "corrupt";
    if (status === "newer") return { status, bytes: stored };
    if (status === "corrupt") runtime.loadWith(EMPTY, others);
    if (events.length > 0) runtime.apply(events);
    Object.assign(known, {
      others,
      state: events.length > 0 || status === "corrupt" ? runtime.save() : stored,
    });
    return { status, bytes: known.state };
  };

/** Gives the engine what the store knows by now. */
export function know(
  { known, runtime }: Desk,
  store: Store | undefined,
  secret = store?.visitor.secret,
): void {
  if (secret !== undefined) known.visitor = visitorHash(secret);
  known.others = store?.others.bytes ?? EMPTY;
  known.skewMs = store?.pace.skewMs ?? 0;
  runtime.setVisitor(...known.visitor);
  runtime.loadWith(known.state, known.others);
}
