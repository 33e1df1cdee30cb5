/**
 * `<escale-offer placement="…">`: a slot of the page. Comes in: nodes to show. Goes out: the slot shows them,
 * or its own default content again. Must leave the default nodes where the page put them: frameworks that
 * render the page own them, and throw when one is gone. So both stay children, and a shadow root shows one.
 */
/** Who decides for the slots of this page; a stopped client leaves none behind. */
export interface Usher {
  seat(slot: OfferElement): void;
  leave(slot: OfferElement): void;
}

export interface OfferElement extends HTMLElement {
  /** Shows nodes in place of the default content, in the room the default took: `height`, if it was measured before. */
  show(nodes: readonly Element[], offer: string, height?: number): void;
  /** Shows the default content, and says why. */
  showDefault(reason: string): void;
}

interface OfferElementClass extends CustomElementConstructor {
  usher?: Usher | undefined;
}

const NAME = "escale-offer";
const OFFER_SLOT = "escale";

/** Gives this page's slots to an usher, or takes them away. */
export function usherSlots(usher: Usher | undefined): void {
  const known = customElements.get(NAME) as OfferElementClass | undefined;
  const offerElement = known ?? defineElement();
  offerElement.usher = usher;
  if (!known) customElements.define(NAME, offerElement);
  else if (usher) document.querySelectorAll<OfferElement>(NAME).forEach((slot) => usher.seat(slot));
}

/** The room that an element takes. Not `offsetHeight`, which rounds: half a pixel more is a shift. */
export const heightOf = (element: Element): number => element.getBoundingClientRect().height;

// Inside a function: importing this file has no effect, and needs no browser.
function defineElement(): OfferElementClass {
  return class Offer extends HTMLElement implements OfferElement {
    static usher: Usher | undefined;
    #window: HTMLSlotElement | undefined;
    #nodes: readonly Element[] = [];

    connectedCallback(): void {
      Offer.usher?.seat(this);
    }

    disconnectedCallback(): void {
      Offer.usher?.leave(this);
    }

    show(nodes: readonly Element[], offer: string, height = heightOf(this)): void {
      if (height > 0) this.style.minHeight = `${height}px`;
      this.#put(nodes, OFFER_SLOT);
      this.dataset.escaleOffer = offer;
      this.dataset.escaleState = "offer";
      delete this.dataset.escaleReason;
    }

    showDefault(reason: string): void {
      this.#put([], "");
      this.style.minHeight = "";
      delete this.dataset.escaleOffer;
      this.dataset.escaleReason = reason;
      this.dataset.escaleState = "default";
    }

    /** Shows the children of one slot name; those of the other stay, unseen. */
    #put(nodes: readonly Element[], name: string): void {
      for (const node of this.#nodes) node.remove();
      this.#nodes = nodes;
      for (const node of nodes) node.slot = OFFER_SLOT;
      this.append(...nodes);
      this.#window ??= this.#open();
      this.#window.name = name;
    }

    #open(): HTMLSlotElement {
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(":host{display:block}:host([hidden]){display:none}");
      root.adoptedStyleSheets = [sheet];
      return root.appendChild(document.createElement("slot"));
    }
  };
}
