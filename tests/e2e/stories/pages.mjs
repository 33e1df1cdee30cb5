/** Facts of pages: structured data as content systems print it, and their views. */
import assert from "node:assert/strict";
import { exported, flush, untilState, viewsOnce } from "../steps.mjs";
import { story } from "../story.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

const WRAPPED = `<script type="Application/LD+JSON; charset=utf-8">
//<![CDATA[
{"@type": "schema:TouristTrip", "touristType": "City break",};
//]]>
</script>`;
const BROKEN = '<script type="application/ld+json">{\n "@type": "Trip",\n "name" "x"}</script>';

/** State of Escale for developers. @param {Browser} browser */
const inspected = (browser) =>
  browser.runAsync(
    () => new Promise((done) => /** @type {any} */ (window).escale("inspect", done)),
  );

/**
 * Changes the address, and waits for the timer of views: it began before this one, and is as long.
 * @param {Browser} browser
 * @param {"pushState" | "replaceState" | "hash"} how
 * @param {string} address
 */
const go = (browser, how, address) =>
  browser.runAsync(
    (/** @type {string} */ way, /** @type {string} */ to) => {
      if (way === "hash") location.hash = to;
      else history[/** @type {"pushState"} */ (way)](null, "", to);
      // The event of a changed fragment comes in a task of its own.
      return new Promise((done) => setTimeout(() => setTimeout(done, 151), 0));
    },
    how,
    address,
  );

export const pageStories = [
  story("structured data is read in its wrappers, and broken data is reported", async (scene) => {
    const { gate, enter } = scene;
    gate.rewrite = (html) => html.replace("</head>", `${WRAPPED}${BROKEN}</head>`);
    const browser = await enter();
    let { page } = await inspected(browser);
    const onConsole = () =>
      gate.reports.some(({ text }) => text.includes("cannot be read: line 3, column 9"));
    // The console's line and the panel's come after the module that finds the place.
    while (page.errors.length === 0 || !onConsole()) ({ page } = await inspected(browser));
    assert.match(page.tokens, /type=touristtrip\ntouristtype=city break/);
    assert.deepEqual(
      page.errors.map((/** @type {string} */ text) => text.split(":")[1]),
      [" line 3, column 9, unexpected text"],
    );
  }),

  story("a camera of a map and a cleaned address are no views", async ({ enter, at }) => {
    const browser = await enter();
    await browser.open(at("/?utm_source=news&utm_medium=email"));
    await untilState(browser, "ready");
    const views = await viewsOnce(browser, 2);
    await go(browser, "replaceState", "/");
    for (let move = 0; move < 3; move++)
      await go(browser, "replaceState", `/?lat=38.${move}&lng=-9.1&zoom=12`);
    await go(browser, "pushState", "/?lat=39.1&lng=-9.1&zoom=13");
    await go(browser, "hash", "#reviews");
    await go(browser, "replaceState", "/?theme=ski");
    await flush(browser);
    assert.equal((await exported(browser)).knowledge.counts.page_views, views);
    await go(browser, "pushState", "/?theme=plage");
    await go(browser, "replaceState", "/plage/");
    assert.equal(await viewsOnce(browser, views + 2), views + 2);
  }),

  story("a route in the fragment is a page, by an option", async ({ enter, gate }) => {
    gate.rewrite = (html) => html.replace(" data-site=", ' data-routes="hash" data-site=');
    const browser = await enter();
    const views = await viewsOnce(browser, 1);
    await go(browser, "hash", "#/ski/s%C3%A9jours");
    assert.equal(await viewsOnce(browser, views + 1), views + 1);
    assert.equal((await inspected(browser)).page.url, "/ski/séjours");
  }),
];
