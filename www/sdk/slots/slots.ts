/**
 * The page's slots. In: slots as they appear, a chooser. Out: each slot shows an offer or keeps its default; impressions,
 * clicks and questions are reported. Never: a loop when a framework moves or renders slots again.
 */
import type { Chooser } from "../engine/chooser.js";
import { controlSlots, heightOf, isHidden, type OfferElement } from "./element.js";
import { languageOf, type Language } from "../base/language.js";
import { adoptBlockLayout } from "./block-style.js";
import { buildBlock, fillTemplate } from "./render.js";
import { nextTask } from "../base/task.js";
import type { Choice } from "../base/types.js";
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

/** Choices of a slot, and what they are for. */
interface SlotChoices {
  readonly placement: string;
  /** Indices of the placement's slots that this element has. A copy of another element has none. */
  readonly indices: readonly number[];
  readonly choices: readonly Choice[];
}

/** A slot of the page that was filled or keeps its default. */
export interface MountedSlot extends SlotChoices {
  /** Nodes of each choice: none where the default content stays. */
  readonly nodes: readonly (readonly Element[])[];
  /** Reason for the default content, if it stays. */
  readonly reason: string;
  /** Time of the choices, by `performance.now()`. */
  readonly at: number;
  /** Ends what observes the shown nodes. */
  readonly over: AbortController;
}

/** Follower of the slots after the first choice. It comes with the recorder. */
export interface SlotFollower {
  /** Called before a slot is filled: the page may have changed. */
  beforeMount(): void;
  /** Called when a slot was filled. */
  mounted(slot: OfferElement): void;
  /** Called when an element gave up its share of a placement. */
  vacated(placement: string): void;
}

/** Fills the slots of the page and observes them. */
export class Slots {
  readonly mounted = new Map<OfferElement, MountedSlot>();
  follower: SlotFollower | undefined;
  /** Every slot in the page. */
  connected: ReadonlySet<OfferElement> = new Set();

  constructor(readonly host: SlotHost) {}

  /**
   * Fills the slots of the page. With a deadline it fills one per task, so that the page stays responsive. Slots that
   * are late keep their default content.
   */
  async open(deadlineAt?: number): Promise<void> {
    const { host } = this;
    const waiting = new Map<OfferElement, number>();
    const pause = deadlineAt === undefined ? undefined : nextTask;
    // Once the page's own script is done: a router adds the new slot before or after it removes the old one.
    const later = (work: () => unknown): void => queueMicrotask(() => host.guard(work));
    this.connected = controlSlots({
      // Waiting slots are filled below, wherever the page moves them meanwhile.
      mount: (slot) => later(() => slot.isConnected && !waiting.has(slot) && this.mount(slot)),
      // Frameworks move elements by removing and inserting them, so a moved slot stays.
      unmount: (slot) => later(() => slot.isConnected || this.unmount(slot)),
    });
    // All are measured first: measuring after a change would force a layout. Hidden ones are filled last.
    const hidden = [...this.connected].filter(isHidden);
    for (const slot of [...this.connected, ...hidden]) {
      waiting.delete(slot);
      waiting.set(slot, heightOf(slot));
    }
    for (const [slot, height] of waiting) {
      await pause?.();
      waiting.delete(slot);
      if (!host.isActive()) return;
      host.guard(() => {
        const isLate = performance.now() > (deadlineAt ?? Infinity);
        // A slot that shows an earlier choice is never late.
        if (isLate && !slot.dataset["escaleAt"]) slot.showDefault("deadline");
        else if (slot.isConnected) this.mount(slot, height);
      });
    }
    await pause?.();
  }

  /** Restores the default content of all slots. Does not call the engine, which may have trapped. */
  close(): void {
    controlSlots(undefined);
    for (const [slot, mounted] of this.mounted) {
      mounted.over.abort();
      slot.showDefault("consent");
    }
    this.mounted.clear();
  }

  /** Chooses for a slot, unless that is done for its placement. */
  mount(slot: OfferElement, height?: number): void {
    const placement = slot.getAttribute("placement") ?? "";
    if (this.mounted.get(slot)?.placement === placement) return;
    this.follower?.beforeMount();
    this.unmount(slot);
    for (const gone of this.mounted.keys()) if (!gone.isConnected) this.unmount(gone);
    this.choose(slot, height);
  }

