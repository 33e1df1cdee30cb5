/** The block that is shown: that it says why, obeys, and can be used by everyone. */
import assert from "node:assert/strict";
import { barriers } from "../barriers.mjs";
import { picture } from "../out.mjs";
import {
  CITY_PAGES,
  CITY_QUOTE,
  arriveAndAccept,
  keptDecision,
  visitPages,
  slot,
} from "../steps.mjs";
import { story } from "../story.mjs";

/** @param {import("../../browser/driver/browser.mjs").Browser} browser @param {(path: string) => string} at */
export async function becomeCityLover(browser, at) {
  await arriveAndAccept(browser, at("/"));
  await visitPages(browser, [...CITY_PAGES, CITY_QUOTE, "/"].map(at));
  return slot(browser);
}

export const blockStories = [
  story(
    "the home page has no barrier: with the banner, and with an offer",
    async ({ visit, at }) => {
      const browser = await visit();
      await browser.open(at("/"));
      await browser.find("#consent-accept");
      assert.deepEqual(await barriers(browser), []);
      await becomeCityLover(browser, at);
      assert.deepEqual(await barriers(browser), []);
    },
  ),

  story(
    "it says why, and never shows again what the visitor refused",
    async ({ engine, visit, at }) => {
      const browser = await visit();
      const shown = await becomeCityLover(browser, at);
      await browser.click("escale-offer[placement=home-hero] .escale-why");
      const reasons = await browser.until(
        "the reasons",
        () =>
          /** @type {HTMLElement | null} */ (
            document.querySelector("dialog.escale-why-panel > div")?.shadowRoot?.querySelector("ul")
          )?.innerText,
      );
      assert.match(reasons, /ville/);
      await browser.screenshot(picture(engine, "why"));
      assert.deepEqual(await barriers(browser), []);
      await browser.click("dialog.escale-why-panel > div >>> .escale-offer-never");
      const next = await browser.until(
        "another choice",
        (/** @type {string} */ rejected) => {
          const { escaleState, escaleOffer } = /** @type {HTMLElement} */ (
            document.querySelector("escale-offer[placement=home-hero]")
          ).dataset;
          return escaleState !== undefined && escaleOffer !== rejected && { offer: escaleOffer };
        },
        shown.offer,
      );
      await visitPages(browser, [at("/")]);
      assert.notEqual((await slot(browser)).offer, shown.offer);
      assert.notEqual(next.offer, shown.offer);
    },
  ),

  story("what was seen and clicked is kept with its decision", async ({ visit, at }) => {
    const browser = await visit();
    const { offer } = await becomeCityLover(browser, at);
    const seen = await browser.until("a decision that was viewed", keptDecision, "viewed");
    assert.deepEqual(
      [seen.offer, seen.variant, seen.arm, seen.clicked_ms, seen.outcome],
      [offer, 0, 0, null, "none"],
    );
    assert.ok(seen.propensity > 0 && seen.propensity <= 1, String(seen.propensity));
    await browser.click("escale-offer[placement=home-hero] .escale-link");
    const clicked = await browser.until("its click", keptDecision, "clicked_ms");
    assert.equal(clicked.id, seen.id);
  }),

  story(
    "it carries for machines what it says to people: schema.org's offer, price and rating",
    async ({ visit, at }) => {
      const browser = await visit();
      const { offer, text } = await becomeCityLover(browser, at);
      assert.equal(offer, "seville-3-nuits");
      assert.match(text, /4,7\/5 · 168 avis/);
      const items = await browser.run(() => {
        const read = (/** @type {Element} */ item) => {
          /** @type {Record<string, unknown>} */
          const properties = { type: item.getAttribute("itemtype") };
          for (const property of item.querySelectorAll("[itemprop]")) {
            if (property.parentElement?.closest("[itemscope]") !== item) continue;
            const value =
              property.getAttribute("content") ??
              property.getAttribute("href") ??
              property.getAttribute("src") ??
              property.textContent;
            properties[property.getAttribute("itemprop") ?? ""] = property.hasAttribute("itemscope")
              ? read(property)
              : value;
          }
          return properties;
        };
        return Array.from(
          document.querySelectorAll(
            "escale-offer[placement=home-hero] [itemscope]:not([itemprop])",
          ),
          read,
        );
      });
      const { description, ...properties } = items[0] ?? {};
      assert.equal(items.length, 1);
      assert.match(String(description), /Séville|nuits|Triana/i);
      assert.deepEqual(properties, {
        type: "https://schema.org/Offer",
        name: properties["name"],
        url: "/voyages/seville-3-nuits.html",
        image: "/img/seville.svg",
        price: "319",
        priceCurrency: "EUR",
        aggregateRating: {
          type: "https://schema.org/AggregateRating",
          ratingValue: "4.7",
          reviewCount: "168",
        },
      });
      assert.deepEqual(await barriers(browser), []);
    },
  ),

  story("it speaks the page's language", async ({ visit, at }) => {
    const browser = await visit();
    await becomeCityLover(browser, at);
    await visitPages(browser, [at("/?lang=en")]);
    assert.match((await slot(browser)).text, /Why this offer\?/);
  }),

  story("every request stays with the site", async ({ visit, gate, at }) => {
    const browser = await visit();
    await becomeCityLover(browser, at);
    const elsewhere = await browser.run(
      (/** @type {string} */ origin) =>
        performance
          .getEntriesByType("resource")
          .map(({ name }) => name)
          .filter((name) => !name.startsWith(origin)),
      gate.origin,
    );
    assert.deepEqual(elsewhere, []);
  }),
];
