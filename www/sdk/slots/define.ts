/**
 * The element alone, as a package entry. Comes in: nothing. Goes out: `<escale-offer>` known to the page before
 * Escale itself runs, and its type. Must change nothing where it is known already.
 */
import { usherSlots, type OfferElement } from "./element.js";

export type { OfferElement };

/** Makes `<escale-offer>` known; until Escale runs it shows its own content. */
export function define(): void {
  if (!customElements.get("escale-offer")) usherSlots(undefined);
}

declare global {
  interface HTMLElementTagNameMap {
    "escale-offer": OfferElement;
  }
}
