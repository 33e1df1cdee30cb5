/** Sections of the report. In: the server's response, a locale. Out: elements. Never: a single person, or markup made of text. */
import { createElement } from "../shared/dom.js";
import { formatMessage } from "../shared/format-message.js";
import { createCard } from "./card.js";
import { createExperiment } from "./experiments.js";
import { messageOf } from "./messages.js";
import { createDailyPlot, createInterval, scaleOf } from "./plot.js";
import { createTable } from "./table.js";

/**
 * @typedef {import("./plot.js").Estimate} Estimate
 * @typedef {{ decisions: number, exposures: number, viewable_rate: number | null, clicks: number, click_rate: number | null, quotes: number, bookings: number, revenue: number }} Tally
 * @typedef {Tally & { name: string }} Row
 * @typedef {Tally & { offer: string, placement: string, family: string, worth: { visitors: number, click_rate: Estimate, unsupported: Unsupported | null } }} OfferRow
 * @typedef {{ reason: "no_exploration" } | { reason: "few_exposures", exposures: number, needed: number }} Unsupported
 * @typedef {import("./card.js").Uplift} Uplift
 * @typedef {{ from: string, to: string, attribution_days: number, total: Tally, days: (Tally & { day: string })[], offers: OfferRow[],
 *   placements: Row[], families: Row[], stages: Row[], value_classes: Row[], arms: Row[], uplift: Uplift[],
 *   experiments: import("./experiments.js").Experiment[], people: { personalised: { people: number }, held_out: { people: number }, left_out: number } }} Report
 * @typedef {{ messages: import("./messages.js").Messages, format: import("./format.js").Format }} Locale
 */

const BREAKDOWNS = /** @type {const} */ ([
  "families",
  "placements",
  "stages",
  "value_classes",
  "arms",
]);

/** Creates all sections of a report. @param {Report} report @param {Locale} locale @returns {Node[]} */
export function createSections(report, locale) {
  const { messages } = locale;
  const { total, people, experiments } = report;
  if (total.decisions === 0 && people.personalised.people + people.held_out.people === 0)
    return [createElement("p", {}, messages.empty)];
  return [
    createSection(messages.uplift, ...createUplift(report, locale)),
    createSection(messages.total, ...createTotal(report, locale)),
    createSection(messages.days, ...createDays(report, locale)),
    createSection(messages.offers, ...createOffers(report, locale)),
    ...experiments.map((experiment) =>
      createSection(
        formatMessage(messages.experiment, { name: experiment.name }),
        ...createExperiment(experiment, locale),
      ),
    ),
    createElement(
      "div",
      { class: "pairs" },
      ...BREAKDOWNS.map((name) =>
        createSection(messages.breakdowns[name], createBreakdown(name, report[name], locale)),
      ),
    ),
  ];
}

/** @param {string} title @param {...import("../shared/dom.js").Child} children */
const createSection = (title, ...children) =>
  createElement("section", {}, createElement("h2", {}, title), ...children);

/** @param {string} text */
const createNote = (text) => createElement("p", { class: "note" }, text);

/** @param {Report} report @param {Locale} locale @returns {Node[]} */
function createUplift({ uplift, people }, locale) {
  const { messages, format } = locale;
  const cards = uplift.map((row) =>
    createCard(row, locale, {
      versus: messages.versus,
      verdict: messageOf(messages.verdicts, row.verdict),
    }),
  );
  const counts = {
    personalised: format.count(people.personalised.people),
    held_out: format.count(people.held_out.people),
    left_out: format.count(people.left_out),
  };
  return [
    createElement("ul", { class: "cards" }, ...cards),
    createNote(formatMessage(messages.upliftNote, counts)),
  ];
}

/** @param {Report} report @param {Locale} locale @returns {Node[]} */
function createTotal({ total, attribution_days }, { messages, format }) {
  const figure = (/** @type {keyof typeof messages.columns} */ name, /** @type {string} */ value) =>
    createElement(
      "div",
      {},
      createElement("dt", {}, messages.columns[name]),
      createElement("dd", {}, value),
    );
  return [
    createElement(
      "dl",
      { class: "figures" },
      figure("exposures", format.count(total.exposures)),
      figure("clicks", format.count(total.clicks)),
      figure("click_rate", format.percent(total.click_rate)),
      figure("quotes", format.count(total.quotes)),
      figure("bookings", format.count(total.bookings)),
      figure("revenue", format.money(total.revenue)),
    ),
    createNote(formatMessage(messages.totalNote, { days: attribution_days })),
  ];
}

