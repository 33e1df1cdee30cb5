/**
 * Level of a block's heading. In: a filled slot. Out: a heading of the default content's level, else one below the
 * heading before. Nothing visible changes: the block's style names no level.
 */

const HEADINGS = "h1,h2,h3,h4,h5,h6";

/** Sets the level of the headings of a slot's own blocks. */
export function fitHeadings(slot: Element): void {
  for (const heading of slot.querySelectorAll("section.escale-offer h3.escale-title")) {
    const level = headingLevel(slot);
    if (level === 3) continue;
    const fitting = document.createElement(`h${level}`);
    for (const { name, value } of heading.attributes) fitting.setAttribute(name, value);
    fitting.append(...heading.childNodes);
    heading.replaceWith(fitting);
  }
}

/** Returns the level of a heading in a slot, from 2 to 6, or that of its default content. */
function headingLevel(slot: Element): number {
  const levelOf = (heading: Element): number => Number(heading.localName[1]);
  const own = [...slot.querySelectorAll(HEADINGS)].find((one) => !one.closest(".escale-offer"));
  if (own) return levelOf(own);
  let before = 1;
  for (const heading of document.querySelectorAll(HEADINGS)) {
    const isBefore = heading.compareDocumentPosition(slot) & Node.DOCUMENT_POSITION_FOLLOWING;
    // What another slot shows is no heading of the page around it.
    if (isBefore && !heading.closest("escale-offer")) before = levelOf(heading);
  }
  return Math.min(before + 1, 6);
}
