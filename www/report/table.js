/** Tables that scroll. In: column names, rows. Out: an element. Never: a scrolling part that the keyboard cannot reach. */
import { createElement } from "../shared/dom.js";

/** @typedef {keyof import("./messages.js").Messages["columns"]} Column */

/**
 * Creates a table under a header.
 *
 * @param {{ texts: readonly Column[], numbers: readonly Column[] }} columns
 * @param {Node[]} rows
 * @param {import("./sections.js").Locale} locale
 * @param {string} title
 */
export function createTable({ texts, numbers }, rows, { messages: { columns } }, title) {
  const header = [
    ...texts.map((name) => createElement("th", { scope: "col", class: "text" }, columns[name])),
    ...numbers.map((name) => createElement("th", { scope: "col" }, columns[name])),
  ];
  return createElement(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
    createElement(
      "table",
      {},
      createElement("thead", {}, createElement("tr", {}, ...header)),
      createElement("tbody", {}, ...rows),
    ),
  );
}
