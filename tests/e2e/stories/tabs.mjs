/** Many tabs at once, closed, left, killed and opened again at random: what was committed counts once. */
import assert from "node:assert/strict";
import { arriveAndAccept, exported, flush, kept, visitPages, untilState } from "../steps.mjs";
import { story } from "../story.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

/** `make tabs` asks for more. */
const TABS = Number(process.env["ESCALE_TABS"] ?? 8);
const EVENTS = Number(process.env["ESCALE_EVENTS"] ?? 200);
const ROUNDS = Number(process.env["ESCALE_ROUNDS"] ?? 1);
const BATCHES = 4;

/** A choice by a number, the same each time. @param {number} seed */
function drawer(seed) {
  let random = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  return (/** @type {number} */ below) => (
    (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0),
    (random >>> 8) % below
  );
}

/** Searches so many times at the word, and says so. */
const searchOnMessage = (/** @type {number} */ searches) => {
  const page = /** @type {any} */ (window);
  page.searched = 0;
  new BroadcastChannel("e2e").onmessage = ({ data }) => {
    if (data !== "go") return;
    for (let count = 0; count < searches; count += 1)
      page.escale("track", "search", { topics: "trip.city" });
    page.searched += searches;
  };
};

/** All tabs search at once; then one is closed, one goes to another page, one is opened. @param {Browser} browser @param {(path: string) => string} at @param {number} round */
async function storm(browser, at, round) {
  const draw = drawer(round);
  const each = EVENTS / BATCHES;
  const tabs = await browser.tabs();
  let total = 0;
  const enter = async () => {
    await visitPages(browser, [at("/city-trips/")]);
    await browser.run(searchOnMessage, each);
  };
  while (tabs.length < TABS) {
    tabs.push(await browser.newTab());
    await enter();
  }
  await browser.goTo(tabs[0] ?? "");
  await enter();
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await browser.goTo(tabs[0] ?? "");
    await browser.run(() => void new BroadcastChannel("e2e").postMessage("go"));
    for (const tab of tabs) {
      await browser.goTo(tab);
      await browser.until(
        "its searches",
        (/** @type {number} */ due) => /** @type {any} */ (window).searched >= due,
        1,
      );
      total += each;
      await browser.run(() => void Object.assign(window, { searched: 0 }));
    }
    // In the midst of it: one is closed, one is left for another page, and one is opened in its place.
    const [closed = ""] = tabs.splice(1 + draw(tabs.length - 1), 1);
    await browser.goTo(closed);
    await browser.closeTab();
    await browser.goTo(tabs[1 + draw(tabs.length - 1)] ?? tabs[1] ?? "");
    await enter();
    tabs.push(await browser.newTab());
    await enter();
  }
  return total;
}

export const tabStories = [
  story(
    `tabs that are closed, left and opened while all write: ${TABS} tabs, ${EVENTS} events each, ${ROUNDS} times`,
    { tags: ["f32", "f34"] },
    async ({ enter, at }) => {
      const browser = await enter();
      let total = 0;
      for (let round = 0; round < ROUNDS; round += 1) total += await storm(browser, at, round);
      for (const tab of await browser.tabs()) {
        await browser.goTo(tab);
        await flush(browser);
      }
      await visitPages(browser, [at("/")]);
      await flush(browser);
      assert.equal(total, TABS * EVENTS * ROUNDS);
      assert.equal(
        (await exported(browser)).knowledge.counts.searches,
        total,
        "none lost, none counted twice",
      );
    },
  ),

  story(
    "a browser that is killed may lose its last moment, and is neither damaged nor counts twice",
    { tags: ["f13"] },
    async ({ newVisitor, at }) => {
      const visitor = newVisitor();
      const before = await visitor.open();
      await arriveAndAccept(before, at("/"));
      await before.run(() => {
        for (let count = 0; count < 50; count += 1)
          /** @type {any} */ (window).escale("track", "search", { topics: "trip.city" });
      });
      await flush(before);
      await before.run(() => {
        for (let count = 0; count < 50; count += 1)
          /** @type {any} */ (window).escale("track", "search", { topics: "trip.city" });
      });
      await visitor.kill();
      const after = await visitor.open();
      await after.open(at("/"));
      // The site's own memory of the answer may be what was lost.
      if (await after.run(() => localStorage.getItem("voyages-consent") === null))
        await after.click("#consent-accept");
      await untilState(after, "ready");
      await flush(after);
      const { searches } = (await exported(after)).knowledge.counts;
      assert.ok(searches >= 50 && searches <= 100, `${searches} of 100, 50 of them committed`);
      assert.equal((await kept(after))["quarantine"], undefined, "nothing was damaged");
      await visitPages(after, [at("/")]);
      assert.equal(
        (await exported(after)).knowledge.counts.searches,
        searches,
        "and none comes back twice",
      );
    },
  ),
];
