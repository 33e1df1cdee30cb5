/**
 * The words about what the page shows: a slot that the site's script makes, an answer to an offer. Comes in: calls of the
 * site, unchecked. Goes out: slots, events. Must leave the site's own content where it is, inside of the slot.
 */
import { reportError } from "./emit.js";
import type { OfferElement } from "../slots/element.js";
import type { Recorder } from "../recorder/recorder.js";
import type { Choice } from "../base/types.js";

const ANSWERS = ["less", "booked", "never"];

/** Makes an element of the page a slot, and answers it: what the element holds is the default content. */
export function render(
  { session }: Recorder,
  [placement, target]: readonly unknown[],
): Element | undefined {
  const found = typeof target === "string" ? find(target) : target;
  if (found instanceof Element) return slotIn(found, String(placement));
  reportError(
    session,
    "unknown_target",
    `render("${String(placement)}"): there is no such element`,
  );
  return undefined;
}

function find(selector: string): Element | null {
  try {
    return document.querySelector(selector);
  } catch {
    return null;
  }
}

function slotIn(element: Element, placement: string): Element {
  const own =
    element.localName === "escale-offer" ? element : element.querySelector(":scope > escale-offer");
  const slot = own ?? document.createElement("escale-offer");
  if (!own) slot.append(...element.childNodes);
  // Before it stands in the page: a slot is filled when it comes.
  slot.setAttribute("placement", placement);
  if (!own) element.append(slot);
  return slot;
}

/** What the visitor says of an offer, as the block's own panel would: `less`, `booked` or `never`. */
export function feedback(
  recorder: Recorder,
  [of, answer]: readonly unknown[],
  tell: (name: string, fields: object) => void,
): void {
  const { session } = recorder;
  const placement = typeof of === "string" ? of : (of as Choice | undefined)?.placement;
  const slots = Array.from(document.querySelectorAll<OfferElement>("escale-offer")).filter(
    (slot) => slot.getAttribute("placement") === placement,
  );
  const shown = slots.flatMap((slot) => slot.dataset.escaleOffer?.split(" ") ?? []);
  const offer = typeof of === "string" ? shown[0] : (of as Choice | undefined)?.offer;
  if (!ANSWERS.includes(String(answer)))
    reportError(
      session,
      "bad_field",
      `feedback: "${String(answer)}" is none of ${ANSWERS.join(", ")}`,
    );
  else if (offer === undefined)
    reportError(
      session,
      "nothing_shown",
      `feedback("${String(placement)}"): no offer is shown there`,
    );
  else {
    tell(`offer_${String(answer)}`, { offer, placement });
    slots
      .filter((slot) => slot.dataset.escaleOffer?.split(" ").includes(offer))
      .forEach((slot) => session.again(slot));
  }
}
