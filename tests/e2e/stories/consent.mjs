/** Consent first: before it, and without it, nothing is read, stored or sent, and the page's own content shows. */
import assert from "node:assert/strict";
import { picture } from "../out.mjs";
import { CITY_PAGES, flush, kept, slot, storage, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

const EMPTY = { local: [], session: [], cookies: "", databases: [], caches: [] };
/** The banner's own memory. */
const ANSWERED = { ...EMPTY, local: ["voyages-consent"] };

/** Refuses as soon as a slot shows an offer, and notes what the slots say. */
const DENY_AT_ONCE = `
  window.states = [];
  new MutationObserver((records) => {
    for (const { target } of records) window.states.push(target.getAttribute("placement") + ": " + target.dataset.escaleState);
    if (window.states.at(-1).endsWith("offer")) window.escale("consent", "denied");
  }).observe(document, { subtree: true, attributeFilter: ["data-escale-state"] });
`;

/**
 * Asserts that a page without consent requested only itself and the loader.
 * @param {import("../gate.mjs").Gate} gate
 */
const assertNothingAsked = (gate) => {
  assert.deepEqual(gate.asked("/v1/"), []);
  assert.deepEqual([...new Set(gate.asked("/escale/"))], ["GET /escale/escale.js"]);
};

export const consentStories = [
  story(
    "with nothing decided, nothing is stored or sent and the default shows",
    async ({ engine, visit, gate, at }) => {
      const browser = await visit();
      for (const path of ["/", ...CITY_PAGES, "/"]) {
        await browser.open(at(path));
        await untilState(browser, "pending");
      }
      assert.deepEqual(await storage(browser), EMPTY);
      assertNothingAsked(gate);
      assert.match((await slot(browser)).text, /où faire escale/);
      await browser.screenshot(picture(engine, "consent-pending"));
    },
  ),

  story("refused, it stays so", async ({ visit, gate, at }) => {
    const browser = await visit();
    await browser.open(at("/"));
    await untilState(browser, "pending");
    await browser.click("#consent-refuse");
    await untilState(browser, "denied");
    for (const path of [...CITY_PAGES, "/"]) {
      await browser.open(at(path));
      await untilState(browser, "denied");
    }
    assert.deepEqual(await storage(browser), ANSWERED);
    assertNothingAsked(gate);
    assert.equal((await slot(browser)).state, "default");
  }),

  story(
    "accepted with nothing known yet, the default still shows",
    async ({ enter, engine, at }) => {
      const browser = await enter();
      await browser.open(at("/"));
      await untilState(browser, "ready");
      const hero = await slot(browser);
      assert.equal(hero.state, "default");
      assert.match(hero.text, /où faire escale/);
      assert.ok((await kept(browser))["visitor"]?.secret, "a visitor is kept");
      await browser.screenshot(picture(engine, "unknown-visitor"));
    },
  ),

  story(
    "refused while the slots are being filled, the first is given back and the others are left alone",
    async ({ visit, gate, at }) => {
      const browser = await visit();
      await becomeCityLover(browser, at);
      await flush(browser);
      // With prepared decisions all slots would be filled at once.
      await browser.run(() => localStorage.removeItem("escale:demo=prepared"));
      gate.prelude = DENY_AT_ONCE;
      await browser.open(at("/"));
      await browser.until(
        "the slot to be given back",
        () => /** @type {any} */ (window).states.length > 1,
      );
      await untilState(browser, "denied");
      await browser.runAsync(
        () =>
          new Promise((done) =>
            requestAnimationFrame(() => requestAnimationFrame(() => done(true))),
          ),
      );
      assert.deepEqual(await browser.run(() => /** @type {any} */ (window).states), [
        "home-hero: offer",
        "home-hero: default",
      ]);
    },
  ),
];
