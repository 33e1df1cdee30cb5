/**
 * The page's slots. In: slots as they appear, a chooser. Out: each slot shows an offer or keeps its default; impressions,
 * clicks and questions are reported. Never: a loop when a framework moves or renders slots again.
 */
import type { Chooser } from "../engine/chooser.js";
import { controlSlots, heightOf, type OfferElement } from "./element.js";
import { languageOf, type Language } from "../base/language.js";
import { buildBlock, fillTemplate, type Content } from "./render.js";
import { nextTask } from "../base/task.js";
import type { Choice } from "../base/types.js";
import { whenViewable } from "./viewability.js";
import { WHY } from "./labels.js";

/** Services of the client that the slots use. */
export interface SlotHost {
  /** Runs a callback of the page. No error is thrown into the page. */
  guard(work: () => void): void;
  /** Returns true while the visitor's consent holds. */
  isActive(): boolean;
  readonly chooser: Chooser;
  /** Reports an event of a shown offer. */
  report(name: "offer_impression" | "offer_click", choice: Choice): void;
  /** Opens the why dialog. */
  explain(slot: OfferElement, choice: Choice, language: Language): void;
}

/** A slot of the page that was filled or keeps its default. */
interface MountedSlot {
  readonly placement: string;
  /** Indices of the placement's slots that this element has. */
  readonly indices: readonly number[];
  /** Shown choices, each to be released when the slot is removed. */
  readonly choices: readonly Choice[];
  /** Stops observing the shown nodes. */
  readonly unmount: () => void;
}

/** Fills the slots of the page and observes them. */
export class Slots {
  #mounted = new Map<OfferElement, MountedSlot>();

  constructor(private readonly host: SlotHost) {}

  /**
   * Fills the slots of the page. With a deadline it fills one per task, so that the page stays responsive. Slots that
   * are late keep their default content.
   */
  async open(deadlineAt?: number): Promise<void> {
    const { host } = this;
    // All are measured first: measuring after a change would force a layout.
    const waiting = new Map(
      Array.from(document.querySelectorAll<OfferElement>("escale-offer"), (slot) => [
        slot,
        heightOf(slot),
      ]),
    );
    const pause = deadlineAt === undefined ? undefined : nextTask;
    controlSlots({
      mount: (slot) => {
        // Waiting slots are filled below, wherever the page moves them meanwhile.
        if (!waiting.has(slot)) host.guard(() => this.#mount(slot));
      },
      unmount: (slot) => this.#unmountIfRemoved(slot),
    });
    for (const [slot, height] of waiting) {
      await pause?.();
      waiting.delete(slot);
      if (!host.isActive()) return;
      host.guard(() => {
        const isLate = performance.now() > (deadlineAt ?? Infinity);
        // A slot that shows an earlier choice is never late.
        if (isLate && !slot.dataset["escaleAt"]) slot.showDefault("deadline");
        else if (slot.isConnected) this.#mount(slot, height);
      });
    }
    await pause?.();
  }

  /** Fills a slot again after the visitor refused its offer. The offer is not released, so it cannot return at once. */
  again(slot: OfferElement): void {
    this.#mounted.get(slot)?.unmount();
    this.#mounted.delete(slot);
    this.#mount(slot);
  }

  /** Restores the default content of all slots. Does not call the engine, which may have trapped. */
  close(): void {
    controlSlots(undefined);
    for (const [slot, mounted] of this.#mounted) {
      mounted.unmount();
      slot.showDefault("consent");
    }
    this.#mounted.clear();
  }

  #mount(slot: OfferElement, height?: number): void {
    const placement = slot.getAttribute("placement") ?? "";
    if (this.#mounted.get(slot)?.placement === placement) return;
    const language = languageOf(slot);
    const indices = this.#freeIndices(placement);
    const shown: { choice: Choice; nodes: readonly Element[] }[] = [];
    let reason = "placement";
    for (const index of indices) {
      const choice = this.host.chooser.choose(placement, index, language);
      const nodes = choice.content ? build(slot, choice.content, language) : [];
      if (nodes.length > 0) shown.push({ choice, nodes });
      else
        reason =
          choice.reason === "engine" ? `engine-${choice.code ?? 0}` : (choice.reason ?? "off");
    }
    const stops = shown.map(({ choice, nodes }) =>
      this.#observe(slot, nodes, { choice, language }),
    );
    const choices = shown.map(({ choice }) => choice);
    this.#mounted.set(slot, {
      placement,
      indices,
      choices,
      unmount: () => stops.forEach((stop) => stop()),
    });
    const nodes = shown.flatMap((offer) => offer.nodes);
    if (nodes.length === 0) slot.showDefault(reason);
    else slot.show(nodes, choices.map(({ offer }) => offer).join(" "), height);
  }

  /** Unmounts a removed slot. Frameworks move elements by removing and inserting them, so a moved slot stays. */
  #unmountIfRemoved(slot: OfferElement): void {
    queueMicrotask(() =>
      this.host.guard(() => {
        if (!slot.isConnected) this.#unmount(slot);
      }),
    );
  }

  #unmount(slot: OfferElement): void {
    const mounted = this.#mounted.get(slot);
    this.#mounted.delete(slot);
    mounted?.unmount();
    mounted?.choices.forEach((choice) => this.host.chooser.release(choice));
  }

  /** Returns the indices for an element: all if it is the placement's only one, otherwise the next. */
  #freeIndices(placement: string): readonly number[] {
    const count = this.host.chooser.slots(placement);
    const taken = new Set(
      [...this.#mounted.values()].flatMap((mounted) =>
        mounted.placement === placement ? mounted.indices : [],
      ),
    );
    const free = Array.from({ length: count }, (_, index) => index).filter(
      (index) => !taken.has(index),
    );
    const elements = document.querySelectorAll(
      `escale-offer[placement="${CSS.escape(placement)}"]`,
    ).length;
    return elements > 1 ? free.slice(0, 1) : free;
  }

  #observe(
    slot: OfferElement,
    nodes: readonly Element[],
    shown: { choice: Choice; language: Language },
  ): () => void {
    const onClick = (event: Event): void => {
      const target = event.target instanceof Element ? event.target : undefined;
      if (target?.closest(".escale-why, [data-escale-why]"))
        this.host.explain(slot, shown.choice, shown.language);
      else if (target?.closest("a[href], button")) this.host.report("offer_click", shown.choice);
    };
    for (const node of nodes) node.addEventListener("click", onClick);
    const [first] = nodes;
    return first
      ? whenViewable(first, () => this.host.report("offer_impression", shown.choice))
      : () => undefined;
  }
}

/** Builds an offer's nodes: with the site's template if there is one, otherwise Escale's block. */
function build(slot: OfferElement, content: Content, language: Language): Element[] {
  const id = slot.getAttribute("template");
  const template = id === null ? slot.querySelector("template") : document.getElementById(id);
  return template instanceof HTMLTemplateElement
    ? fillTemplate(template, content)
    : buildBlock(content, WHY[language]);
}
