/** Events from pages without new tags: from GA4 entries of the dataLayer and from the address. */
import assert from "node:assert/strict";
import { exported, flush, tell, untilState } from "../steps.mjs";
import { story } from "../story.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

/** @param {import("../gate.mjs").Gate} gate */
const readLayer = (gate) =>
  void (gate.rewrite = (html) => html.replace(" data-site=", ' data-layer="" data-site='));

/** Pushes as a site does, and tells how many entries the layer then has: what goes wrong would be thrown here. @param {Browser} browser @param {...object} entries */
const push = (browser, ...entries) =>
  browser.run(
    (/** @type {object[]} */ ...all) => /** @type {any} */ (window).dataLayer.push(...all),
    ...entries,
  );

/**
 * Waits for a condition on the exported knowledge. The GA4 module loads with the first event.
 * @param {Browser} browser
 * @param {(knowledge: any) => boolean} isSo
 */
async function known(browser, isSo) {
  for (;;) {
    const { knowledge } = await exported(browser);
    if (isSo(knowledge)) return knowledge;
  }
}

/** Followed from now on: the layer's push is its reader's. @param {Browser} browser */
const followed = (browser) =>
  browser.until("the layer to be followed", () =>
    Object.hasOwn(/** @type {any} */ (window).dataLayer, "push"),
  );

export const layerStories = [
  story(
    "a tagged site needs no new tags: what was pushed and what will be",
    async ({ enter, gate }) => {
      readLayer(gate);
      gate.prelude = `window.dataLayer = [{ event: "gtm.js" }, { ecommerce: { items: [{ destination: "lisbonne", start_date: "2027-05-01" }] } }, { event: "begin_checkout" }];`;
      const browser = await enter();
      await followed(browser);
      const before = await known(browser, ({ counts }) => counts.quote_starts > 0);
      assert.equal(before.trips[0]?.start_date, "2027-05-01");
      await push(
        browser,
        { ecommerce: { transaction_id: "stale", value: 1 } },
        { ecommerce: null },
      );
      await push(browser, {
        event: "purchase",
        ecommerce: { transaction_id: "B-7", value: 640, items: [{ destination: "lisbonne" }] },
      });
      await push(browser, { event: "purchase", ecommerce: { transaction_id: "B-7", value: 640 } });
      await flush(browser);
      const { bookings } = await known(browser, (knowledge) => knowledge.bookings.length > 0);
      assert.deepEqual(
        bookings.map((/** @type {any} */ one) => one.value),
        [640],
      );
    },
  ),

  story(
    "nothing that stands in a layer is thrown at the page, and refused visitors are not counted",
    async ({ enter, gate }) => {
      readLayer(gate);
      const browser = await enter();
      await followed(browser);
      const length = await browser.run(() => {
        const { dataLayer } = /** @type {any} */ (window);
        const broken = {
          get event() {
            throw new Error("broken");
          },
        };
        const cyclic = /** @type {any} */ ({ event: "search" });
        cyclic.self = cyclic;
        return (
          dataLayer.push(
            broken,
            null,
            undefined,
            7,
            () => 1,
            new Proxy(
              {},
              {
                ownKeys: () => {
                  throw new Error("broken");
                },
              },
            ),
            cyclic,
          ) === dataLayer.length
        );
      });
      assert.equal(length, true);
      const { counts } = await known(browser, (knowledge) => knowledge.counts.searches > 0);
      assert.equal(counts.searches, 1);
      await tell(browser, "consent", "denied");
      await untilState(browser, "denied");
      await push(browser, { event: "generate_lead", value: 90 });
      await tell(browser, "consent", "granted");
      await untilState(browser, "ready");
      await flush(browser);
      assert.equal((await exported(browser)).knowledge.counts.quote_submits ?? 0, 0);
    },
  ),

  story("GA4's names and items are understood by track as well", async ({ enter }) => {
    const browser = await enter();
    await tell(browser, "track", "purchase", {
      transaction_id: "B-8",
      value: 300,
      items: [{ destination: "porto" }],
    });
    const { bookings } = await known(browser, (knowledge) => knowledge.bookings.length > 0);
    assert.equal(bookings[0]?.value, 300);
  }),

  story(
    "a landing from a message is one reaction, however often it is loaded",
    async ({ enter, gate, at }) => {
      const browser = await enter();
      for (let times = 0; times < 3; times++) {
        await browser.open(
          at("/?utm_medium=email&escale_send=spring-7&utm_campaign=camille%40example.org"),
        );
        await untilState(browser, "ready");
        const { channels } = await known(
          browser,
          (knowledge) => knowledge.channels.email?.reactions > 0,
        );
        assert.equal(channels.email.reactions, 1);
      }
      assert.equal(
        gate.requests.filter((request) => request.startsWith("POST") && request.includes("spring"))
          .length,
        0,
      );
    },
  ),
];