  /** Chooses for a slot, with the free indices of its placement. */
  choose(slot: OfferElement, height?: number): void {
    const placement = slot.getAttribute("placement") ?? "";
    const indices = this.freeIndices(slot);
    const choices = indices.map((index) =>
      this.host.chooser.choose(placement, index, languageOf(slot)),
    );
    this.fill(slot, { placement, indices, choices }, height);
  }

  /** Shows choices in a slot. Nodes of an offer that it shows already stay. */
  fill(slot: OfferElement, chosen: SlotChoices, height?: number): void {
    const { placement, choices } = chosen;
    const before = this.mounted.get(slot);
    before?.over.abort();
    const over = new AbortController();
    let reason = this.host.chooser.slots(placement) ? "slots" : "placement";
    const nodes = choices.map((choice, at) => {
      const old = before?.choices[at];
      const isSame = old?.offer && old.offer === choice.offer && old.variant === choice.variant;
      const built = (isSame ? before?.nodes[at] : this.#build(slot, choice)) ?? [];
      reason = choice.reason === "engine" ? `engine-${choice.code ?? 0}` : (choice.reason ?? "off");
      for (const node of built)
        node.addEventListener("click", (event) => this.#onClick(event, slot, choice), over);
      return built;
    });
    this.mounted.set(slot, { ...chosen, nodes, reason, over, at: performance.now() });
    this.show(slot, height);
    this.follower?.mounted(slot);
  }

  /** Shows what was chosen for a slot. */
  show(slot: OfferElement, height?: number): void {
    const { choices, nodes, reason } = this.mounted.get(slot) as MountedSlot;
    const shown = choices.filter((_, at) => nodes[at]?.length);
    if (shown.length === 0) slot.showDefault(reason);
    else slot.show(nodes.flat(), shown.map(({ offer }) => offer).join(" "), height);
  }

  /** Forgets a slot that is gone. Its offers may be shown elsewhere. */
  unmount(slot: OfferElement): void {
    const mounted = this.mounted.get(slot);
    if (!mounted) return;
    this.mounted.delete(slot);
    mounted.over.abort();
    if (mounted.indices.length === 0) return;
    mounted.choices.forEach((choice) => this.host.chooser.release(choice));
    this.follower?.vacated(mounted.placement);
  }

  /** Returns the indices for an element: all if it is the placement's only visible one, otherwise the next. */
  freeIndices(slot: OfferElement): readonly number[] {
    const placement = slot.getAttribute("placement") ?? "";
    const count = this.host.chooser.slots(placement);
    const free = new Set(Array(count).keys());
    let isOnly = true;
    for (const other of this.connected)
      if (other !== slot && other.getAttribute("placement") === placement) {
        this.mounted.get(other)?.indices.forEach((index) => free.delete(index));
        isOnly &&= count < 2 || isHidden(other);
      }
    return isOnly ? [...free] : [...free].slice(0, 1);
  }

  #onClick(event: Event, slot: OfferElement, choice: Choice): void {
    const target = event.target instanceof Element ? event.target : undefined;
    if (target?.closest(".escale-why, [data-escale-why]")) {
      // The slot may be inside a link or a card that reacts to clicks.
      event.preventDefault();
      event.stopPropagation();
      this.host.explain(slot, choice, languageOf(slot));
    } else if (target?.closest("a[href], button")) this.host.report("offer_click", choice);
  }

  /** Builds an offer's nodes: with the site's template if there is one, otherwise Escale's block. */
  #build(slot: OfferElement, { content }: Choice): Element[] | undefined {
    const id = slot.getAttribute("template");
    const template = id === null ? slot.querySelector("template") : document.getElementById(id);
    if (!content) return undefined;
    if (template instanceof HTMLTemplateElement) return fillTemplate(template, content);
    adoptBlockLayout(slot.getRootNode());
    return buildBlock(content, WHY[languageOf(slot)]);
  }
}
