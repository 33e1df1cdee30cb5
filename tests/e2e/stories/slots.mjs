/** Slots in pages that other scripts change: morphing, carousels, copies, links, shadow roots, old libraries. */
import assert from "node:assert/strict";
import { flush, keptDecision, slot, tell, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

const HERO = "escale-offer[placement=home-hero]";

/**
 * Slots of the first placement: state, blocks and text of each, in the page's order.
 * @param {Browser} browser
 * @returns {Promise<{ state: string, offer: string, blocks: number, text: string }[]>}
 */
const heroes = (browser) =>
  browser.run(
    (/** @type {string} */ css) =>
      Array.from(document.querySelectorAll(css), (found) => {
        const element = /** @type {HTMLElement} */ (found);
        const { escaleState, escaleReason, escaleOffer = "" } = element.dataset;
        return {
          state: escaleReason ?? escaleState,
          offer: escaleOffer,
          blocks: element.querySelectorAll("section.escale-offer").length,
          text: element.innerText.trim(),
        };
      }),
    HERO,
  );

/** Copies the slot as infinite carousels do: hidden ones before and behind it. */
function loopCarousel(/** @type {string} */ css) {
  const original = /** @type {HTMLElement} */ (document.querySelector(css));
  const copy = () => {
    const slide = document.createElement("div");
    slide.setAttribute("aria-hidden", "true");
    slide.append(original.cloneNode(true));
    return slide;
  };
  original.before(copy());
  original.after(copy());
}

/** Number of impressions of an offer that a page reported to its own scripts. */
const impressions = (/** @type {Browser} */ browser) =>
  browser.run(() => /** @type {any} */ (window).impressions);

/** @param {Browser} browser */
const countImpressions = (browser) =>
  browser.run(() => {
    const page = /** @type {any} */ (window);
    page.impressions = 0;
    page.escale("on", "offer_impression", () => (page.impressions += 1));
  });

export const slotStories = [
  story("offer_removed_by_another_script_returns", async ({ visit, at }) => {
    const browser = await visit();
    const { offer } = await becomeCityLover(browser, at);
    const seen = await browser.runAsync(async (/** @type {string} */ css) => {
      const element = /** @type {HTMLElement} */ (document.querySelector(css));
      element.querySelector("section.escale-offer")?.remove();
      for (const { name } of Array.from(element.attributes))
        if (name !== "placement") element.removeAttribute(name);
      const height = element.getBoundingClientRect().height;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return height;
    }, HERO);
    assert.ok(seen > 0, "the default content shows at once");
    assert.deepEqual(
      (await heroes(browser)).map(({ state, blocks, offer: shown }) => [state, blocks, shown]),
      [["offer", 1, offer]],
    );
  }),

  story("offer_removed_for_ever_leaves_the_default", async ({ visit, at }) => {
    const browser = await visit();
    await becomeCityLover(browser, at);
    await browser.run((/** @type {string} */ css) => {
      const element = /** @type {HTMLElement} */ (document.querySelector(css));
      const page = /** @type {any} */ (window);
      const { warn } = console;
      console.warn = (...values) => {
        page.warning = values.join(" ");
        warn(...values);
      };
      const remove = () => element.querySelector("section.escale-offer")?.remove();
      new MutationObserver(remove).observe(element, { childList: true });
      remove();
    }, HERO);
    await browser.until("a line on the console", () =>
      /** @type {any} */ (window).warning?.includes("again and again"),
    );
    const [{ text, blocks }] = /** @type {[any]} */ (await heroes(browser));
    assert.equal(blocks, 0);
    assert.match(text, /où faire escale/);
  }),

  story("copies_of_a_carousel_show_the_offer_and_count_once", async ({ visit, at }) => {
    const browser = await visit();
    const { offer } = await becomeCityLover(browser, at);
    await countImpressions(browser);
    await browser.run(loopCarousel, HERO);
    await browser.until(
      "the copies' offers",
      (/** @type {string} */ css) =>
        Array.from(document.querySelectorAll(css)).every((one) => one.querySelector("section")),
      HERO,
    );
    assert.deepEqual(
      (await heroes(browser)).map(({ state, offer: shown, blocks }) => [state, shown, blocks]),
      Array(3).fill(["offer", offer, 1]),
    );
    await browser.until("the impression", keptDecision, "viewed");
    assert.equal(await impressions(browser), 1);
  }),

  story("page_restored_as_a_copy_shows_one_block", async ({ visit, at }) => {
    const browser = await visit();
    await becomeCityLover(browser, at);
    await browser.runAsync(async () => {
      const copy = document.body.cloneNode(true);
      document.body.remove();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      document.documentElement.append(copy);
      for (const { name } of Array.from(document.documentElement.attributes))
        document.documentElement.removeAttribute(name);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    });
    assert.deepEqual(
      (await heroes(browser)).map(({ state, blocks }) => [state, blocks]),
      [["offer", 1]],
    );
    assert.equal(
      await browser.run(() => document.documentElement.dataset["escale"]),
      "ready",
      "the state on <html>",
    );
  }),

  story("offer_taller_than_the_screen_is_seen", async ({ visit, at }) => {
    const browser = await visit();
    await browser.resize(640, 480);
    await becomeCityLover(browser, at);
    await browser.run((/** @type {string} */ css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`${css} .escale-offer { height: ${innerHeight * 3}px }`);
      document.adoptedStyleSheets.push(sheet);
      document.querySelector(`${css} .escale-offer`)?.scrollIntoView({ behavior: "instant" });
    }, HERO);
    await browser.until("an impression", keptDecision, "viewed");
  }),

  story("why_inside_a_link_does_not_follow_it", async ({ visit, at }) => {
    const browser = await visit();
    await becomeCityLover(browser, at);
    await browser.run((/** @type {string} */ css) => {
      const card = document.createElement("a");
      card.href = "/ski/";
      const element = /** @type {HTMLElement} */ (document.querySelector(css));
      element.replaceWith(card);
      card.append(element);
    }, HERO);
    await browser.click(`${HERO} .escale-why`);
    await browser.find("dialog.escale-why-panel");
    assert.equal(await browser.address(), at("/"));
  }),

  story("slot_in_a_shadow_root_is_filled_after_consent_returns", async ({ visit, at }) => {
    const browser = await visit();
    await becomeCityLover(browser, at);
    await browser.run((/** @type {string} */ css) => {
      const element = /** @type {HTMLElement} */ (document.querySelector(css));
      const host = document.createElement("div");
      element.replaceWith(host);
      host.attachShadow({ mode: "open" }).append(element);
      Object.assign(window, { inShadow: element });
    }, HERO);
    const state = (/** @type {string} */ wanted) =>
      browser.until(
        `the slot to show ${wanted}`,
        (/** @type {string} */ expected) =>
          /** @type {any} */ (window).inShadow.dataset.escaleState === expected,
        wanted,
      );
    await state("offer");
    await tell(browser, "consent", "pending");
    await state("default");
    await tell(browser, "consent", "granted");
    await state("offer");
  }),

  story("libraries_that_replace_array_functions_change_nothing", async ({ visit, gate, at }) => {
    gate.prelude = `
      Array.from = (item) => Array.prototype.slice.call(item);
      Array.prototype.toJSON = function () { return "[" + this.join(", ") + "]"; };`;
    const browser = await visit();
    await browser.open(at("/"));
    await untilState(browser, "pending");
    await browser.click("#consent-accept");
    await untilState(browser, "ready");
    await flush(browser);
    const version = await browser.runAsync(
      () =>
        new Promise((done) =>
          /** @type {any} */ (window).escale("inspect", (/** @type {any} */ insight) =>
            done(insight.sync?.acknowledged_version),
          ),
        ),
    );
    assert.ok(version > 0, "the server accepted the sync");
    assert.ok(["engine-2", "offer"].includes((await slot(browser)).reason ?? "offer"));
  }),
];
