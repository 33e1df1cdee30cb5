/**
 * What the two halves of the client know of each other: the session, which chooses, and the recorder, which comes
 * after the first choice and keeps. Types only: nothing of this file reaches a bundle.
 */
import type { Runtime } from "../engine/runtime-binding.js";
import type { Chooser } from "../engine/chooser.js";
import type { EngineInputs } from "../engine/inputs.js";
import type { OfferElement } from "../slots/element.js";
import type { Visitor } from "../storage/records.js";
import type { CommitOutcome } from "../storage/profile-store.js";
import type { Command, Start } from "../base/client-types.js";
import type { Mode } from "../base/types.js";

/** How a visit may end by itself. */
export type End = CommitOutcome | "erased" | "trap";

/** The session, as the recorder sees it. */
export interface SessionContext {
  readonly from: Start;
  readonly runtime: Runtime;
  readonly chooser: Chooser;
  /** What the engine was given; whoever gives it something else says so here. */
  readonly known: EngineInputs;
  /** Who it is, if the store knows nobody. */
  readonly newcomer: Visitor;
  mode: Mode;
  readonly listeners: ReadonlyMap<string, ReadonlySet<(detail: unknown) => void>>;
  /** Gives the engine its second half. */
  extend(module: WebAssembly.Module): void;
  /** Milliseconds since the epoch, by the server's clock where it is known to differ. */
  nowMs(): number;
  /** Chooses once more: for a slot, or for all of them. */
  again(slot?: OfferElement): void;
  /** Ends, and wipes what is kept here. */
  erase(): Promise<void>;
  ended(end: End): void;
  /** Runs work that the page calls: nothing of it may be thrown into the page. */
  guard(work: () => unknown): void;
}

/** The recorder, as the session sees it. */
export interface RecorderHandle {
  run(command: Command): unknown;
  /** Ends: nothing more is read, stored or sent. */
  close(): void;
}
