/**
 * Fills the page's slots. Comes in: slots as they appear, an engine to choose with. Goes out: each slot shows an
 * offer or keeps its default, once; what was seen, clicked and said of it is told on. Must not loop when a
 * framework moves or re-renders slots.
 */
import type { Chooser } from "../engine/chooser.js";
import { heightOf, usherSlots, type OfferElement } from "./element.js";
import { languageOf, type Language } from "../base/language.js";
import { buildBlock, fillTemplate, type Content } from "./render.js";
import { nextTask } from "../base/task.js";
import type { Choice } from "../base/types.js";
import { whenViewable } from "./viewability.js";
import { WHY } from "./labels.js";

/** What the slots need of the client. */
export interface Counter {
  /** Runs work that the page calls: nothing of it may be thrown into the page. */
  guard(work: () => void): void;
  /** Whether the visitor still agrees. */
  goesOn(): boolean;
  readonly chooser: Chooser;
  /** Something happened to an offer shown here. */
  happened(name: "offer_impression" | "offer_click", choice: Choice): void;
  /** The visitor asks why. */
  why(slot: OfferElement, choice: Choice, language: Language): void;
}

interface Seat {
  readonly placement: string;
  /** The placement's slots that this element took. */
  readonly taken: readonly number[];
  /** What is shown there, each to be released when the page shows it no more. */
  readonly choices: readonly Choice[];
  /** Ends the watching. */
  readonly rise: () => void;
}

export class Slots {
  #seats = new Map<OfferElement, Seat>();

  constructor(private readonly counter: Counter) {}

  /**
   * Takes over the page's slots: with a deadline one a task, so that the page can answer in between, and those that have
   * waited past it keep their default content.
   */
  async open(deadlineAt?: number): Promise<void> {
    const { counter } = this;
    // All are measured before anything is changed: once one is filled, measuring the next means laying out the page.
    const waiting = new Map(
      Array.from(document.querySelectorAll<OfferElement>("escale-offer"), (slot) => [
        slot,
        heightOf(slot),
      ]),
    );
    const turn = deadlineAt === undefined ? undefined : nextTask;
    usherSlots({
      seat: (slot) => {
        // In its turn, wherever the page moves it meanwhile.
        if (!waiting.has(slot)) counter.guard(() => this.#seat(slot));
      },
      leave: (slot) => this.#leaveIfGone(slot),
    });
    for (const [slot, height] of waiting) {
      await turn?.();
      waiting.delete(slot);
      if (!counter.goesOn()) return;
      counter.guard(() => {
        if (performance.now() > (deadlineAt ?? Infinity)) slot.showDefault("deadline");
        else if (slot.isConnected) this.#seat(slot, height);
      });
    }
    await turn?.();
  }

  /** Chooses once more for a slot whose offer the visitor refused: what is not released cannot come straight back. */
  again(slot: OfferElement): void {
    this.#seats.get(slot)?.rise();
    this.#seats.delete(slot);
    this.#seat(slot);
  }

  /** Gives all slots their default content back; asks nothing of the engine, which may have trapped. */
  close(): void {
    usherSlots(undefined);
    for (const [slot, seat] of this.#seats) {
      seat.rise();
      slot.showDefault("consent");
    }
    this.#seats.clear();
  }

  #seat(slot: OfferElement, height?: number): void {
    const placement = slot.getAttribute("placement") ?? "";
    if (this.#seats.get(slot)?.placement === placement) return;
    const language = languageOf(slot);
    const taken = this.#freeSlots(placement);
    const shown: { choice: Choice; nodes: readonly Element[] }[] = [];
    let reason = "placement";
    for (const index of taken) {
      const choice = this.counter.chooser.choose(placement, index, language);
      const nodes = choice.content ? build(slot, choice.content, language) : [];
      if (nodes.length > 0) shown.push({ choice, nodes });
      else
        reason =
          choice.reason === "engine" ? `engine-${choice.code ?? 0}` : (choice.reason ?? "off");
    }
    const ends = shown.map(({ choice, nodes }) => this.#follow(slot, nodes, { choice, language }));
    const choices = shown.map(({ choice }) => choice);
    this.#seats.set(slot, { placement, taken, choices, rise: () => ends.forEach((end) => end()) });
    const nodes = shown.flatMap((one) => one.nodes);
    if (nodes.length === 0) slot.showDefault(reason);
    else slot.show(nodes, choices.map(({ offer }) => offer).join(" "), height);
  }

  /** Frameworks move elements by taking them out and in again: what is back at once never left. */
  #leaveIfGone(slot: OfferElement): void {
    queueMicrotask(() =>
      this.counter.guard(() => {
        if (!slot.isConnected) this.#leave(slot);
      }),
    );
  }

  #leave(slot: OfferElement): void {
    const seat = this.#seats.get(slot);
    this.#seats.delete(slot);
    seat?.rise();
    seat?.choices.forEach((choice) => this.counter.chooser.release(choice));
  }

  /** A placement's only element takes all its slots; several elements take one each, in the page's order. */
  #freeSlots(placement: string): readonly number[] {
    const count = this.counter.chooser.slots(placement);
    const taken = new Set(
      [...this.#seats.values()].flatMap((seat) => (seat.placement === placement ? seat.taken : [])),
    );
    const free = Array.from({ length: count }, (_, index) => index).filter(
      (index) => !taken.has(index),
    );
    const elements = document.querySelectorAll(
      `escale-offer[placement="${CSS.escape(placement)}"]`,
    ).length;
    return elements > 1 ? free.slice(0, 1) : free;
  }

  #follow(
    slot: OfferElement,
    nodes: readonly Element[],
    shown: { choice: Choice; language: Language },
  ): () => void {
    const clicked = (event: Event): void => {
      const target = event.target instanceof Element ? event.target : undefined;
      if (target?.closest(".escale-why, [data-escale-why]"))
        this.counter.why(slot, shown.choice, shown.language);
      else if (target?.closest("a[href], button"))
        this.counter.happened("offer_click", shown.choice);
    };
    for (const node of nodes) node.addEventListener("click", clicked);
    const [first] = nodes;
    return first
      ? whenViewable(first, () => this.counter.happened("offer_impression", shown.choice))
      : () => undefined;
  }
}

/** The offer's nodes: the site's own template filled, else Escale's block. */
function build(slot: OfferElement, content: Content, language: Language): Element[] {
  const id = slot.getAttribute("template");
  const template = id === null ? slot.querySelector("template") : document.getElementById(id);
  return template instanceof HTMLTemplateElement
    ? fillTemplate(template, content)
    : buildBlock(content, WHY[language]);
}
