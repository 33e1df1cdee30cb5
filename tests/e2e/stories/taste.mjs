/** What was looked at decides what is shown. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { picture } from "../out.mjs";
import { CITY_PAGES, CITY_QUOTE, EXOTIC_PAGES, EXOTIC_QUOTE, arriveAndAccept, lookAt, slot, untilState } from "../steps.mjs";
import { story } from "../story.mjs";

const { offers } = JSON.parse(await readFile(fileURLToPath(new URL("../../../www/demo/escale.json", import.meta.url)), "utf8"));

/** Whether an offer is about a topic, as the config says. @param {string | undefined} id @param {string} topic */
export const isAbout = (id, topic) => offers.find((/** @type {any} */ offer) => offer.id === id)?.topics[topic] > 0;

/** @param {string} topic @param {string} subject @param {string[]} pages */
const loverStory = (topic, subject, pages) =>
  story(`after three ${topic} pages and a quote, the home page shows such an offer`, async ({ engine, visit, at }) => {
    const browser = await visit();
    await arriveAndAccept(browser, at("/"));
    await lookAt(browser, pages.map(at));
    await browser.open(at("/"));
    await untilState(browser, "ready");
    const hero = await slot(browser);
    assert.equal(hero.state, "offer");
    assert.ok(isAbout(hero.offer, topic), `${hero.offer} is about ${topic}`);
    await browser.screenshot(picture(engine, subject));
  });

export const tasteStories = [
  loverStory("trip.city", "city-lover", [...CITY_PAGES, CITY_QUOTE]),
  loverStory("trip.exotic", "exotic-lover", [...EXOTIC_PAGES, EXOTIC_QUOTE]),
];
