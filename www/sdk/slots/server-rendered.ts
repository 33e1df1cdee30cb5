/**
 * Slots that the site's server has filled already. Comes in: a page with such slots.
 * Goes out: the moment of the server's choice, so that the browser makes the same one.
 * The server's nodes must be gone before the browser paints its own.
 */

/** Slots with content of the server. The attribute holds the time of the server's choice. */
const RENDERED = "escale-offer[data-escale-at]";

/** Resolves once the page is parsed, with the filled slots. Their nodes are replaced by those of the session. */
export async function takeOver(): Promise<readonly HTMLElement[]> {
  if (document.readyState === "loading")
    await new Promise((resolve) =>
      document.addEventListener("DOMContentLoaded", resolve, { once: true }),
    );
  const slots = [...document.querySelectorAll<HTMLElement>(RENDERED)];
  for (const slot of slots) replaceOnce(slot, serversNodes(slot));
  return slots;
}

const serversNodes = (slot: HTMLElement): Element[] =>
  [...slot.children].filter((child) => child.slot === "escale");

/** Removes the server's nodes at the first state change; observers run before the next paint. */
function replaceOnce(slot: HTMLElement, nodes: readonly Element[]): void {
  const seen = new MutationObserver(() => {
    seen.disconnect();
    for (const node of nodes) node.remove();
    delete slot.dataset.escaleAt;
  });
  seen.observe(slot, { attributes: true, attributeFilter: ["data-escale-state"] });
}

/** Restores the page's own content in slots that still show the server's, after consent ended. */
export function emptyRendered(): void {
  for (const slot of document.querySelectorAll<HTMLElement>(RENDERED)) {
    for (const node of serversNodes(slot)) node.remove();
    const shown = slot.shadowRoot?.querySelector("slot");
    if (shown) shown.name = "";
    for (const name of ["at", "state", "offer"]) slot.removeAttribute(`data-escale-${name}`);
  }
}
