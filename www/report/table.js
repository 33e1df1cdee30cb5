/** A table that scrolls where it must. Comes in: names of columns, lines; goes out: an element that can be reached by keyboard. */
import { element } from "./dom.js";

/** @param {readonly string[]} texts @param {readonly string[]} numbers @param {Node[]} lines @param {import("./sections.js").Speech} speech @param {string} [title] */
export function table(texts, numbers, lines, { said }, title = "") {
  const head = [
    ...texts.map((name) => element("th", { scope: "col", class: "text" }, said[name])),
    ...numbers.map((name) => element("th", { scope: "col" }, said[name])),
  ];
  // What scrolls must be reached by keyboard too.
  return element(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head)),
      element("tbody", {}, ...lines),
    ),
  );
}
