/**
 * Commands about the offers of a page: a slot that the site's script creates, feedback on an offer.
 * In: calls of the site, unchecked. Out: slots, events. Never: the site's own content removed from
 * its slot.
 */
import { reportError } from "./emit.js";
import { dropChoices } from "../recorder/page-views.js";
import type { Recorder } from "../recorder/recorder.js";
import type { Choice } from "../base/types.js";

const ANSWERS = ["less", "booked", "never"];

/** Makes an element of the page a slot, and returns it. Its content becomes the default content. */
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
  // A slot is filled when it enters the page: its placement must be set before.
  slot.setAttribute("placement", placement);
  if (!own) element.append(slot);
  return slot;
}

/** Records feedback on an offer, as the block's own panel does: `less`, `booked` or `never`. */
export function feedback(
  recorder: Recorder,
  [of, answer]: readonly unknown[],
  tell: (name: string, fields: object) => void,
): void {
  const { session } = recorder;
  const placement = typeof of === "string" ? of : (of as Choice | undefined)?.placement;
  const slots = [...session.slots.connected].filter(
    (slot) => slot.getAttribute("placement") === placement,
  );
  const shown = slots.flatMap((slot) => slot.dataset.escaleOffer?.split(" ") ?? []);
  const own = placement === undefined ? undefined : session.chooser.ownChoice(placement)?.offer;
  const offer = typeof of === "string" ? (shown[0] ?? own) : (of as Choice | undefined)?.offer;
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
      .forEach((slot) => recorder.again(slot));
    // The site renders it itself: another choice is made, which cannot be this offer.
    if (placement === undefined || own !== offer) return;
    session.chooser.dropOwnChoice(placement);
    dropChoices(session);
  }
}
