/**
 * `<escale-offer placement="…">`: a slot of the page. In: nodes of an offer. Out: the slot shows them, or its default
 * content. Never: a default node removed. Frameworks own these nodes and throw when one is gone, so both stay children.
 */

/** Fills the slots of the page. A stopped client leaves no controller behind. */
export interface SlotController {
  /** A slot entered the document. */
  mount(slot: OfferElement): void;
  /** A slot left the document, perhaps to be moved. */
  unmount(slot: OfferElement): void;
}

/** The element `<escale-offer>`. */
export interface OfferElement extends HTMLElement {
  /** Shows nodes in place of the default content, at least as high. `height` is the default's, if already measured. */
  show(nodes: readonly Element[], offer: string, height?: number): void;
  /** Shows the default content. `reason` is written to `data-escale-reason`. */
  showDefault(reason: string): void;
}

interface OfferElementClass extends CustomElementConstructor {
  controller?: SlotController | undefined;
}

const NAME = "escale-offer";
const OFFER_SLOT = "escale";
/** Style sheet of a slot. */
export const STYLE = ":host{display:block}:host([hidden]){display:none}";

/** Sets the controller of this page's slots, or removes it. Defines the element if necessary. */
export function controlSlots(controller: SlotController | undefined): void {
  const known = customElements.get(NAME) as OfferElementClass | undefined;
  const offerElement = known ?? defineElement();
  offerElement.controller = controller;
  if (!known) customElements.define(NAME, offerElement);
  else if (controller)
    document.querySelectorAll<OfferElement>(NAME).forEach((slot) => controller.mount(slot));
}

/** Returns the height of an element. Not `offsetHeight`, which rounds: half a pixel is a layout shift. */
export const heightOf = (element: Element): number => element.getBoundingClientRect().height;

// In a function, so that importing this file has no effect and needs no browser.
function defineElement(): OfferElementClass {
  return class Offer extends HTMLElement implements OfferElement {
    static controller: SlotController | undefined;
    #outlet: HTMLSlotElement | undefined;
    #nodes: readonly Element[] = [];

    connectedCallback(): void {
      Offer.controller?.mount(this);
    }

    disconnectedCallback(): void {
      Offer.controller?.unmount(this);
    }

    show(nodes: readonly Element[], offer: string, height = heightOf(this)): void {
      if (height > 0) this.style.minHeight = `${height}px`;
      this.#render(nodes, OFFER_SLOT);
      this.dataset.escaleOffer = offer;
      this.dataset.escaleState = "offer";
      delete this.dataset.escaleReason;
    }

    showDefault(reason: string): void {
      this.#render([], "");
      this.style.minHeight = "";
      delete this.dataset.escaleOffer;
      this.dataset.escaleReason = reason;
      this.dataset.escaleState = "default";
    }

    /** Shows the children of one slot name. The others stay in the document, hidden. */
    #render(nodes: readonly Element[], name: string): void {
      for (const node of this.#nodes) node.remove();
      this.#nodes = nodes;
      for (const node of nodes) node.slot = OFFER_SLOT;
      this.append(...nodes);
      this.#outlet ??= this.#attach();
      this.#outlet.name = name;
    }

    #attach(): HTMLSlotElement {
      // A slot that was filled before the engine came has a root already.
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      const outlet = document.createElement("slot");
      root.replaceChildren(outlet);
      return outlet;
    }
  };
}
