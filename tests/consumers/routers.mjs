/**
 * Stories of sites whose pages change without a load: routers of frameworks, and routers that swap the body. Each page
 * that has a slot shows its offer, at once and as it was first chosen.
 */
import assert from "node:assert/strict";

/** @typedef {import("../browser/driver/browser.mjs").Browser} Browser */
/** @typedef {{ home: [path: string, page: string], trips: [path: string, page: string], plain: string }} Routes */

/** Goes to another page by its link. @param {Browser} browser @param {string} path @param {string} page id */
async function follow(browser, path, page) {
  // Turbo first shows a copy of a page it knows, and replaces it: a link of the copy cannot be clicked any more then.
  await browser.until(
    "the page to be more than a copy",
    () => !document.documentElement.matches("[aria-busy], [data-turbo-preview]"),
  );
  await browser.click(`nav a[href="${path}"]`);
  await browser.find(`#${page}`);
}

/**
 * The state of a page's slot, once it is filled: blocks that can be seen, and everything that can be read.
 * @param {Browser} browser @param {string} page
 * @returns {Promise<{ state: string, blocks: number, text: string, html: string }>}
 */
const slotOf = (browser, page) =>
  browser.until(
    `the slot of ${page} to be filled`,
    (/** @type {string} */ id) => {
      const slot = /** @type {HTMLElement | null} */ (
        document.querySelector(`#${id} escale-offer`)
      );
      const { escaleState: state, escaleReason: reason } = slot?.dataset ?? {};
      // Left out means: another slot of the same placement is about to leave.
      if (!slot || !state || reason === "slots") return undefined;
      const blocks = [...slot.querySelectorAll("section.escale-offer")];
      return {
        state: reason ?? state,
        blocks: blocks.filter((block) => block.getClientRects().length > 0).length,
        text: slot.innerText,
        html: document.documentElement.dataset["escale"] ?? "",
      };
    },
    page,
  );

/** @param {Browser} browser @param {string} page */
async function assertOffer(browser, page) {
  const { state, blocks, text } = await slotOf(browser, page);
  assert.equal(state, "offer", `${page}: ${state}`);
  assert.equal(blocks, 1, `${page} shows ${blocks} blocks`);
  assert.match(text, /Lisbon, three nights/, page);
  await browser.until(
    "the state on <html>",
    () => document.documentElement.dataset["escale"] === "ready",
  );
}

/**
 * Texts that were painted under a name.
 * @param {Browser} browser @param {string} name @returns {Promise<string[]>}
 */
const painted = (browser, name) =>
  browser.run((/** @type {string} */ key) => /** @type {any} */ (window).painted[key], name);

/** Waits until the page's views are recorded, and with them every choice that they cause. @param {Browser} browser @param {number} views */
const viewed = (browser, views) =>
  browser.until(
    `${views} page views`,
    (/** @type {number} */ least) => {
      const page = /** @type {any} */ (window);
      const escale = page.escaleOfPage;
      void escale
        .flush()
        .then(() => escale.profile.export())
        .then((/** @type {any} */ profile) => (page.profile = profile));
      return page.profile?.knowledge.counts.page_views >= least;
    },
    views,
  );

/**
 * There and back again: A → B → A → plain → A, by links, then back and forward.
 * @param {Routes} site
 * @returns {(browser: Browser) => Promise<void>}
 */
export const assertRoutes =
  ({ home, trips, plain }) =>
  async (browser) => {
    await assertOffer(browser, home[1]);
    for (let round = 0; round < 2; round++) {
      for (const [path, page] of [trips, home]) {
        await follow(browser, path, page);
        await assertOffer(browser, page);
      }
    }
    await follow(browser, plain, "plain");
    for (const page of [home[1], trips[1], home[1]]) {
      await browser.back();
      await browser.find(`#${page}`);
      await assertOffer(browser, page);
    }
  };

/** Slots of a layout and `useOffer`: painted once on a page, and still there after others. @param {Browser} browser */
export async function assertLayout(browser) {
  await viewed(browser, 1);
  assert.deepEqual(await painted(browser, "own"), ["Rome, four days"]);
  assert.equal((await painted(browser, "aside")).length, 1, "one offer a page");
  await follow(browser, "/plain", "plain");
  await viewed(browser, 2);
  await follow(browser, "/trips", "page-trips");
  await viewed(browser, 3);
  await assertOffer(browser, "page-trips");
  assert.deepEqual(await painted(browser, "own"), ["Rome, four days"]);
  // The visitor's tastes are others on the next page, and the layout's slot chooses again.
  const aside = (await painted(browser, "aside")).map((text) => text.split("\n")[0]);
  assert.deepEqual(aside, ["Bali, nine nights", "Porto, a weekend"]);
}

/** Pages that stay in the DOM, hidden: the one that can be seen has the offer. @param {Browser} browser */
export async function assertKeptPages(browser) {
  for (let round = 0; round < 2; round++)
    for (const name of ["a", "b"]) {
      await follow(browser, `/kept/${name}`, `page-kept-${name}`);
      await assertOffer(browser, `page-kept-${name}`);
    }
  assert.equal(
    await browser.run(() => document.querySelectorAll("[id^=page-kept] escale-offer").length),
    2,
    "both are in the document",
  );
}
