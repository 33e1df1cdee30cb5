/**
 * What a careful engineer writes in an afternoon, without a library: offers and tastes go in, a chooser comes out.
 * Must never do less than the peers: at each choice it fades the tastes, checks every condition and scores every offer that passes.
 */

const HALF_LIFE_MS = 14 * 24 * 3_600_000;

/** @param {import("../page.mjs").Work} work */
export function prepare({ offers, tastes, facts }) {
  const rows = offers.map(({ topics, ...offer }) => ({
    ...offer,
    weights: Object.entries(topics),
  }));
  const counters = Object.entries(tastes).map(([topic, taste]) => ({
    topic,
    mass: taste,
    atMs: Date.now(),
  }));
  return () => {
    const likes = faded(counters, Date.now());
    let best = "";
    let bestScore = -Infinity;
    for (const { id, value, weights, unless } of rows) {
      if (facts.searches === unless.searches || facts.quotes === unless.quotes) continue;
      if ((likes.get(unless.topic) ?? 0) <= unless.above) continue;
      let score = value;
      for (const [topic, weight] of weights) score += weight * (likes.get(topic) ?? 0);
      if (score > bestScore) [best, bestScore] = [id, score];
    }
    return best;
  };
}

/**
 * @param {{ topic: string, mass: number, atMs: number }[]} counters
 * @param {number} nowMs
 */
function faded(counters, nowMs) {
  const likes = new Map(
    counters.map(({ topic, mass, atMs }) => [topic, mass * 2 ** ((atMs - nowMs) / HALF_LIFE_MS)]),
  );
  const strongest = Math.max(...likes.values());
  for (const [topic, like] of likes) likes.set(topic, like / strongest);
  return likes;
}
