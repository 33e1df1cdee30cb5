/**
 * An offer as HTML, for servers. Comes in: an offer's texts, the page's own content. Goes out: the slot as text, letter for
 * letter what the browser builds from the same offer. Every text is escaped; addresses pass the same allow-list.
 */
import { describeBlock, type Content, type VNode } from "../slots/render.js";
import type { Language } from "../base/language.js";
import { WHY } from "../slots/labels.js";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\u00a0": "&nbsp;",
};

/** A text as HTML writes it. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"\u00a0]/g, (letter) => ENTITIES[letter] ?? letter);

const attributes = (of: Readonly<Record<string, string>>): string =>
  Object.entries(of)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join("");

/** These stand alone: nothing is in them, nothing ends them. */
const VOID = ["img", "meta"];

/** The block: as `buildBlock` of the browser. */
export const blockHtml = (content: Content, language: Language): string =>
  written(describeBlock(content, WHY[language]), { slot: "escale" });

function written([tag, own, ...inside]: VNode, more: Content = {}): string {
  const begun = `<${tag}${attributes({ ...own, ...more })}>`;
  return VOID.includes(tag)
    ? begun
    : `${begun}${inside.map((part) => (typeof part === "string" ? escaped(part) : written(part))).join("")}</${tag}>`;
}

/** A slot of the page as it is shown: with offers, or with the page's own content, which is there in any case. */
export function slotHtml(
  placement: string,
  own: string,
  shown: {
    readonly offers: readonly string[];
    readonly blocks: readonly string[];
    readonly atMs: number;
  },
): string {
  if (shown.blocks.length === 0)
    return `<escale-offer${attributes({ placement })}>${own}</escale-offer>`;
  const state = {
    placement,
    "data-escale-state": "offer",
    "data-escale-offer": shown.offers.join(" "),
    "data-escale-at": String(shown.atMs),
  };
  // A declarative shadow root, so that the page's own content is there and not seen, without a script.
  return `<escale-offer${attributes(state)}><template shadowrootmode="open"><slot name="escale"><slot></slot></slot></template>${own}${shown.blocks.join("")}</escale-offer>`;
}
