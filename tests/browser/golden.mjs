/**
 * The golden cases in the browsers: tests/cases/*.json go in. Each engine must give the answers of
 * the native core, to the last bit. That holds for the runtime module and for the full one.
 */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Visitor } from "./driver.mjs";
import { BUILDS, ROOT, cases, expected } from "./golden/cases.mjs";
import { conditions, places } from "./golden/vectors.mjs";
import { runSuite } from "./runner.mjs";
import { serveFolders } from "./static-server.mjs";

/** Runs in the page. Its answer crosses as text, since a driver may round numbers. */
const player = async (/** @type {unknown[]} */ ...args) =>
  JSON.stringify(await /** @type {any} */ (window).play(...args));

/**
 * @param {import("./golden/cases.mjs").Case} read
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

/** @type {import("./runner.mjs").Story} */
const vectors = {
  name: `${conditions.length} conditions and ${places.length} splits, full`,
  run: async ({ world }) => {
    await world.browser.open(`${world.site.origin}/`);
    await world.browser.until("the player", () => "otherwise" in window);
    const ask = (/** @type {unknown[]} */ ...args) =>
      /** @type {any} */ (window).otherwise(...args);
    assert.deepEqual(await world.browser.runAsync(ask, conditions, places), []);
  },
};

/** `[pattern, address, whether the one means the other]`, which the native core is held to as well. */
const patterns = JSON.parse(await readFile(join(ROOT, "tests/frozen/url-patterns.json"), "utf8"));

/** @type {import("./runner.mjs").Story} */
const addresses = {
  name: `${patterns.length} patterns of addresses, as the browser's own URLPattern means them`,
  run: async ({ world }) => {
    await world.browser.open(`${world.site.origin}/`);
    const other = await world.browser.run(
      (/** @type {[string, string, boolean][]} */ ...cases) =>
        cases.filter(([pattern, url, means]) => {
          const [[pathname, search], [path, query = ""]] = [
            pattern.split(/\?(.*)/s),
            url.split(/\?(.*)/s),
          ];
          const own = new /** @type {any} */ (window).URLPattern({
            pathname,
            ...(search === undefined ? {} : { search }),
          });
          return own.test({ pathname: path, search: query }) !== means;
        }),
      ...patterns,
    );
    assert.deepEqual(other, []);
  },
};

await runSuite({
  title: "golden cases",
  limitMs: 60_000,
  stories: [
    ...cases.flatMap((read) => BUILDS.map((build) => storyOf(read, build))),
    vectors,
    addresses,
  ],
  enter: async (engine) => {
    const site = await serveFolders({
      "/": join(ROOT, "tests/browser/golden"),
      "/module/": join(ROOT, "target/web"),
    });
    const visitor = new Visitor(engine);
    return { site, visitor, browser: await visitor.open() };
  },
  exit: async (world) => {
    await world?.visitor.leave();
    await world?.site.close();
  },
});
