/**
 * Runs stories in several engines: stories go in, a line for each and a closing "N passed, N failed" come out.
 * Must never skip one: an engine that is missing is a failure that says what to install.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ENGINES, Visitor } from "./driver.mjs";
import { BrowserPool } from "./pool.mjs";

/**
 * @typedef {import("./driver/engines.mjs").EngineName} EngineName
 * @typedef {object} Stage what a story is given
 * @property {EngineName} engine
 * @property {() => Promise<import("./driver/browser.mjs").Browser>} visit lends the browser of a new visitor
 * @property {() => Visitor} newVisitor a visitor whose browser the story opens, closes or kills itself; left when the story ends
 * @property {any} world what `enter` of the suite made for this engine
 *
 * @typedef {{ name: string, tags?: string[], isAlone?: boolean, run: (stage: Stage) => Promise<void> }} Story
 *
 * @typedef {object} Suite
 * @property {string} title
 * @property {Story[] | ((engine: EngineName) => Story[])} stories
 * @property {number} limitMs of one story
 * @property {(engine: EngineName) => Promise<any>} [enter] makes what the stories of an engine share
 * @property {(world: any) => Promise<void>} [exit]
 * @property {string} [out] folder for the screenshots of failed stories
 */

/** @typedef {{ passed: number, failed: string[] }} Tally */

/**
 * Runs a suite as the command line says, prints the outcome and sets the exit code. The engines run side by side; stories
 * that measure time come last, one by one.
 * @param {Suite} suite
 */
export async function runSuite(suite) {
  const { engines, only, part } = commandLine();
  /** @type {Tally} */
  const tally = { passed: 0, failed: [] };
  const runs = engines.map((engine) => new EngineRun(suite, engine, only, tally));
  await Promise.all(runs.map((run) => run.open()));
  if (part !== "alone")
    await Promise.all(runs.map((run) => run.tellAll(({ isAlone }) => !isAlone)));
  if (part !== "shared")
    for (const run of runs) await run.tellAll(({ isAlone }) => isAlone === true);
  await Promise.all(runs.map((run) => run.close()));
  for (const failure of tally.failed) console.log(`\n${failure}`);
  console.log(`\n${suite.title}, ${engines.join(" + ")}`);
  console.log(`${tally.passed} passed, ${tally.failed.length} failed`);
  process.exit(tally.failed.length > 0 || tally.passed === 0 ? 1 : 0);
}

/**
 * `--engine NAME` (several times, or ESCALE_ENGINES=a,b) and `--only TEXT` (a tag, or a part of a name) choose what runs.
 * `--part shared` leaves out the stories that run alone, `--part alone` all others.
 */
function commandLine() {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", multiple: true },
      only: { type: "string" },
      part: { type: "string" },
    },
  });
  const named = values.engine ?? process.env["ESCALE_ENGINES"]?.split(",") ?? Object.keys(ENGINES);
  const unknown = named.filter((name) => !Object.hasOwn(ENGINES, name));
  if (unknown.length > 0)
    throw new Error(`unknown engine ${unknown.join(", ")}: use ${Object.keys(ENGINES).join(", ")}`);
  return {
    engines: /** @type {EngineName[]} */ (named),
    only: values.only ?? "",
    part: values.part,
  };
}

/** The stories of a suite in one engine, one after the other. */
class EngineRun {
  /** @type {any} */
  #world;

  /**
   * @param {Suite} suite
   * @param {EngineName} engine
   * @param {string} only
   * @param {Tally} tally
   */
  constructor(suite, engine, only, tally) {
    this.suite = suite;
    this.engine = engine;
    this.tally = tally;
    this.pool = new BrowserPool(engine);
    const all = typeof suite.stories === "function" ? suite.stories(engine) : suite.stories;
    this.stories = all.filter(({ name, tags = [] }) => name.includes(only) || tags.includes(only));
  }

  /** Makes what the stories share; if that fails, none of them runs. */
  async open() {
    try {
      this.#world = await this.suite.enter?.(this.engine);
    } catch (error) {
      this.stories = [];
      this.tally.failed.push(
        `FAILED ${this.engine}: could not be set up\n${/** @type {Error} */ (error).stack}`,
      );
    }
  }

  /** @param {(story: Story) => boolean} isDue */
  async tellAll(isDue) {
    for (const story of this.stories.filter(isDue)) {
      const failure = await this.#tell(story);
      if (failure === undefined) this.tally.passed += 1;
      else this.tally.failed.push(failure);
    }
  }

  async close() {
    await this.pool.close();
    await this.suite.exit?.(this.#world);
  }

  /** @param {Story} story @returns {Promise<string | undefined>} how it failed */
  async #tell(story) {
    const start = performance.now();
    /** @type {import("./pool.mjs").Pooled[]} */
    const borrowed = [];
    /** @type {Visitor[]} */
    const own = [];
    const stage = {
      engine: this.engine,
      world: this.#world,
      visit: async () => {
        const pooled = await this.pool.borrow();
        borrowed.push(pooled);
        return /** @type {import("./driver/browser.mjs").Browser} */ (pooled.visitor.browser);
      },
      newVisitor: () => {
        const visitor = new Visitor(this.engine);
        own.push(visitor);
        return visitor;
      },
    };
    /** @type {string | undefined} */
    let failure;
    try {
      await within(this.suite.limitMs, story.run(stage));
    } catch (error) {
      const visitors = [...borrowed.map(({ visitor }) => visitor), ...own];
      const pictures = await photograph(this.suite, this.engine, story.name, visitors);
      failure = `FAILED ${this.engine}: ${story.name}\n${/** @type {Error} */ (error).stack}${pictures}`;
    }
    report(failure === undefined ? "ok" : "FAILED", this.engine, story, start);
    if (failure !== undefined) console.log(failure);
    await Promise.all([
      ...borrowed.map((pooled) => this.pool.giveBack(pooled, failure === undefined)),
      ...own.map((visitor) => visitor.leave()),
    ]);
    return failure;
  }
}

/** @param {string} outcome @param {string} engine @param {Story} story @param {number} start */
function report(outcome, engine, { name, tags = [] }, start) {
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const numbers = tags.length > 0 ? ` [${tags.join(", ")}]` : "";
  console.log(`${outcome.padEnd(6)} ${engine.padEnd(8)} ${name}${numbers} (${seconds} s)`);
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
