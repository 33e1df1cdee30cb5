/**
 * Types between the two halves of the client: the session, which chooses, and the recorder, which
 * starts after the first choice. Types only: nothing of this file reaches a bundle.
 */
import type { Runtime } from "../engine/runtime-binding.js";
import type { Chooser } from "../engine/chooser.js";
import type { EngineInputs } from "../engine/inputs.js";
import type { Slots } from "../slots/slots.js";
import type { Visitor } from "../storage/records.js";
import type { CommitOutcome } from "../storage/store-types.js";
import type { Command, Start } from "../base/client-types.js";
import type { Mode } from "../base/types.js";

/** Reason for which a session ends by itself. */
export type End = CommitOutcome | "erased" | "trap";

/** Session, as the recorder sees it. */
export interface SessionContext {
  readonly from: Start;
  readonly runtime: Runtime;
  readonly chooser: Chooser;
  readonly slots: Slots;
  /** Inputs that the engine holds now. Code that gives the engine another input updates them. */
  readonly known: EngineInputs;
  /** Visitor that starts if the store has none. */
  readonly newcomer: Visitor;
  mode: Mode;
  readonly listeners: ReadonlyMap<string, ReadonlySet<(detail: unknown) => void>>;
  /** Adds the second half of the engine. */
  extend(module: WebAssembly.Module): void;
  /** Runs work with another engine of the same config, for this time only. */
  withEngine<T>(work: (engine: Runtime) => T): T | undefined;
  /** Milliseconds since the Unix epoch, corrected by the server's clock if it differs. */
  nowMs(): number;
  /** Ends the session, and erases the store. */
  erase(): Promise<void>;
  ended(end: End): void;
  /** Runs work that the page calls. No error reaches the page. */
  guard(work: () => unknown): void;
}

/** Recorder, as the session sees it. */
export interface RecorderHandle {
  run(command: Command): unknown;
  /** Stops the recorder. Nothing more is read, stored or sent. */
  close(): void;
}