/** @param {Report} report @param {Locale} locale @returns {Node[]} */
function createDays({ days, from, to, total }, locale) {
  const { messages, format } = locale;
  const label = formatMessage(messages.daysLabel, {
    exposures: format.count(total.exposures),
    clicks: format.count(total.clicks),
    from: format.day(from),
    to: format.day(to),
  });
  const rows = days.map((day) => createRow(format.day(day.day), day, locale));
  return [
    createDailyPlot(days, { from, to, label }),
    createElement(
      "p",
      { class: "note" },
      createElement("span", { class: "key seen" }),
      messages.columns.exposures,
      " ",
      createElement("span", { class: "key clicked" }),
      messages.columns.clicks,
    ),
    createElement(
      "details",
      {},
      createElement("summary", {}, messages.asTable),
      createTable({ texts: ["day"], numbers: NUMBERS }, rows, locale, messages.days),
    ),
  ];
}

const NUMBERS = /** @type {const} */ ([
  "exposures",
  "viewable_rate",
  "clicks",
  "click_rate",
  "quotes",
  "bookings",
  "revenue",
]);

/** Creates the cells of a tally, in the order of NUMBERS. @param {Tally} tally @param {Locale} locale */
const createCells = (tally, { format }) =>
  [
    format.count(tally.exposures),
    format.percent(tally.viewable_rate),
    format.count(tally.clicks),
    format.percent(tally.click_rate),
    format.count(tally.quotes),
    format.count(tally.bookings),
    format.money(tally.revenue),
  ].map((text) => createElement("td", {}, text));

/** @param {string} name @param {Tally} tally @param {Locale} locale */
const createRow = (name, tally, locale) =>
  createElement(
    "tr",
    {},
    createElement("th", { scope: "row" }, name),
    ...createCells(tally, locale),
  );

/** Creates a table of one breakdown. The engine's names are translated, the site's are not. @param {typeof BREAKDOWNS[number]} name @param {Row[]} rows @param {Locale} locale */
function createBreakdown(name, rows, locale) {
  const { names, breakdowns } = locale.messages;
  const translations = name in names ? names[/** @type {keyof typeof names} */ (name)] : {};
  return createTable(
    { texts: ["name"], numbers: NUMBERS },
    rows.map((row) => createRow(messageOf(translations, row.name), row, locale)),
    locale,
    breakdowns[name],
  );
}

/** @param {Report} report @param {Locale} locale @returns {Node[]} */
function createOffers({ offers }, locale) {
  const { messages } = locale;
  const scale = scaleOf(offers.map(({ worth }) => worth.click_rate));
  const rows = offers.map((row) =>
    createElement(
      "tr",
      {},
      createElement("th", { scope: "row" }, row.offer),
      createElement("td", { class: "text" }, row.placement),
      createElement("td", { class: "text" }, row.family),
      ...createCells(row, locale),
      createWorth(row, scale, locale),
    ),
  );
  return [
    createTable(
      { texts: ["offer", "placement", "family"], numbers: [...NUMBERS, "to_all"] },
      rows,
      locale,
      messages.offers,
    ),
    createNote(messages.offersNote),
  ];
}

/** Says why there is no estimate. @param {Unsupported} unsupported @param {Locale} locale */
function describeUnsupported(unsupported, { messages, format }) {
  if (unsupported.reason === "no_exploration") {
    return messages.noExploration;
  }
  const { exposures, needed } = unsupported;
  return formatMessage(messages.fewExposures, {
    exposures: format.count(exposures),
    needed: format.count(needed),
  });
}

/** Creates the cell of the click rate if an offer were shown to all. @param {OfferRow} row @param {[number, number]} scale @param {Locale} locale */
function createWorth({ worth: { click_rate, unsupported } }, scale, locale) {
  const { messages, format } = locale;
  if (unsupported) {
    return createElement("td", { class: "text" }, describeUnsupported(unsupported, locale));
  }
  const { value, low, high } = click_rate;
  const range =
    low === null
      ? ""
      : formatMessage(messages.between, { low: format.percent(low), high: format.percent(high) });
  return createElement(
    "td",
    { class: "text" },
    format.percent(value),
    createElement("span", { class: "between" }, range),
    createInterval(click_rate, scale, `${format.percent(value)} ${range}`),
  );
}
