/**
 * Escale's configs of the bench: a number of offers goes in, the bytes that a site would serve come out in a folder.
 * Must never be easier than the peers' work: every offer keeps its three conditions and its four topics.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compileConfig } from "../../tests/browser/compile.mjs";
import { TOPICS, makeOffers, makeTastes } from "./workload.mjs";

const TASTES_TOTAL = Object.values(makeTastes()).reduce((sum, taste) => sum + taste, 0);

/** @param {number[]} counts of offers @param {string} out */
export async function compileConfigs(counts, out) {
  for (const count of counts) {
    const json = JSON.stringify(configOf(makeOffers(count)));
    await writeFile(join(out, `escale-${count}.bin`), await compileConfig(json));
  }
}

/** @param {import("./workload.mjs").Offer[]} offers */
const configOf = (offers) => ({
  version: 1,
  facets: { trip: { topics: TOPICS } },
  families: { all: { ignored_after: 0 } },
  placements: { hero: { min_confidence: 0 } },
  // No control group: the bench times choices, and a visitor of that group would be given none.
  policy: { holdout: 0 },
  offers: offers.map(offerOf),
});

/** @param {import("./workload.mjs").Offer} offer */
const offerOf = ({ id, value, topics, unless }) => ({
  id,
  family: "all",
  placements: ["hero"],
  value: 1 + value,
  topics: Object.fromEntries(
    Object.entries(topics).map(([topic, weight]) => [`trip.${topic}`, weight]),
  ),
  when: conditionOf(unless),
  content: { en: { title: id, url: `/${id}` } },
});

/**
 * The condition of an offer in Escale's config. Escale's affinities are shares of all interest.
 * The threshold of a taste is therefore divided by the sum of all tastes.
 */
const conditionOf = (
  /** @type {import("./workload.mjs").Offer["unless"]} */ { searches, quotes, topic, above },
) => ({
  "visit.searches": { $ne: searches },
  "quote.starts": { $ne: quotes },
  [`affinity.trip.${topic}`]: { $gt: above / TASTES_TOTAL },
});
