/**
 * Slots after the first choice. In: pages that change without a load, slots that appear, vanish and are copied. Out: each
 * slot shows an offer of the page at hand; copies show their original's. Never: a fight with another script for ever.
 */
import { isHidden, type OfferElement } from "./element.js";
import type { MountedSlot, SlotFollower, Slots } from "./slots.js";
import type { Choice } from "../base/types.js";
import { injectStyles } from "../../shared/dom.js";
import { BLOCK_PAINT } from "./block-paint.js";
import { fitHeadings } from "./heading.js";
import { warnOnce } from "../base/warn-once.js";
import { whenViewable } from "./viewability.js";

/** Follower's view of the recorder. */
export interface FollowerHost {
  /** Reports a change of the page now if one is about to be reported. */
  reportMove(): void;
  /** Called when choices that the site renders itself are to be made again. */
  onChoicesDropped(): void;
}

/** Slots filled so shortly before an address changed belong to the new page: some routers change it last. */
const BEFORE_MS = 50;
/** Removals of an offer by other scripts that are repaired on one page. */
const REPAIRS_MAX = 10;
const STATE = "data-escale";

/** Keeps the slots of a document up to date. */
export class PageSlots implements SlotFollower {
  /** Original of each slot that shows the same as another one. */
  readonly #originals = new Map<OfferElement, OfferElement>();
  /** Choices whose impression was reported. */
  readonly #seen = new WeakSet<Choice>();
  readonly #repairs = new Map<OfferElement, number>();
  readonly #changes = new MutationObserver((records) =>
    this.#guard(() => {
      for (const { target } of records) this.#check(target as OfferElement);
    }),
  );
  /** Reports slots that become visible. */
  readonly #sizes = new ResizeObserver((entries) =>
    this.#guard(() => {
      for (const { target } of entries) this.#appeared(target as OfferElement);
    }),
  );
  readonly #rootChanges = new MutationObserver(() => this.#keepState());
  readonly #over = new AbortController();
  #state: string | undefined;
  #width = innerWidth;

  constructor(
    private readonly slots: Slots,
    private readonly host: FollowerHost,
  ) {
    slots.follower = this;
    for (const slot of [...slots.mounted.keys()]) this.mounted(slot);
    this.#rootChanges.observe(document, { childList: true });
    this.#keepState();
    addEventListener("resize", () => this.#onResize(), { signal: this.#over.signal });
  }

  close(): void {
    this.slots.follower = undefined;
    this.#over.abort();
    for (const observer of [this.#changes, this.#sizes, this.#rootChanges]) observer.disconnect();
  }

  /**
   * Chooses again after the page changed. Slots that were filled for the new page already keep their offers, unless
   * `isAll`.
   */
  turn(sinceMs: number, isAll = false): void {
    const { slots } = this;
    const { chooser } = slots.host;
    this.#repairs.clear();
    const stale = new Set<OfferElement>();
    const kept = [];
    for (const slot of slots.connected) {
      const { at = 0, choices = [] } = slots.mounted.get(slot) ?? {};
      if (isAll || at < sinceMs - BEFORE_MS) stale.add(slot);
      else kept.push(...choices);
    }
    chooser.startPage(kept);
    // All give up their shares first, then those that can be seen choose first.
    for (const slot of stale) {
      const mounted = slots.mounted.get(slot);
      if (mounted) slots.mounted.set(slot, { ...mounted, indices: [] });
    }
    for (const slot of visibleFirst(stale)) slots.choose(slot, 0);
    this.host.onChoicesDropped();
  }

  beforeMount(): void {
    this.host.reportMove();
  }

  mounted(slot: OfferElement): void {
    const mounted = this.slots.mounted.get(slot) as MountedSlot;
    const { placement, indices, choices } = mounted;
    this.#observe(mounted);
    fitHeadings(slot);
    injectStyles(BLOCK_PAINT, slot.getRootNode() as Document);
    this.#changes.observe(slot, {
      childList: true,
      attributes: true,
      attributeFilter: ["placement", "data-escale-state"],
    });
    this.#sizes.observe(slot);
    if (indices.length > 0) {
      this.#originals.delete(slot);
      for (const [copy, original] of this.#originals)
        if (original === slot) this.slots.fill(copy, { placement, indices: [], choices }, 0);
    } else if (choices.length === 0) this.#share(slot, placement);
  }

  vacated(placement: string): void {
    const { slots } = this;
    const left = [...slots.mounted].filter(([, of]) => isCopy(of) && of.placement === placement);
    for (const slot of visibleFirst(left.map(([slot]) => slot))) {
      if (!slot.isConnected) continue;
      this.#originals.delete(slot);
      slots.choose(slot, 0);
    }
  }

  /** Fills a slot again after the visitor refused its offer. The offer is not released, so it cannot return at once. */
  again(slot: OfferElement): void {
    const { slots } = this;
    const original = this.#originals.get(slot) ?? slot;
    slots.mounted.get(original)?.over.abort();
    slots.mounted.delete(original);
    slots.mount(original);
  }

  /** Reports an impression of each offer once, whichever copy was seen. */
  #observe({ choices, nodes, over }: MountedSlot): void {
    for (const [at, choice] of choices.entries()) {
      const first = nodes[at]?.[0];
      if (!first) continue;
      const stop = whenViewable(first, () => {
        if (this.#seen.has(choice)) return;
        this.#seen.add(choice);
        this.slots.host.report("offer_impression", choice);
      });
      over.signal.addEventListener("abort", stop);
    }
  }

  /** Finds offers for a slot that came when none of its placement's slots was free. */
  #share(slot: OfferElement, placement: string): void {
    const { slots } = this;
    const holders = [...slots.mounted].flatMap(([other, of]) =>
      of.placement === placement && of.indices.length > 0 ? [other] : [],
    );
    const hidden = holders.find(isHidden);
    // Nothing is left for a slot beside others that can be seen, nor without any.
    if (!holders[0] || (!hidden && !isHidden(slot))) return;
    if (hidden && !isHidden(slot)) {
      // The share of a slot that nobody can see now. It shows the same until the page changes.
      slots.unmount(hidden);
      slots.choose(hidden, 0);
      return;
    }
    const own = ownContent(slot);
    const original = holders.find((other) => ownContent(other) === own) ?? holders[0];
    const { choices } = slots.mounted.get(original) as MountedSlot;
    this.#originals.set(slot, original);
    slots.fill(slot, { placement, indices: [], choices });
  }

  /** Repairs a slot after another script changed it. */
  #check(slot: OfferElement): void {
    const { slots } = this;
    const mounted = slots.mounted.get(slot);
    if (!mounted || !slot.isConnected) return;
    const { placement } = mounted;
    if ((slot.getAttribute("placement") ?? "") !== placement) return slots.mount(slot);
    const nodes = mounted.nodes.flat();
    const state = nodes.length > 0 ? "offer" : "default";
    if (slot.dataset.escaleState === state && nodes.every((node) => node.parentNode === slot))
      return;
    const repairs = (this.#repairs.get(slot) ?? 0) + 1;
    this.#repairs.set(slot, repairs);
    if (repairs <= REPAIRS_MAX) slots.show(slot, 0);
    else if (repairs === REPAIRS_MAX + 1)
      warnOnce(
        `a script of the page removes the offer of "${placement}" again and again. ` +
          "The default content stays. Exclude <escale-offer> from what the script renders.",
      );
  }

  #appeared(slot: OfferElement): void {
    const isLeft = (): boolean => {
      const mounted = this.slots.mounted.get(slot);
      return !!mounted && isCopy(mounted) && slot.isConnected && !isHidden(slot);
    };
    if (isLeft()) this.host.reportMove();
    if (isLeft()) this.#share(slot, slot.getAttribute("placement") ?? "");
  }

  /** Restores the state on `<html>` after a router replaced its attributes, or the element. */
  #keepState(): void {
    const root = document.documentElement;
    const state = root.getAttribute(STATE) ?? undefined;
    if (state === undefined && this.#state !== undefined) root.setAttribute(STATE, this.#state);
    else this.#state = state;
    this.#rootChanges.observe(root, { attributes: true, attributeFilter: [STATE] });
  }

  /** Releases reserved heights after a rotation: they were measured at another width. */
  #onResize(): void {
    if (innerWidth === this.#width) return;
    this.#width = innerWidth;
    for (const slot of this.slots.mounted.keys()) slot.reserve(0);
  }

  #guard(work: () => void): void {
    this.slots.host.guard(work);
  }
}

const isCopy = ({ indices }: MountedSlot): boolean => indices.length === 0;

const visibleFirst = (slots: Iterable<OfferElement>): OfferElement[] => {
  const all = [...slots];
  const hidden = new Set(all.filter(isHidden));
  return [...all.filter((slot) => !hidden.has(slot)), ...hidden];
};

/** Returns the default content as markup. A copied slot has its original's. */
const ownContent = (slot: OfferElement): string =>
  [...slot.children]
    .filter((child) => child.slot !== "escale")
    .map((child) => child.outerHTML)
    .join("");
