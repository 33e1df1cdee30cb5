/** Offers that follow from the visited pages. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { picture } from "../out.mjs";
import {
  CITY_PAGES,
  CITY_QUOTE,
  EXOTIC_PAGES,
  EXOTIC_QUOTE,
  exported,
  visitPages,
  slot,
  tell,
  untilState,
} from "../steps.mjs";
import { story } from "../story.mjs";

const { offers, questions } = JSON.parse(
  await readFile(fileURLToPath(new URL("../../../www/demo/escale.json", import.meta.url)), "utf8"),
);

/**
 * `true` if the config gives the offer a weight for the topic.
 * @param {string | undefined} id
 * @param {string} topic
 */
export const isAbout = (id, topic) =>
  offers.find((/** @type {any} */ offer) => offer.id === id)?.topics[topic] > 0;

/** @param {string} topic @param {string} subject @param {string[]} pages */
const loverStory = (topic, subject, pages) =>
  story(
    `after three ${topic} pages and a quote, the home page shows such an offer`,
    async ({ enter, engine, at }) => {
      const browser = await enter();
      await visitPages(browser, pages.map(at));
      await browser.open(at("/"));
      await untilState(browser, "ready");
      const hero = await slot(browser);
      assert.equal(hero.state, "offer");
      assert.ok(isAbout(hero.offer, topic), `${hero.offer} is about ${topic}`);
      await browser.screenshot(picture(engine, subject));
    },
  );

export const tasteStories = [
  loverStory("trip.city", "city-lover", [...CITY_PAGES, CITY_QUOTE]),
  loverStory("trip.exotic", "exotic-lover", [...EXOTIC_PAGES, EXOTIC_QUOTE]),

  story(
    "it has one good question at a time, and none once that was answered",
    async ({ enter, at }) => {
      const browser = await enter();
      const ask = () =>
        browser.runAsync(
          () =>
            new Promise((answer) =>
              /** @type {any} */ (window).escale("question", (/** @type {unknown} */ found) =>
                answer(found ?? null),
              ),
            ),
        );
      const question = /** @type {any} */ (await ask());
      assert.ok(
        questions.some(
          (/** @type {any} */ known) =>
            known.facet === question.fact && known.text.fr === question.text,
        ),
        JSON.stringify(question),
      );
      assert.ok(
        question.answers.length > 1 &&
          question.answers.every(
            (/** @type {any} */ { value, text }) => value !== "" && text !== "",
          ),
      );
      await tell(browser, "declare", { fact: question.fact, value: question.answers[0].value });
      await browser.open(at("/plage/"));
      await untilState(browser, "ready");
      assert.equal(await ask(), null);
      const { facets } = /** @type {any} */ (await exported(browser)).knowledge;
      assert.ok(
        facets.some(
          (/** @type {any} */ facet) => facet.name === question.fact && facet.confidence > 0.5,
        ),
      );
    },
  ),
];
