/**
 * Asks the engine for a choice. Comes in: a placement, a slot, a language. Goes out: the choice in words, and,
 * kept for whoever asks why, the inputs it was made of. Deciding cannot fail: a trap is a default.
 */
import type { Runtime } from "./runtime-binding.js";
import { textOf, unpackContent } from "../storage/codec.js";
import type { DecisionInputs, EngineInputs } from "./inputs.js";
import type { Choice } from "../base/types.js";

export class Chooser {
  #shown: number[] = [];
  #offers = new WeakMap<Choice, number>();
  #inputs = new WeakMap<Choice, DecisionInputs>();
  #last = new Map<string, Choice>();

  constructor(
    private readonly runtime: Runtime,
    private readonly known: EngineInputs,
    private readonly nowMs: () => number,
  ) {}

  /** Another page: what the last one showed may be shown again. */
  startPage(): void {
    this.#shown = [];
    this.runtime.turnPage();
  }

  /** How many offers a placement takes; 0: the config does not know it. */
  slots(placement: string): number {
    const index = this.runtime.placement(placement);
    return index < 0 ? 0 : Math.max(this.runtime.slots(index), 1);
  }

  choose(placement: string, slot: number, language: string): Choice {
    const { runtime } = this;
    const index = runtime.placement(placement);
    const { isPaused } = this.known;
    if (isPaused || index < 0) return { placement, reason: isPaused ? "paused" : "placement" };
    const nowMs = this.nowMs();
    const inputs = { ...this.known, nowMs, placement: index, slot, exclude: this.#shown };
    const offer = runtime.choose(nowMs, index, slot);
    const choice =
      offer < 0 ? this.#none(placement, offer) : this.#offer(placement, offer, language);
    this.#inputs.set(choice, inputs);
    this.#last.set(placement, choice);
    return choice;
  }

  /** The page does not show this any more: it may be chosen again. */
  release(choice: Choice): void {
    const offer = this.#offers.get(choice);
    if (offer === undefined) return;
    this.#shown = this.#shown.filter((shown) => shown !== offer);
    this.runtime.release(offer);
  }

  /** The inputs of a choice, or of the last one for a placement. */
  inputs(of: Choice | string): DecisionInputs | undefined {
    const choice = typeof of === "string" ? this.#last.get(of) : of;
    return choice && this.#inputs.get(choice);
  }

  #none(placement: string, answer: number): Choice {
    return { placement, reason: "engine", code: -1 - answer, arm: this.runtime.arm() };
  }

  #offer(placement: string, offer: number, language: string): Choice {
    const { runtime } = this;
    this.#shown = [...this.#shown, offer];
    const variant = runtime.variant();
    const choice = {
      placement,
      offer: textOf(runtime.offerId(offer)),
      content: unpackContent(runtime.content(offer, variant, language)),
      propensity: runtime.propensity(),
      variant,
      arm: runtime.arm(),
    };
    this.#offers.set(choice, offer);
    return choice;
  }
}
