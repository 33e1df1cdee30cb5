/** One outcome of some people beside others. Comes in: what each did, and words; goes out: a card. Never more certain than its interval. */
import { element } from "./dom.js";
import { interval, scaleOf } from "./plot.js";
import { filled } from "./words.js";

/**
 * @typedef {import("./plot.js").Estimate} Estimate
 * @typedef {{ outcome: "quoted" | "booked" | "revenue", personalised: number | null, held_out: number | null, difference: Estimate, relative: Estimate, verdict: string }} Uplift
 */

/** @param {Uplift} row @param {import("./sections.js").Speech} speech @param {{ versus: string | undefined, verdict: string | undefined }} told */
export function card(
  { outcome, personalised, held_out, difference, relative, verdict },
  { said, as },
  told,
) {
  const isMoney = outcome === "revenue";
  const of = isMoney ? as.money : as.percent;
  const apart = isMoney ? as.money : as.points;
  const range = filled(said["between"], {
    low: apart(difference.low),
    high: apart(difference.high),
  });
  const part = {
    value: as.change(relative.value),
    low: as.change(relative.low),
    high: as.change(relative.high),
  };
  const isKnown = difference.low !== null;
  return element(
    "li",
    { class: "card" },
    element("h3", {}, said[outcome]),
    element("p", { class: "verdict" }, told.verdict),
    element(
      "p",
      {},
      filled(told.versus, { personalised: of(personalised), held_out: of(held_out) }),
      ` (${said[`${outcome}Of`]})`,
    ),
    interval(
      difference,
      scaleOf([difference]),
      `${said["difference"]} ${apart(difference.value)}, ${range}`,
      verdict,
    ),
    isKnown ? element("p", {}, `${said["difference"]} ${apart(difference.value)}, ${range}`) : null,
    relative.value === null
      ? null
      : element("p", { class: "note" }, filled(said["relative"], part)),
  );
}
