/** Small plots. In: numbers. Out: an SVG with a label in words. Never: the only place of a number. */
import { createSvgElement } from "../shared/dom.js";

/** @typedef {{ value: number | null, low: number | null, high: number | null }} Estimate */

const WIDTH = 200;
const DAY_MS = 86_400_000;

/**
 * Draws a number and its interval on a scale. `null` if there is no interval.
 *
 * @param {Estimate} estimate @param {[number, number]} scale @param {string} label @param {string} [verdict]
 */
export function createInterval({ value, low, high }, [from, to], label, verdict = "") {
  if (low === null || high === null || value === null || to <= from) return null;
  const at = (/** @type {number} */ x) =>
    ((Math.min(Math.max(x, from), to) - from) / (to - from)) * WIDTH;
  const zero = { class: "zero", x1: at(0), x2: at(0), y1: 0, y2: 24 };
  const range = { x: at(low), y: 6, width: Math.max(at(high) - at(low), 1), height: 12, rx: 3 };
  return createSvgElement(
    "svg",
    { class: "interval", viewBox: `0 0 ${WIDTH} 24`, role: "img", "aria-label": label },
    createSvgElement("line", { class: "axis", x1: 0, x2: WIDTH, y1: 12, y2: 12 }),
    createSvgElement("rect", { class: `range ${verdict}`, ...range }),
    from <= 0 && to >= 0 ? createSvgElement("line", zero) : null,
    createSvgElement("circle", { class: "dot", cx: at(value), cy: 12, r: 4 }),
  );
}

/** Returns the least and the greatest bound of some intervals, and zero in between. @param {Estimate[]} estimates @returns {[number, number]} */
export function scaleOf(estimates) {
  const bounds = estimates.flatMap(({ low, high }) => [low ?? 0, high ?? 0]);
  return [Math.min(0, ...bounds), Math.max(0, ...bounds)];
}

/**
 * Draws exposures and clicks, a bar a day. Days without data stay empty.
 *
 * @param {{ day: string, exposures: number, clicks: number }[]} days @param {{ from: string, to: string, label: string }} period
 */
export function createDailyPlot(days, { from, to, label }) {
  const dayOf = (/** @type {string} */ day) =>
    Math.round((Date.parse(day) - Date.parse(from)) / DAY_MS);
  const max = Math.max(1, ...days.map(({ exposures }) => exposures));
  const bar = (/** @type {string} */ kind, /** @type {string} */ day, /** @type {number} */ n) => {
    const height = (100 * n) / max;
    return createSvgElement("rect", {
      class: kind,
      x: dayOf(day) + 0.1,
      y: 100 - height,
      width: 0.8,
      height,
    });
  };
  return createSvgElement(
    "svg",
    {
      class: "days",
      viewBox: `0 0 ${dayOf(to) + 1} 100`,
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
