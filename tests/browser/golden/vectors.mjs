/**
 * Cases of the condition language and of splits that other implementations share: our own, and those beside the checkout where they are at
 * hand. Goes out: what to ask, and what must be answered.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./cases.mjs";

const SHARED = join(ROOT, "../shared/vectors");

/** @param {string} path @returns {Promise<any>} none: it is not there */
const readJson = async (path) => {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return undefined;
    throw error;
  }
};

const own = await readJson(join(ROOT, "tests/cases/conditions.json"));
const shared = await readJson(join(SHARED, "conditions.json"));
const splits = await readJson(join(SHARED, "hash.json"));
if (!shared || !splits) console.log("the shared vectors are not beside the checkout: passed over");

/** @param {any} condition @param {any} attributes @param {any} groups @param {string} name @param {boolean} expected */
const asked = (condition, attributes, groups, name, expected) => ({
  name,
  asks: [condition, attributes, groups ?? null].map((part) => JSON.stringify(part)),
  expected,
});

/** Conditions: three JSON texts, and whether the first holds of the second. */
export const conditions = [
  ...[...own.strict, ...own.lenient].map((c) => asked(c.when, c.visitor, null, c.name, c.expected)),
  ...(shared?.cases ?? []).map((/** @type {any} */ c) =>
    asked(c.condition, c.attributes, c.savedGroups, c.name, c.expected),
  ),
];

/** Splits: seed, value, version, and the place. */
export const places = (splits?.cases ?? []).map(
  (/** @type {any[]} */ [seed, value, version, place]) => ({
    asks: [seed, value, version],
    expected: place,
  }),
);
