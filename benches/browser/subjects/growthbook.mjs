/**
 * GrowthBook, used as its guide says: a feature an offer, its targeting as the rule's condition, attributes for the visitor.
 * Must never be asked for what it has not: the score of those that pass is the application's own sum.
 */
import { GrowthBook } from "@growthbook/growthbook";

/** @param {import("../workload.mjs").Offer} offer */
const conditionOf = ({ unless }) => ({
  searches: { $ne: unless.searches },
  quotes: { $ne: unless.quotes },
  [`taste_${unless.topic}`]: { $gt: unless.above },
});

/** @param {import("../page.mjs").Work} work */
export function prepare({ offers, tastes, facts }) {
  const named = Object.entries(tastes).map(([topic, taste]) => [`taste_${topic}`, taste]);
  const client = new GrowthBook({
    attributes: { id: "visitor", ...facts, ...Object.fromEntries(named) },
  });
  const features = offers.map((offer) => [
    offer.id,
    { defaultValue: false, rules: [{ condition: conditionOf(offer), force: true }] },
  ]);
  client.initSync({ payload: { features: Object.fromEntries(features) } });
  const rows = offers.map(({ id, value, topics }) => ({
    id,
    value,
    weights: Object.entries(topics),
  }));
  return () => {
    let best = "";
    let bestScore = -Infinity;
    for (const { id, value, weights } of rows) {
      if (!client.isOn(id)) continue;
      let score = value;
      for (const [topic, weight] of weights) score += weight * (tastes[topic] ?? 0);
      if (score > bestScore) [best, bestScore] = [id, score];
    }
    return best;
  };
}
