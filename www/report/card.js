/** Cards that compare two groups. In: an outcome of both groups, labels. Out: an element. Never: more certainty than its interval. */
import { createElement } from "../shared/dom.js";
import { formatMessage } from "../shared/format-message.js";
import { createInterval, scaleOf } from "./plot.js";

/**
 * @typedef {import("./plot.js").Estimate} Estimate
 * @typedef {{ outcome: "quoted" | "booked" | "revenue", personalised: number | null, held_out: number | null, difference: Estimate, relative: Estimate, verdict: string }} Uplift
 */

/**
 * Creates a card of one outcome.
 *
 * @param {Uplift} uplift
 * @param {import("./sections.js").Locale} locale
 * @param {{ versus: string, verdict: string }} labels
 */
export function createCard(
  { outcome, personalised, held_out, difference, relative, verdict },
  { messages, format },
  labels,
) {
  const [formatLevel, formatDifference] =
    outcome === "revenue" ? [format.money, format.money] : [format.percent, format.points];
  const range = formatMessage(messages.between, {
    low: formatDifference(difference.low),
    high: formatDifference(difference.high),
  });
  const summary = `${messages.difference} ${formatDifference(difference.value)}, ${range}`;
  const levels = formatMessage(labels.versus, {
    personalised: formatLevel(personalised),
    held_out: formatLevel(held_out),
  });
  const change = formatMessage(messages.relative, {
    value: format.change(relative.value),
    low: format.change(relative.low),
    high: format.change(relative.high),
  });
  return createElement(
    "li",
    { class: "card" },
    createElement("h3", {}, messages.outcomes[outcome]),
    createElement("p", { class: "verdict" }, labels.verdict),
    createElement("p", {}, levels, ` (${messages.ofPeople[outcome]})`),
    createInterval(difference, scaleOf([difference]), summary, verdict),
    difference.low === null ? null : createElement("p", {}, summary),
    relative.value === null ? null : createElement("p", { class: "note" }, change),
  );
}
