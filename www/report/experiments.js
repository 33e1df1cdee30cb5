/** Experiments. Comes in: people by arm, and each arm beside the first; goes out: elements. Never an arm that is called a winner. */
import { card } from "./card.js";
import { element } from "./dom.js";
import { table } from "./table.js";
import { filled } from "./words.js";

/**
 * @typedef {{ name: string, people: number, quoted: number, booked: number, revenue: number, beside_first: import("./card.js").Uplift[] }} Arm
 * @typedef {{ name: string, left_out: number, arms: Arm[] }} Experiment
 * @typedef {import("./sections.js").Speech} Speech
 */

/** @param {Experiment} of @param {Speech} speech @returns {Node[]} */
export function experiment({ name, left_out, arms }, speech) {
  const { said, as } = speech;
  const cells = (/** @type {Arm} */ arm) => [
    as.count(arm.people),
    as.count(arm.quoted),
    as.count(arm.booked),
    as.money(arm.revenue),
  ];
  const line = (/** @type {Arm} */ arm) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, arm.name),
      ...cells(arm).map((text) => element("td", {}, text)),
    );
  return [
    table(
      ["arm"],
      ["people", "quoted", "booked", "revenue_sum"],
      arms.map(line),
      speech,
      filled(said["experiment"], { name }),
    ),
    ...arms.flatMap((arm) => besideFirst(arm, arms[0]?.name ?? "", speech)),
    element(
      "p",
      { class: "note" },
      filled(said["experimentNote"], { left_out: as.count(left_out) }),
    ),
  ];
}

/** None for the first itself. @param {Arm} arm @param {string} first @param {Speech} speech @returns {Node[]} */
function besideFirst({ name: arm, beside_first: rows }, first, speech) {
  if (rows.length === 0) return [];
  const { said } = speech;
  const versus = filled(said["armsVersus"], {
    arm,
    first,
    value: "{personalised}",
    other: "{held_out}",
  });
  const verdicts = /** @type {Record<string, string | undefined>} */ ({
    more: filled(said["armMore"], { arm }),
    less: filled(said["armLess"], { arm }),
  });
  return [
    element("h3", {}, filled(said["armsBeside"], { arm, first })),
    element(
      "ul",
      { class: "cards" },
      ...rows.map((row) =>
        card(row, speech, { versus, verdict: verdicts[row.verdict] ?? said[row.verdict] }),
      ),
    ),
  ];
}
