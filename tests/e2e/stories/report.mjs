/** The report page: results by offer, in two languages, for readers with the API key. */
import assert from "node:assert/strict";
import { barriers } from "../barriers.mjs";
import { API_KEY } from "../demo.mjs";
import { picture } from "../out.mjs";
import {
  CITY_PAGES,
  CITY_QUOTE,
  arriveAndAccept,
  flush,
  keptDecision,
  visitPages,
  slot,
  storage,
  untilState,
} from "../steps.mjs";
import { story } from "../story.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

/** Comes to like cities, sees an offer on the home page and follows it; which one comes back. @param {Browser} browser @param {(path: string) => string} at */
async function followOffer(browser, at) {
  await arriveAndAccept(browser, at("/"));
  await visitPages(browser, [...CITY_PAGES, CITY_QUOTE, "/"].map(at));
  const { offer } = await slot(browser);
  await browser.until("a decision that was viewed", keptDecision, "viewed");
  await browser.click("escale-offer[placement=home-hero] .escale-link");
  await untilState(browser, "ready");
  await flush(browser);
  return offer ?? "none";
}

/** Types a key and asks. @param {Browser} browser @param {string} key */
async function ask(browser, key) {
  const field = await browser.find("#key");
  await field.clear();
  await field.type(key);
  await browser.click("#ask button[type=submit]");
}

/** The page's text, once it says so. @param {Browser} browser @param {string} part @param {string} wanted */
const says = (browser, part, wanted) =>
  browser.until(
    `${part} to say ${wanted}`,
    (/** @type {string} */ css, /** @type {string} */ text) => {
      const shown =
        /** @type {HTMLElement | null} */ (document.querySelector(css))?.innerText ?? "";
      return shown.includes(text) && shown;
    },
    part,
    wanted,
  );

/**
 * Views and clicks of an offer of the home page, from the report page.
 * @param {Browser} browser
 * @param {string} offer
 * @returns {Promise<number[]>}
 */
const row = (browser, offer) =>
  browser.run((/** @type {string} */ name) => {
    const rows = /** @type {NodeListOf<HTMLTableRowElement>} */ (
      document.querySelectorAll("#report tbody tr")
    );
    const cells = [...rows]
      .map((line) => [...line.cells].map(({ innerText }) => innerText))
      .find(([first, second]) => first === name && second === "home-hero");
    return [Number(cells?.[3]), Number(cells?.[5])];
  }, offer);

/** The same as the server says: other stories have left something there. @param {string} origin @returns {Promise<(offer: string) => number[]>} */
async function held(origin) {
  const answer = await fetch(`${origin}/v1/report?site=demo`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  const { offers } = /** @type {import("../../../www/report/sections.js").Report} */ (
    await answer.json()
  );
  return (name) => {
    const found = offers.find(
      ({ offer, placement }) => offer === name && placement === "home-hero",
    );
    return [found?.exposures ?? 0, found?.clicks ?? 0];
  };
}

export const reportStories = [
  story(
    "the report tells who has the key what was seen and clicked, in two languages",
    async ({ engine, visit, gate, at }) => {
      const before = await held(gate.origin);
      const offer = await followOffer(await visit(), at);
      const reader = await visit();
      await reader.open(at("/report"));
      await ask(reader, "a key of one's own, which is not the server's");
      await says(reader, "#status", "API key");
      await ask(reader, API_KEY);
      const reportText = await says(reader, "#report", offer);
      assert.match(reportText, /home-hero/);
      assert.ok(/\bcity\b/.test(reportText), reportText);
      assert.deepEqual(
        await row(reader, offer),
        before(offer).map((times) => times + 1),
        "seen and clicked once more",
      );
      assert.match(reportText, /guide-title/);
      assert.match(reportText, /\bwhy\b|\bhow\b/, "the arms of the demo's experiment");
      assert.deepEqual(await barriers(reader), []);
      await reader.resize(1280, 1600);
      await reader.screenshot(picture(engine, "report"));
      const heading = () =>
        reader.run(() => /** @type {HTMLElement} */ (document.querySelector("h1")).innerText);
      const inOther = await heading();
      await reader.click("#language");
      assert.notEqual(await heading(), inOther);
      assert.match(await says(reader, "#report", offer), /Download as CSV|Télécharger en CSV/);
      const { local, session, cookies, databases } = await storage(reader);
      assert.deepEqual([local, session, cookies, databases], [[], [], "", []]);
      await reader.reload();
      assert.equal(
        await reader.run(
          () => /** @type {HTMLInputElement} */ (document.querySelector("#key")).value,
        ),
        "",
      );
    },
  ),
];
