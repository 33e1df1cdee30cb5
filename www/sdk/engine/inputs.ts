/** Inputs of the engine. Types and an empty value only: nothing of this file reads the page or the store. */
import type { VisitorHash } from "../base/hash.js";

/** Empty bytes: the state of a visitor about whom nothing is known. */
export const EMPTY = new Uint8Array();

/** Facts that classify a page, in the order of trust. */
export interface PageFacts {
  readonly explicit: string;
  readonly url: string;
  readonly tokens: string;
}

/** Inputs that the engine holds now. Code that gives the engine another input updates this object too. */
export interface EngineInputs {
  readonly config: Uint8Array;
  visitor: VisitorHash;
  /** State of this browser's own replica, with every applied event. */
  state: Uint8Array;
  remote: Uint8Array;
  page: PageFacts;
  /** Server clock minus browser clock, in milliseconds. */
  skewMs: number;
  /** Marks a pause that the visitor asked for. Nothing is chosen then. */
  isPaused: boolean;
}

/** Inputs of the engine at a moment. */
export interface EngineSnapshot extends Readonly<EngineInputs> {
  readonly nowMs: number;
}

/** All inputs of one decision. The engine makes the same decision from them again. */
export interface DecisionInputs extends EngineSnapshot {
  readonly placement: number;
  readonly slot: number;
  /** Indices of the offers that the page showed already. */
  readonly exclude: readonly number[];
}
