/** Persistence: over a restart of the browser, and over tabs that are used in turn and at once. */
import assert from "node:assert/strict";
import {
  CITY_PAGES,
  CITY_QUOTE,
  EXOTIC_PAGES,
  arriveAndAccept,
  exported,
  flush,
  visitPages,
  slot,
  tell,
  untilState,
} from "../steps.mjs";
import { story } from "../story.mjs";
import { isAbout } from "./taste.mjs";

const TABS = 4;
const SEARCHES_A_TAB = 25;
const SEARCHES_A_PAGE = 5;

/** Every tab waits for one word, and then searches many times at once. */
const searchOnMessage = (/** @type {number} */ searches) => {
  new BroadcastChannel("e2e").onmessage = () => {
    for (let count = 0; count < searches; count += 1)
      /** @type {any} */ (window).escale("track", "search", { topics: "trip.city" });
    Object.assign(window, { hasSearched: true });
  };
};

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

/** Opens tabs on a page each, beside the first one. @param {Browser} browser @param {string[]} addresses */
async function openTabs(browser, addresses) {
  const tabs = await browser.tabs();
  for (const address of addresses) {
    tabs.push(await browser.newTab());
    await visitPages(browser, [address]);
  }
  return tabs;
}

export const memoryStories = [
  story("closed and opened again, the browser still knows", async ({ newVisitor, at }) => {
    const visitor = newVisitor();
    const before = await visitor.open();
    await arriveAndAccept(before, at("/"));
    await visitPages(before, [...CITY_PAGES, CITY_QUOTE, "/"].map(at));
    await visitor.close();
    const after = await visitor.open();
    await after.open(at("/"));
    await untilState(after, "ready");
    const hero = await slot(after);
    assert.equal(hero.state, "offer");
    assert.ok(isAbout(hero.offer, "trip.city"), `${hero.offer} is about city trips`);
    const { counts } = (await exported(after)).knowledge;
    assert.equal(counts.page_views, 7, "the first page, three trips, the quote, and home twice");
    assert.equal(counts.quote_starts, 1);
  }),

  story(
    "a profile folder that a backup put back: what the server knows counts once, and the visit goes on",
    { tags: ["f56"] },
    async ({ newVisitor, at }) => {
      const visitor = newVisitor();
      const searched = async (/** @type {Browser} */ browser, /** @type {number} */ times) => {
        for (let count = 0; count < times; count += 1)
          await tell(browser, "track", "search", { destination: "bali" });
        await flush(browser);
      };
      const first = await visitor.open();
      await arriveAndAccept(first, at("/"));
      await searched(first, 2);
      await visitor.close();
      await visitor.backUp();
      const second = await visitor.open();
      await visitPages(second, [at("/ski/")]);
      await searched(second, 3);
      const { replica_id } = await exported(second);
      await visitor.close();
      await visitor.rollBack();
      const third = await visitor.open();
      await visitPages(third, [at("/plage/")]);
      await flush(third);
      // Another replica begins, empty; the next answer tells of the one that the server keeps.
      const renewed = await third.until(
        "what the server remembers",
        (/** @type {string} */ before) => {
          const page = /** @type {any} */ (window);
          page.escale("profile.export", (/** @type {any} */ profile) => (page.profile = profile));
          return (
            page.profile &&
            page.profile.replica_id !== before &&
            page.profile.knowledge.counts.searches &&
            page.profile
          );
        },
        replica_id,
      );
      assert.equal(
        renewed.knowledge.counts.searches,
        5,
        "those of before the backup, and those after it, once",
      );
      await searched(third, 1);
      assert.equal((await exported(third)).knowledge.counts.searches, 6);
    },
  ),

  story(
    "four tabs used in turn and at once lose and double nothing",
    { tags: ["f32"] },
    async ({ enter, at }) => {
      const browser = await enter();
      const tabs = await openTabs(browser, EXOTIC_PAGES.map(at));
      for (const [index, tab] of tabs.entries()) {
        await browser.goTo(tab);
        await visitPages(browser, [at(/** @type {string} */ ([...CITY_PAGES, "/ski/"][index]))]);
        await browser.run(searchOnMessage, SEARCHES_A_TAB);
      }
      await browser.run(() => new BroadcastChannel("e2e").postMessage("go"));
      await browser.until("its searches", () => "hasSearched" in window);
      // One tab is closed and one goes on to another page right after: what they had not committed must not be lost.
      await browser.closeTab();
      await browser.goTo(/** @type {string} */ (tabs[2]));
      await browser.until("its searches", () => "hasSearched" in window);
      await visitPages(browser, [at("/plage/")]);
      for (const tab of tabs.slice(0, 2)) {
        await browser.goTo(tab);
        await browser.until("its searches", () => "hasSearched" in window);
        await flush(browser);
      }
      await visitPages(browser, [at("/")]);
      const { counts } = (await exported(browser)).knowledge;
      assert.equal(counts.searches, TABS * SEARCHES_A_TAB);
      assert.equal(counts.page_views, 1 + EXOTIC_PAGES.length + TABS + 2);
    },
  ),

  story(
    "left in the midst of its work, a page loses nothing and holds up no other",
    async ({ enter, at }) => {
      const browser = await enter();
      const next = [...CITY_PAGES, ...EXOTIC_PAGES];
      for (const path of next) {
        // In one turn: the commits of these searches can only have begun when the page is left.
        await browser.run(
          (/** @type {number} */ searches, /** @type {string} */ address) => {
            for (let count = 0; count < searches; count += 1)
              /** @type {any} */ (window).escale("track", "search", { topics: "trip.city" });
            location.assign(address);
          },
          SEARCHES_A_PAGE,
          at(path),
        );
        await browser.until(
          `the page ${path}`,
          (/** @type {string} */ wanted) => location.pathname === wanted,
          path,
        );
        await untilState(browser, "ready");
      }
      const { counts } = (await exported(browser)).knowledge;
      assert.equal(counts.searches, next.length * SEARCHES_A_PAGE);
      assert.equal(counts.page_views, 1 + next.length);
    },
  ),
];
