/** Small plots. Comes in: numbers; goes out: an SVG that says in words what it shows. Never the only place where a number stands. */
import { drawn } from "./dom.js";

/** @typedef {{ value: number | null, low: number | null, high: number | null }} Estimate */

const WIDTH = 200;

/**
 * A number and its interval on a scale; nothing where there is no interval.
 * @param {Estimate} estimate @param {[number, number]} scale @param {string} label @param {string} [verdict]
 */
export function interval({ value, low, high }, [from, to], label, verdict = "") {
  if (low === null || high === null || value === null || to <= from) return null;
  const at = (/** @type {number} */ x) =>
    ((Math.min(Math.max(x, from), to) - from) / (to - from)) * WIDTH;
  const zero =
    from <= 0 && to >= 0
      ? drawn("line", { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: 24 })
      : null;
  return drawn(
    "svg",
    { class: "interval", viewBox: `0 0 ${WIDTH} 24`, role: "img", "aria-label": label },
    drawn("line", { class: "axis", x1: 0, x2: WIDTH, y1: 12, y2: 12 }),
    drawn("rect", {
      class: `range ${verdict}`,
      x: at(low),
      y: 6,
      width: Math.max(at(high) - at(low), 1),
      height: 12,
      rx: 3,
    }),
    zero,
    drawn("circle", { class: "dot", cx: at(value), cy: 12, r: 4 }),
  );
}

/** From the least to the most of some intervals, with zero in it. @param {Estimate[]} estimates @returns {[number, number]} */
export function scaleOf(estimates) {
  const all = estimates.flatMap(({ low, high }) => [low ?? 0, high ?? 0]);
  return [Math.min(0, ...all), Math.max(0, ...all)];
}

const DAY_MS = 86_400_000;

/**
 * What was seen and clicked, a bar a day; days without anything stay empty.
 * @param {{ day: string, exposures: number, clicks: number }[]} days @param {{ from: string, to: string, label: string }} period
 */
export function daily(days, { from, to, label }) {
  const first = Date.parse(from);
  const count = Math.round((Date.parse(to) - first) / DAY_MS) + 1;
  const most = Math.max(1, ...days.map(({ exposures }) => exposures));
  const bar = (/** @type {string} */ kind, /** @type {string} */ day, /** @type {number} */ n) =>
    drawn("rect", {
      class: kind,
      x: Math.round((Date.parse(day) - first) / DAY_MS) + 0.1,
      y: 100 - (100 * n) / most,
      width: 0.8,
      height: (100 * n) / most,
    });
  return drawn(
    "svg",
    {
      class: "days",
      viewBox: `0 0 ${count} 100`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": label,
    },
    ...days.flatMap(({ day, exposures, clicks }) => [
      bar("seen", day, exposures),
      bar("clicked", day, Math.min(clicks, exposures)),
    ]),
  );
}
