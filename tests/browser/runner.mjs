/**
 * Runs stories in several engines: stories go in, a line for each and a closing "N passed, N failed" come out.
 * Must never skip one: an engine that is missing is a failure that says what to install.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ENGINES, Visitor } from "./driver.mjs";

/**
 * @typedef {import("./driver/engines.mjs").EngineName} EngineName
 * @typedef {object} Stage what a story is given
 * @property {EngineName} engine
 * @property {() => Promise<import("./driver/browser.mjs").Browser>} visit opens the browser of the first visitor
 * @property {() => Visitor} newVisitor another person, with a profile of their own; left when the story ends
 * @property {any} world what `enter` of the suite made for this engine
 *
 * @typedef {{ name: string, tags?: string[], run: (stage: Stage) => Promise<void> }} Story
 *
 * @typedef {object} Suite
 * @property {string} title
 * @property {Story[] | ((engine: EngineName) => Story[])} stories
 * @property {number} limitMs of one story
 * @property {(engine: EngineName) => Promise<any>} [enter] makes what the stories of an engine share
 * @property {(world: any) => Promise<void>} [exit]
 * @property {string} [out] folder for the screenshots of failed stories
 */

/** Two engines at a time keep two cores busy; three starve each other into time-outs. */
const ENGINES_AT_ONCE = 2;

/** @typedef {{ passed: number, failed: string[] }} Tally */

/** Runs a suite as the command line says, prints the outcome and sets the exit code. @param {Suite} suite */
export async function runSuite(suite) {
  const { engines, only } = commandLine();
  /** @type {Tally} */
  const tally = { passed: 0, failed: [] };
  const queue = engines.map((engine) => () => runEngine(suite, engine, only, tally));
  await Promise.all(Array.from({ length: ENGINES_AT_ONCE }, () => work(queue)));
  for (const failure of tally.failed) console.log(`\n${failure}`);
  console.log(`\n${suite.title}, ${engines.join(" + ")}`);
  console.log(`${tally.passed} passed, ${tally.failed.length} failed`);
  process.exit(tally.failed.length > 0 || tally.passed === 0 ? 1 : 0);
}

/** @param {(() => Promise<void>)[]} queue */
async function work(queue) {
  for (let next = queue.shift(); next; next = queue.shift()) await next();
}

/** `--engine NAME` (several times, or ESCALE_ENGINES=a,b) and `--only TEXT` (a tag, or a part of a name) choose what runs. */
function commandLine() {
  const { values } = parseArgs({
    options: { engine: { type: "string", multiple: true }, only: { type: "string" } },
  });
  const named = values.engine ?? process.env["ESCALE_ENGINES"]?.split(",") ?? Object.keys(ENGINES);
  const unknown = named.filter((name) => !Object.hasOwn(ENGINES, name));
  if (unknown.length > 0)
    throw new Error(`unknown engine ${unknown.join(", ")}: use ${Object.keys(ENGINES).join(", ")}`);
  return { engines: /** @type {EngineName[]} */ (named), only: values.only ?? "" };
}

/**
 * @param {Suite} suite
 * @param {EngineName} engine
 * @param {string} only
 * @param {Tally} tally
 */
async function runEngine(suite, engine, only, tally) {
  const all = typeof suite.stories === "function" ? suite.stories(engine) : suite.stories;
  const stories = all.filter(({ name, tags = [] }) => name.includes(only) || tags.includes(only));
  /** @type {any} */
  let world;
  try {
    world = await suite.enter?.(engine);
    for (const story of stories) {
      const failure = await tell(suite, engine, story, world);
      if (failure === undefined) tally.passed += 1;
      else tally.failed.push(failure);
    }
  } catch (error) {
    tally.failed.push(
      `FAILED ${engine}: could not be set up\n${/** @type {Error} */ (error).stack}`,
    );
  } finally {
    await suite.exit?.(world);
  }
}

/**
 * @param {Suite} suite
 * @param {EngineName} engine
 * @param {Story} story
 * @param {any} world
 * @returns {Promise<string | undefined>} how it failed
 */
async function tell(suite, engine, story, world) {
  const start = performance.now();
  /** @type {Visitor[]} */
  const visitors = [];
  const newVisitor = () => {
    const visitor = new Visitor(engine);
    visitors.push(visitor);
    return visitor;
  };
  const stage = { engine, world, newVisitor, visit: () => newVisitor().open() };
  try {
    await within(suite.limitMs, story.run(stage));
    report("ok", engine, story.name, start);
    return undefined;
  } catch (error) {
    report("FAILED", engine, story.name, start);
    const pictures = await photograph(suite, engine, story.name, visitors);
    return `FAILED ${engine}: ${story.name}\n${/** @type {Error} */ (error).stack}${pictures}`;
  } finally {
    await Promise.all(visitors.map((visitor) => visitor.leave()));
  }
}

/** @param {string} outcome @param {string} engine @param {string} name @param {number} start */
function report(outcome, engine, name, start) {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${outcome.padEnd(6)} ${engine.padEnd(8)} ${name} (${seconds} s)`);
}

/**
 * Fails when a story takes longer than its limit.
 * @param {number} limitMs
 * @param {Promise<void>} story
 */
async function within(limitMs, story) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the story took longer than ${limitMs} ms`)),
      limitMs,
    );
  });
  try {
    await Promise.race([story, late]);
  } finally {
    clearTimeout(timer);
    // A late story will fail on its closed browser; nobody is there to hear it.
    story.catch(() => undefined);
  }
}

/**
 * Keeps what the browsers showed when a story failed.
 * @param {Suite} suite
 * @param {string} engine
 * @param {string} name
 * @param {Visitor[]} visitors
 */
async function photograph(suite, engine, name, visitors) {
  const lines = [];
  for (const [index, { browser }] of visitors.entries()) {
    if (!browser || !suite.out) continue;
    const path = join(suite.out, `failed-${engine}-${name.replaceAll(/\W+/g, "-")}-${index}.png`);
    const taken = await browser.screenshot(path).then(
      () => true,
      () => false,
    );
    if (taken) lines.push(`\n  at ${await browser.address().catch(() => "?")}, shown in ${path}`);
  }
  return lines.join("");
}
