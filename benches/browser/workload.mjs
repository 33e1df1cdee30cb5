/**
 * The same work for every subject: a number of offers goes in, offers, a visitor's tastes and facts come out.
 * Must never depend on anything but its arguments: two runs measure the same thing.
 */

export const TOPICS = [
  "beach",
  "city",
  "ski",
  "family",
  "wellness",
  "exotic",
  "cruise",
  "golf",
  "diving",
  "safari",
  "hiking",
  "food",
  "culture",
  "nightlife",
  "nature",
  "island",
  "mountain",
  "lake",
  "winter",
  "summer",
  "short",
  "long",
  "luxury",
  "budget",
];
/** Numbers of searches and of begun quotes of the visitor. */
export const FACTS = { searches: 2, quotes: 1 };

const TOPICS_PER_OFFER = 4;

/**
 * A stream of numbers in [0, 1) from a seed (xorshift32).
 * @param {number} seed
 */
function numbersFrom(seed) {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * @typedef {object} Offer
 * @property {string} id
 * @property {number} value
 * @property {Record<string, number>} topics weight of each topic it is about
 * @property {{ searches: number, quotes: number, topic: string, above: number }} unless
 *   condition for the offer: other numbers of searches and quotes, and a taste above a threshold
 *
 * @param {number} count
 * @returns {Offer[]}
 */
export function makeOffers(count) {
  const next = numbersFrom(20_261);
  const below = (/** @type {number} */ limit) => Math.floor(next() * limit);
  const pick = (/** @type {string[]} */ list) => /** @type {string} */ (list[below(list.length)]);
  return Array.from({ length: count }, (_, index) => {
    /** @type {Record<string, number>} */
    const topics = {};
    while (Object.keys(topics).length < TOPICS_PER_OFFER)
      topics[pick(TOPICS)] = 0.05 + Math.round(next() * 95) / 100;
    const unless = {
      searches: below(4),
      quotes: below(3),
      topic: pick(TOPICS),
      above: below(15) / 100,
    };
    return { id: `offer-${index}`, value: Math.round(next() * 100) / 100, topics, unless };
  });
}

/**
 * Tastes of the visitor, in [0, 1]. They are squared, since most tastes are faint.
 * @returns {Record<string, number>}
 */
export function makeTastes() {
  const next = numbersFrom(7);
  return Object.fromEntries(TOPICS.map((topic) => [topic, Math.round(next() ** 2 * 100) / 100]));
}
