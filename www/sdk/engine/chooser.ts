/**
 * Decisions of the engine. In: a placement, a slot, a language. Out: the choice as text, with the
 * inputs that explain it. A decision cannot fail: after a trap the default content stays.
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
  #own = new Map<string, Choice>();
  /** Choices that the page shows already, by placement and slot. */
  #kept = new Map<string, Choice>();
  /** Placements that the config lacks, as far as the page asked for them. */
  unknown: { add(placement: string): unknown } = new Set<string>();

  constructor(
    private readonly runtime: Runtime,
    private readonly known: EngineInputs,
    private readonly nowMs: () => number,
  ) {}

  /** Starts another page. Offers may be shown again, except those of choices that the page still shows. */
  startPage(kept: readonly Choice[] = []): void {
    this.#own.clear();
    this.#kept.clear();
    const offers = new Set(kept.map((choice) => this.#offers.get(choice)));
    for (const offer of this.#shown) if (!offers.has(offer)) this.#release(offer);
  }

  /** Returns the choice for a placement that the site renders itself: one a page. */
  chooseOnce(placement: string, language: string): Choice {
    const choice = this.#own.get(placement) ?? this.choose(placement, 0, language);
    this.#own.set(placement, choice);
    return choice;
  }

  /** Returns the page's choice for a placement that the site renders itself, if there is one. */
  ownChoice(placement: string): Choice | undefined {
    return this.#own.get(placement);
  }

  /** Drops the page's choice for such a placement. Its offer cannot be chosen on this page again. */
  dropOwnChoice(placement: string): void {
    this.#own.delete(placement);
  }

  /** Returns the count of offers of a placement; 0 if the config has no such placement. */
  slots(placement: string): number {
    const index = this.#index(placement);
    return index < 0 ? 0 : Math.max(this.runtime.slots(index), 1);
  }

  #index(placement: string): number {
    const index = this.runtime.placement(placement);
    if (index < 0) this.unknown.add(placement);
    return index;
  }

  /** Keeps a choice that the page shows already: the slot's next choice returns it. */
  keep(slot: number, choice: Choice): void {
    this.#kept.set(`${choice.placement}${slot}`, choice);
  }

  choose(placement: string, slot: number, language: string): Choice {
    const key = `${placement}${slot}`;
    const kept = this.#kept.get(key);
    if (this.#kept.delete(key) && kept) return kept;
    const { runtime } = this;
    const index = this.#index(placement);
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

  /** Releases an offer that the page no longer shows. It may be chosen again. */
  release(choice: Choice): void {
    const offer = this.#offers.get(choice);
    if (offer !== undefined) this.#release(offer);
  }

  /** Returns the inputs of a choice, or of the last choice for a placement. */
  inputs(of: Choice | string): DecisionInputs | undefined {
    const choice = typeof of === "string" ? this.#last.get(of) : of;
    return choice && this.#inputs.get(choice);
  }

  #release(offer: number): void {
    this.#shown = this.#shown.filter((shown) => shown !== offer);
    this.runtime.release(offer);
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
