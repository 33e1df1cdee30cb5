/**
 * The page of the bench: a subject and a number of offers go in, its timings and its answer come out.
 * Must never time the preparation: only what happens at each choice.
 */
import { time } from "./stopwatch.mjs";
import { FACTS, makeOffers, makeTastes } from "./workload.mjs";

/**
 * @typedef {object} Work
 * @property {import("./workload.mjs").Offer[]} offers
 * @property {Record<string, number>} tastes
 * @property {typeof FACTS} facts
 *
 * What is chosen with, and what else a subject may have timed, by name.
 * @typedef {(() => string) & { parts?: Record<string, () => unknown> }} Choose
 *
 * @typedef {(work: Work) => Choose | Promise<Choose>} Prepare
 *
 * @param {Prepare} prepare
 * @param {number} count
 */
export async function measure(prepare, count) {
  if (!crossOriginIsolated)
    throw new Error("the clock is too coarse: the page is not cross-origin isolated");
  const choose = await prepare({ offers: makeOffers(count), tastes: makeTastes(), facts: FACTS });
  const answer = choose();
  const whole = time(choose);
  const parts = Object.entries(choose.parts ?? {}).map(([name, part]) => ({ name, ...time(part) }));
  return { ...whole, answer, parts };
}
