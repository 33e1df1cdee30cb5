/**
 * The golden cases in the browsers: tests/cases/*.json go in, and each engine must give the very answers that the native
 * core gave, to the last bit, from the runtime module and from the full one.
 */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileConfig } from "./compile.mjs";
import { Visitor } from "./driver.mjs";
import { runSuite } from "./runner.mjs";
import { serveFolders } from "./static-server.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const CASES = join(ROOT, "tests/cases");
const BUILDS = /** @type {const} */ (["runtime", "full"]);

/** Where the compiled bytes have the check sum of all that follows: equal sums, equal bytes. */
const CHECK_SUM_AT = 8;

/** A case and its config, both as text and as the command line compiles it. @param {string} file */
async function readCase(file) {
  const golden = JSON.parse(await readFile(join(CASES, file), "utf8"));
  if (golden.steps === undefined) return [];
  const { config } = golden;
  const json = typeof config === "string" ? await readFile(join(ROOT, config), "utf8") : JSON.stringify(config);
  const bytes = await compileConfig(json);
  return [{ golden, json, compiled: bytes.toString("hex"), version: bytes.readUInt32LE(CHECK_SUM_AT) }];
}

/**
 * @typedef {Awaited<ReturnType<typeof readCase>>[number]} Case
 *
 * @param {Case} read
 */
const expected = ({ golden, version }) => ({
  config: version,
  decisions: golden.steps.filter((/** @type {any} */ step) => step.choose !== undefined).map((/** @type {any} */ step) => step.expect),
  profile: golden.profile,
});

/** Runs in the page. Its answer crosses as text, since a driver may round numbers. */
const player = async (/** @type {unknown[]} */ ...args) => JSON.stringify(await /** @type {any} */ (window).play(...args));

/**
 * @param {Case} read
 * @param {"runtime" | "full"} build
 * @returns {import("./runner.mjs").Story}
 */
const storyOf = (read, build) => ({
  name: `${read.golden.name}, ${build}`,
  run: async ({ world }) => {
    await world.browser.open(`${world.site.origin}/`);
    await world.browser.until("the player", () => "play" in window);
    const config = build === "full" ? read.json : read.compiled;
    const played = await world.browser.runAsync(player, build, read.golden, config);
    assert.deepEqual(JSON.parse(played), expected(read));
  },
});

const files = (await readdir(CASES)).filter((file) => file.endsWith(".json")).sort();
const cases = (await Promise.all(files.map(readCase))).flat();

await runSuite({
  title: "golden cases",
  limitMs: 20_000,
  stories: cases.flatMap((read) => BUILDS.map((build) => storyOf(read, build))),
  enter: async (engine) => {
    const site = await serveFolders({ "/": join(ROOT, "tests/browser/golden"), "/module/": join(ROOT, "target/web") });
    const visitor = new Visitor(engine);
    return { site, visitor, browser: await visitor.open() };
  },
  exit: async (world) => {
    await world?.visitor.leave();
    await world?.site.close();
  },
});
