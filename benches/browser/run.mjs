/**
 * `make bench`: times a choice among 10, 100 and 1,000 offers in Chromium, Escale beside others, and what else Escale does.
 * Must never compare runs of different hours: subjects take turns within each round, and ratios are taken within the run.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { serveFolders } from "../../tests/browser/static-server.mjs";
import { Visitor } from "../../tests/browser/driver.mjs";
import { bundleSubjects } from "./bundle.mjs";

const ROUNDS = 3;
const COUNTS = [10, 100, 1_000];
const SUBJECTS = ["escale", "plain", "growthbook"];
/** Goal for one choice in Chromium by number of offers, in microseconds. */
const GOALS_US = new Map([
  [100, 10],
  [1_000, 60],
]);
/** Multiple of a goal from which the run fails. */
const GENEROUS = 2.5;
const RESULTS = fileURLToPath(new URL("../results/browser-choose.json", import.meta.url));
const OUT = fileURLToPath(new URL("out", import.meta.url));
const PKG = fileURLToPath(new URL("../../pkg", import.meta.url));

/** The clock ticks every 5 µs only in a cross-origin isolated page. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** @typedef {{ subject: string, count: number, firstUs: number, floorUs: number, medianUs: number, answer: string, parts: { name: string, floorUs: number, medianUs: number }[] }} Reading */

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/**
 * Each subject in a browser of its own, so that none runs in the warmth of another.
 * @param {string} origin
 * @param {string} subject
 * @returns {Promise<Reading[]>}
 */
async function readings(origin, subject) {
  const visitor = new Visitor("chromium");
  try {
    const browser = await visitor.open();
    const taken = [];
    for (const count of COUNTS) {
      await browser.open(`${origin}/${subject}.html`);
      await browser.until("the subject's script", () => "measure" in globalThis);
      const measured = await browser.runAsync(
        (/** @type {number} */ offers) => /** @type {any} */ (globalThis).measure(offers),
        count,
      );
      taken.push({ subject, count, ...measured });
    }
    return taken;
  } finally {
    await visitor.leave();
  }
}

/** @param {Reading[]} all */
function summarise(all) {
  const rows = SUBJECTS.flatMap((subject) => COUNTS.map((count) => summary(all, subject, count)));
  return rows.map((row) => {
    const ours = rows.find(({ subject, count }) => subject === "escale" && count === row.count);
    return { ...row, ratio: ours ? row.floorUs / ours.floorUs : NaN };
  });
}

/** @param {Reading[]} all @param {string} subject @param {number} count */
function summary(all, subject, count) {
  const own = all.filter((reading) => reading.subject === subject && reading.count === count);
  return {
    subject,
    count,
    floorUs: Math.min(...own.map(({ floorUs }) => floorUs)),
    medianUs: median(own.map(({ medianUs }) => medianUs)),
    firstUs: median(own.map(({ firstUs }) => firstUs)),
    answer: own[0]?.answer ?? "",
  };
}

/** @param {ReturnType<typeof summarise>} rows */
function writeTable(rows) {
  const figure = (/** @type {number} */ value) => value.toPrecision(3).padStart(10);
  console.log(
    `\n${"subject".padEnd(12)}${"offers".padStart(7)}  floor, µs  median, µs   first, µs   × Escale`,
  );
  for (const { subject, count, floorUs, medianUs, firstUs, ratio } of rows) {
    const name = subject.padEnd(12) + String(count).padStart(7);
    console.log(
      `${name} ${figure(floorUs)}  ${figure(medianUs)}  ${figure(firstUs)} ${figure(ratio)}`,
    );
  }
}

/**
 * Medians and minima of Escale's other work, by name and number of offers.
 * @param {Reading[]} all
 */
function partsOf(all) {
  const named = all.flatMap(({ count, parts }) => parts.map((part) => ({ ...part, count })));
  const keys = [...new Set(named.map(({ name, count }) => JSON.stringify({ name, count })))];
  return keys.map((key) => {
    const { name, count } = JSON.parse(key);
    const own = named.filter((part) => part.name === name && part.count === count);
    return {
      name,
      count,
      floorUs: Math.min(...own.map(({ floorUs }) => floorUs)),
      medianUs: median(own.map(({ medianUs }) => medianUs)),
    };
  });
}

/** @param {ReturnType<typeof partsOf>} parts */
function writeParts(parts) {
  console.log(`\n${"Escale besides".padEnd(24)}${"offers".padStart(7)}  floor, µs  median, µs`);
  for (const { name, count, floorUs, medianUs } of parts) {
    console.log(
      `${name.padEnd(24)}${String(count).padStart(7)} ${floorUs.toPrecision(3).padStart(10)}  ${medianUs.toPrecision(3).padStart(10)}`,
    );
  }
}

await bundleSubjects(SUBJECTS, COUNTS, OUT);
const site = await serveFolders({ "/": OUT, "/module/": PKG }, ISOLATED);
/** @type {Reading[]} */
const all = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  for (const subject of SUBJECTS) {
    console.log(`round ${round} of ${ROUNDS}: ${subject}`);
    all.push(...(await readings(site.origin, subject)));
  }
}
await site.close();
const rows = summarise(all);
writeTable(rows);
const parts = partsOf(all);
writeParts(parts);
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
await mkdir(fileURLToPath(new URL("../results", import.meta.url)), { recursive: true });
await writeFile(
  RESULTS,
  `${JSON.stringify({ command: "make bench", rounds: ROUNDS, machine, rows, parts }, null, 2)}\n`,
);
let isTooSlow = false;
console.log("");
for (const [count, goal] of GOALS_US) {
  const floorUs =
    rows.find((row) => row.subject === "escale" && row.count === count)?.floorUs ?? Infinity;
  isTooSlow ||= floorUs > goal * GENEROUS;
  console.log(
    `choose among ${count} offers: ${floorUs.toPrecision(3)} µs at best, ${goal} µs wanted`,
  );
}
process.exit(isTooSlow ? 1 : 0);
