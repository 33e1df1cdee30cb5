/**
 * The element alone, as a package entry. In: nothing. Out: `<escale-offer>`, defined before Escale runs, and its type.
 * Never: a second definition.
 */
import { controlSlots, type OfferElement } from "./element.js";

export type { OfferElement };

/** Defines `<escale-offer>`. Until Escale runs it shows its default content. */
export function define(): void {
  if (!customElements.get("escale-offer")) controlSlots(undefined);
}

declare global {
  interface HTMLElementTagNameMap {
    "escale-offer": OfferElement;
  }
}
