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
  /**
   * Shows nodes in place of the default content, at least as high. `height` is the default's, if already measured.
   * Nodes that stand here stay where they are.
   */
  show(nodes: readonly Element[], offer: string, height?: number): void;
  /** Shows the default content. `reason` is written to `data-escale-reason`. */
  showDefault(reason: string): void;
  /** Keeps a least height for what is shown, in CSS pixels. */
  reserve(height: number): void;
}

interface OfferElementClass extends CustomElementConstructor {
  controller?: SlotController | undefined;
  readonly connected: Set<OfferElement>;
}

const NAME = "escale-offer";
const OFFER_SLOT = "escale";

/** Returns the style sheet of a slot, with further declarations. */
export const styleOf = (more = ""): string =>
  `:host{display:block${more}}:host([hidden]){display:none}`;

/**
 * Sets the controller of this page's slots, or removes it. Defines the element if necessary. Returns the slots of the
 * page, those in shadow roots included.
 */
export function controlSlots(controller: SlotController | undefined): ReadonlySet<OfferElement> {
  let offerElement = customElements.get(NAME) as OfferElementClass | undefined;
  if (!offerElement) customElements.define(NAME, (offerElement = defineElement()));
  offerElement.controller = controller;
  return offerElement.connected;
}

/**
 * Returns the height of an element in its own CSS pixels, as `min-height` takes it. Bounding boxes are no such pixels
 * under a transform or a zoom, and `offsetHeight` rounds: half a pixel is a layout shift.
 */
export const heightOf = (element: Element): number =>
  parseFloat(getComputedStyle(element).height) || 0;

/** Returns true for a slot that nobody can see now: a page kept for later, another layout, a copy in a carousel. */
export const isHidden = (element: Element): boolean =>
  !!element.closest("[aria-hidden=true],[inert]") ||
  // Browsers of before 2024 may not have it.
  !((element.checkVisibility as Element["checkVisibility"] | undefined)?.call(element) ?? true);

// In a function, so that importing this file has no effect and needs no browser.
function defineElement(): OfferElementClass {
  return class Offer extends HTMLElement implements OfferElement {
    static controller: SlotController | undefined;
    static readonly connected = new Set<OfferElement>();
    #outlet: HTMLSlotElement | undefined;
    #sheet = new CSSStyleSheet();
    #nodes: readonly Element[] = [];

    connectedCallback(): void {
      Offer.connected.add(this);
      // The server's offer stays until the browser makes the same choice.
      if (!this.#outlet && !this.dataset.escaleAt) this.#clean();
      Offer.controller?.mount(this);
    }

    disconnectedCallback(): void {
      Offer.connected.delete(this);
      Offer.controller?.unmount(this);
    }

    show(nodes: readonly Element[], offer: string, height = heightOf(this)): void {
      this.#render(nodes, OFFER_SLOT);
      if (height > 0) this.reserve(height);
      this.dataset.escaleOffer = offer;
      this.dataset.escaleState = "offer";
      delete this.dataset.escaleReason;
    }

    showDefault(reason: string): void {
      this.#render([], "");
      this.reserve(0);
      delete this.dataset.escaleOffer;
      this.dataset.escaleReason = reason;
      this.dataset.escaleState = "default";
    }

    reserve(height: number): void {
      // Not an attribute: frameworks compare those with their own, and copies would have it too.
      const least = height ? `;min-height:${height}px!important` : "";
      this.#sheet.replaceSync(styleOf(least));
    }

    /** Removes from a copied slot what the other one shows. */
    #clean(): void {
      for (const child of [...this.children]) if (child.slot === OFFER_SLOT) child.remove();
      for (const name of ["state", "offer", "reason"]) this.removeAttribute(`data-escale-${name}`);
      this.#render([], "");
    }

    /** Shows the children of one slot name. The others stay in the document, hidden. */
    #render(nodes: readonly Element[], name: string): void {
      for (const node of this.#nodes) if (!nodes.includes(node)) node.remove();
      this.#nodes = nodes;
      for (const node of nodes) node.slot = OFFER_SLOT;
      if (nodes.some((node) => node.parentNode !== this)) this.append(...nodes);
      this.#outlet ??= this.#attach();
      this.#outlet.name = name;
    }

    #attach(): HTMLSlotElement {
      // A slot that was filled before the engine came has a root already.
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [this.#sheet];
      this.reserve(0);
      const outlet = document.createElement("slot");
      // The default content shows where a script of the page removed the offer.
      outlet.append(document.createElement("slot"));
      root.replaceChildren(outlet);
      return outlet;
    }
  };
}
