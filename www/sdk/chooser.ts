/**
 * Asks the engine for a choice. Comes in: a placement, a slot, a language. Goes out: the choice in words, and,
 * kept for whoever asks why, the inputs it was made of. Deciding cannot fail: a trap is a default.
 */
import type { Runtime } from "#runtime";
import { unpackContent } from "./packing.js";
import type { PageFacts } from "./page.js";
import type { Choice } from "./types.js";

/** What the choices of one page have in common. */
export interface Ground {
  readonly config: Uint8Array;
  readonly visitor: readonly [hi: number, lo: number];
  readonly others: Uint8Array;
  readonly page: PageFacts;
}

/** What is known of the visitor at a moment. */
export interface Account extends Ground {
  readonly state: Uint8Array;
  readonly nowMs: number;
}

/** All that a decision was made of: given to the engine again, it gives the same decision. */
export interface Inputs extends Account {
  readonly placement: number;
  readonly slot: number;
  /** Offers that the page showed already. */
  readonly exclude: readonly number[];
}

/** A choice, and the offer's strings as the engine packs them. */
export interface Chosen {
  readonly choice: Choice;
  readonly packed?: string;
}

export class Chooser {
  #shown: number[] = [];
  #offers = new WeakMap<Choice, number>();
  #inputs = new WeakMap<Choice, Inputs>();
  #last = new Map<string, Choice>();

  constructor(
    private readonly runtime: Runtime,
    private readonly ground: () => Ground,
    private readonly nowMs: () => number,
  ) {}

  /** Another page: what the last one showed may be shown again. */
  turnPage(): void {
    this.#shown = [];
  }

  /** How many offers a placement takes; 0: the config does not know it. */
  slots(placement: string): number {
    const index = this.runtime.placement(placement);
    return index < 0 ? 0 : Math.max(this.runtime.slots(index), 1);
  }

  choose(placement: string, slot: number, language: string): Chosen {
    const { runtime } = this;
    const index = runtime.placement(placement);
    if (index < 0) return { choice: { placement, reason: "placement" } };
    const nowMs = this.nowMs();
    const inputs = { ...this.ground(), state: runtime.save(), nowMs, placement: index, slot, exclude: this.#shown };
    const offer = runtime.choose(nowMs, index, slot);
    const chosen = offer < 0 ? this.#none(placement, offer) : this.#offer(placement, offer, language);
    this.#inputs.set(chosen.choice, inputs);
    this.#last.set(placement, chosen.choice);
    return chosen;
  }

  /** The page does not show this any more: it may be chosen again. */
  release(choice: Choice): void {
    const offer = this.#offers.get(choice);
    if (offer === undefined) return;
    this.#shown = this.#shown.filter((shown) => shown !== offer);
    this.runtime.release(offer);
  }

  /** The inputs of a choice, or of the last one for a placement. */
  inputs(of: Choice | string): Inputs | undefined {
    const choice = typeof of === "string" ? this.#last.get(of) : of;
    return choice && this.#inputs.get(choice);
  }

  #none(placement: string, answer: number): Chosen {
    return { choice: { placement, reason: "engine", code: -1 - answer, arm: this.runtime.arm() } };
  }

  #offer(placement: string, offer: number, language: string): Chosen {
    const { runtime } = this;
    this.#shown = [...this.#shown, offer];
    const packed = runtime.content(offer, language);
    const choice = {
      placement,
      offer: runtime.offerId(offer),
      content: unpackContent(packed),
      propensity: runtime.propensity(),
      variant: runtime.variant(),
      arm: runtime.arm(),
    };
    this.#offers.set(choice, offer);
    return { choice, packed };
  }
}
