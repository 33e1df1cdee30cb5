/** The report's parts. Comes in: the server's answer, words and formats; goes out: elements. Never a person, never HTML. */
import { element } from "./dom.js";
import { card } from "./card.js";
import { experiment } from "./experiments.js";
import { daily, interval, scaleOf } from "./plot.js";
import { table } from "./table.js";
import { filled } from "./words.js";

/**
 * @typedef {import("./plot.js").Estimate} Estimate
 * @typedef {{ decisions: number, exposures: number, viewable_rate: number | null, clicks: number, click_rate: number | null, quotes: number, bookings: number, revenue: number }} Tally
 * @typedef {Tally & { name: string }} Row
 * @typedef {Tally & { offer: string, placement: string, family: string, worth: { visitors: number, click_rate: Estimate } }} OfferRow
 * @typedef {import("./card.js").Uplift} Uplift
 * @typedef {{ from: string, to: string, attribution_days: number, total: Tally, days: (Tally & { day: string })[], offers: OfferRow[],
 *   placements: Row[], families: Row[], stages: Row[], value_classes: Row[], arms: Row[], uplift: Uplift[],
 *   experiments: import("./experiments.js").Experiment[], people: { personalised: { people: number }, held_out: { people: number }, left_out: number } }} Report
 * @typedef {{ said: import("./words.js").Words, as: import("./format.js").Format }} Speech
 */

/** All of them. @param {Report} report @param {Speech} speech @returns {Node[]} */
export function sections(report, speech) {
  const { said } = speech;
  if (
    report.total.decisions === 0 &&
    report.people.personalised.people + report.people.held_out.people === 0
  )
    return [element("p", {}, said["empty"])];
  return [
    part(said["uplift"], ...uplift(report, speech)),
    part(said["total"], ...total(report, speech)),
    part(said["days"], ...days(report, speech)),
    part(said["offers"], ...offers(report, speech)),
    ...report.experiments.map((one) =>
      part(filled(said["experiment"], { name: one.name }), ...experiment(one, speech)),
    ),
    element(
      "div",
      { class: "pairs" },
      .../** @type {const} */ (["families", "placements", "stages", "value_classes", "arms"]).map(
        (of) => part(said[of], tallies(report[of], speech, of)),
      ),
    ),
  ];
}

/** @param {string | undefined} title @param {...import("./dom.js").Child} children */
const part = (title, ...children) => element("section", {}, element("h2", {}, title), ...children);

/** @param {Report} report @param {Speech} speech @returns {Node[]} */
function uplift({ uplift: rows, people }, speech) {
  const { said, as } = speech;
  const counts = {
    personalised: as.count(people.personalised.people),
    held_out: as.count(people.held_out.people),
    left_out: as.count(people.left_out),
  };
  return [
    element(
      "ul",
      { class: "cards" },
      ...rows.map((row) =>
        card(row, speech, { versus: said["versus"], verdict: said[row.verdict] }),
      ),
    ),
    element("p", { class: "note" }, filled(said["upliftNote"], counts)),
  ];
}

/** @param {Report} report @param {Speech} speech @returns {Node[]} */
function total({ total: sums, attribution_days }, { said, as }) {
  const figure = (/** @type {string} */ name, /** @type {string} */ value) =>
    element("div", {}, element("dt", {}, said[name]), element("dd", {}, value));
  return [
    element(
      "dl",
      { class: "figures" },
      figure("exposures", as.count(sums.exposures)),
      figure("clicks", as.count(sums.clicks)),
      figure("click_rate", as.percent(sums.click_rate)),
      figure("quotes", as.count(sums.quotes)),
      figure("bookings", as.count(sums.bookings)),
      figure("revenue_sum", as.money(sums.revenue)),
    ),
    element("p", { class: "note" }, filled(said["totalNote"], { days: String(attribution_days) })),
  ];
}

/** @param {Report} report @param {Speech} speech @returns {Node[]} */
function days({ days: all, from, to, total: sums }, speech) {
  const { said, as } = speech;
  const label = filled(said["daysLabel"], {
    exposures: as.count(sums.exposures),
    clicks: as.count(sums.clicks),
    from: as.day(from),
    to: as.day(to),
  });
  const rows = all.map((day) => ({ ...day, name: as.day(day.day) }));
  return [
    daily(all, { from, to, label }),
    element(
      "p",
      { class: "note" },
      element("span", { class: "key seen" }),
      said["exposures"],
      " ",
      element("span", { class: "key clicked" }),
      said["clicks"],
    ),
    element("details", {}, element("summary", {}, said["asTable"]), tallies(rows, speech, "days")),
  ];
}

const NUMBERS = /** @type {const} */ ([
  "exposures",
  "viewable_rate",
  "clicks",
  "click_rate",
  "quotes",
  "bookings",
  "revenue_sum",
]);

/** A tally's cells, in the order of NUMBERS. @param {Tally} row @param {Speech} speech */
const cells = (row, { as }) =>
  [
    as.count(row.exposures),
    as.percent(row.viewable_rate),
    as.count(row.clicks),
    as.percent(row.click_rate),
    as.count(row.quotes),
    as.count(row.bookings),
    as.money(row.revenue),
  ].map((text) => element("td", {}, text));

/** Names of our own are translated, the site's are not. @param {Row[]} rows @param {Speech} speech @param {string} of what they are */
function tallies(rows, speech, of) {
  const { said } = speech;
  const line = (/** @type {Row} */ row) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, said[`${of}.${row.name}`] ?? row.name),
      ...cells(row, speech),
    );
  return table([of === "days" ? "day" : "name"], NUMBERS, rows.map(line), speech, said[of]);
}

/** @param {Report} report @param {Speech} speech @returns {Node[]} */
function offers({ offers: rows }, speech) {
  const { said, as } = speech;
  const scale = scaleOf(rows.map(({ worth }) => worth.click_rate));
  const line = (/** @type {OfferRow} */ row) => {
    const { value, low, high } = row.worth.click_rate;
    const range =
      low === null ? "" : filled(said["between"], { low: as.percent(low), high: as.percent(high) });
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, row.offer),
      element("td", { class: "text" }, row.placement),
      element("td", { class: "text" }, row.family),
      ...cells(row, speech),
      element(
        "td",
        { class: "text" },
        as.percent(value),
        element("span", { class: "between" }, range),
        interval(row.worth.click_rate, scale, `${as.percent(value)} ${range}`),
      ),
    );
  };
  return [
    table(
      ["offer", "placement", "family"],
      [...NUMBERS, "toAll"],
      rows.map(line),
      speech,
      said["offers"],
    ),
    element("p", { class: "note" }, said["offersNote"]),
  ];
}
