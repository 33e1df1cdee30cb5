/** Experiments. In: people by arm, each arm compared with the first. Out: elements. Never: an arm that is called a winner. */
import { createElement } from "../shared/dom.js";
import { formatMessage } from "../shared/format-message.js";
import { createCard } from "./card.js";
import { messageOf } from "./messages.js";
import { createTable } from "./table.js";

/**
 * @typedef {{ name: string, people: number, quoted: number, booked: number, revenue: number, beside_first: import("./card.js").Uplift[] }} Arm
 * @typedef {{ name: string, left_out: number, arms: Arm[] }} Experiment
 * @typedef {import("./sections.js").Locale} Locale
 */

/** Creates the content of an experiment's section. @param {Experiment} experiment @param {Locale} locale @returns {Node[]} */
export function createExperiment({ name, left_out, arms }, locale) {
  const { messages, format } = locale;
  const row = (/** @type {Arm} */ arm) =>
    createElement(
      "tr",
      {},
      createElement("th", { scope: "row" }, arm.name),
      createElement("td", {}, format.count(arm.people)),
      createElement("td", {}, format.count(arm.quoted)),
      createElement("td", {}, format.count(arm.booked)),
      createElement("td", {}, format.money(arm.revenue)),
    );
  return [
    createTable(
      { texts: ["arm"], numbers: ["people", "quoted", "booked", "revenue"] },
      arms.map(row),
      locale,
      formatMessage(messages.experiment, { name }),
    ),
    ...arms.flatMap((arm) => createComparison(arm, arms[0]?.name ?? "", locale)),
    createElement(
      "p",
      { class: "note" },
      formatMessage(messages.experimentNote, { left_out: format.count(left_out) }),
    ),
  ];
}

/** Compares an arm with the first; nothing for the first itself. @param {Arm} arm @param {string} first @param {Locale} locale @returns {Node[]} */
function createComparison({ name: arm, beside_first: rows }, first, locale) {
  if (rows.length === 0) return [];
  const { messages } = locale;
  const versus = formatMessage(messages.armsVersus, {
    arm,
    first,
    value: "{personalised}",
    other: "{held_out}",
  });
  const verdicts = {
    ...messages.verdicts,
    more: formatMessage(messages.armMore, { arm }),
    less: formatMessage(messages.armLess, { arm }),
  };
  const cards = rows.map((row) =>
    createCard(row, locale, { versus, verdict: messageOf(verdicts, row.verdict) }),
  );
  return [
    createElement("h3", {}, formatMessage(messages.armsCompared, { arm, first })),
    createElement("ul", { class: "cards" }, ...cards),
  ];
}
