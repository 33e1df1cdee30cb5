/** Types of the profile store. Types only: nothing of this file reaches a bundle. */
import type { ConsentReceipt } from "../base/types.js";
import type { Batch, RetentionTerms, Visitor } from "./records.js";

/** Batches to apply. They are read at the moment of applying, so that no event is missed. */
export type Batches = () => readonly Batch[];

/**
 * Engine's part of a commit: loads the stored and the remote state, applies the events, saves.
 * Synchronous.
 */
export type ApplyEvents = (
  stored: Uint8Array,
  remote: Uint8Array,
  events: Uint8Array,
) => { readonly status: "ok" | "newer" | "corrupt"; readonly bytes: Uint8Array };

/**
 * Outcome of a commit. `gone`: the visitor withdrew. `changed`: another visitor started. `newer`: a
 * newer release owns the data.
 */
export type CommitOutcome = "kept" | "gone" | "changed" | "newer";

/** Parameters of `Store.open`. */
export interface OpenOptions {
  readonly nowMs: number;
  /**
   * Limits by this browser's own clock. The server's last clock may be old, and would end a profile
   * by mistake.
   */
  readonly terms: RetentionTerms;
  /** Consent of this page. */
  readonly agreed: ConsentReceipt;
  /** Visitor that starts if nobody continues. */
  readonly newcomer: Visitor;
  /** Returns the unload buffers of a visitor, by their tag. */
  readonly buffer: (tag: string) => readonly Batch[];
  /** Returns `false` once the start is obsolete. */
  readonly isCurrent: () => boolean;
}
