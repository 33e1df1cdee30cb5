/** Sources of consent: a real platform of the IAB's framework, Google's consent mode. Only their clear yes begins anything. */
import assert from "node:assert/strict";
import { platformScript } from "../platform.mjs";
import { kept, storage, tell, untilState } from "../steps.mjs";
import { story } from "../story.mjs";

/** @typedef {import("../gate.mjs").Gate} Gate */
/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

const EMPTY = { local: [], session: [], cookies: "", databases: [], caches: [] };
export const ALL = [1, 2, 3, 4, 5, 6];

/** Gives the demo another source of consent than its own banner. @param {Gate} gate @param {string} source */
export const consentBy = (gate, source) =>
  void (gate.rewrite = (html) =>
    html.replace(" data-site=", ` data-consent="${source}" data-site=`));

/**
 * Calls a function of the page's consent platform.
 * @param {Browser} browser
 * @param {string} deed
 * @param {...unknown} args
 */
export const platform = (browser, deed, ...args) =>
  browser.run(
    (/** @type {string} */ name, /** @type {unknown[]} */ given) =>
      void (/** @type {any} */ (window).platform[name](...given)),
    deed,
    args,
  );

/**
 * Sends a consent command of Google's consent mode.
 * @param {Browser} browser
 * @param {string} kind
 * @param {object} given
 */
const gtag = (browser, kind, given) =>
  browser.run(
    (/** @type {string} */ type, /** @type {object} */ answers) => {
      const page = /** @type {any} */ (window);
      page.dataLayer ??= [];
      // gtag pushes its own arguments, which are no array.
      page.dataLayer.push(
        Object.assign(Object.create(null), { 0: "consent", 1: type, 2: answers, length: 3 }),
      );
    },
    kind,
    given,
  );

/** Nothing of the engine, nothing to the server, nothing stored. @param {Browser} browser @param {Gate} gate @param {string} source */
async function assertUntouched(browser, gate, source) {
  assert.deepEqual(await storage(browser), EMPTY);
  assert.deepEqual(gate.asked("/v1/"), []);
  assert.deepEqual([...new Set(gate.asked("/escale/"))].sort(), [
    `GET /escale/consent-${source}.js`,
    "GET /escale/escale.js",
  ]);
}

export const sourceStories = [
  story(
    "a consent platform says yes pauses and withdraws",
    { tags: ["r2"] },
    async ({ visit, gate, at }) => {
      gate.prelude = await platformScript();
      consentBy(gate, "tcf");
      const browser = await visit();
      await browser.open(at("/voyages/lisbonne-3-nuits.html"));
      await browser.until("the source to be there", () =>
        performance
          .getEntriesByType("resource")
          .some(({ name }) => name.endsWith("consent-tcf.js")),
      );
      await platform(browser, "come");
      await platform(browser, "show");
      await untilState(browser, "pending");
      await assertUntouched(browser, gate, "tcf");
      await platform(browser, "answer", ALL);
      await untilState(browser, "ready");
      assert.ok((await kept(browser))["visitor"]?.secret, "a visitor is kept");
      await platform(browser, "show");
      await untilState(browser, "pending");
      assert.ok((await kept(browser))["visitor"]?.secret, "a pause erases nothing");
      await platform(browser, "answer", [1, 2, 3, 4]);
      await untilState(browser, "denied");
      await emptied(browser);
    },
  ),

  story(
    "a platform of the page around a frame is asked by messages, and the receipt says what was agreed to",
    { tags: ["r2", "r17"] },
    async ({ visit, gate, at }) => {
      consentBy(gate, "tcf");
      gate.policy = (policy) => policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'");
      gate.answers.set("/around", {
        status: 200,
        type: "text/html",
        body: `<!doctype html><title>Around</title><body><script>${await platformScript()}</script><iframe src="/"></iframe>`,
      });
      const browser = await visit();
      await browser.open(at("/around"));
      const inside = (/** @type {string} */ state) =>
        browser.until(
          `Escale in the frame to be ${state}`,
          (/** @type {string} */ wanted) =>
            /** @type {HTMLIFrameElement | null} */ (document.querySelector("iframe[src]"))
              ?.contentDocument?.documentElement.dataset["escale"] === wanted,
          state,
        );
      await inside("pending");
      // Somebody else in the window says yes: nobody asked them.
      await browser.run(() =>
        /** @type {HTMLIFrameElement | null} */ (
          document.querySelector("iframe[src]")
        )?.contentWindow?.postMessage(
          {
            __tcfapiReturn: {
              callId: "escale",
              success: true,
              returnValue: {
                eventStatus: "tcloaded",
                gdprApplies: true,
                purpose: { consents: { 1: true, 5: true, 6: true } },
              },
            },
          },
          "*",
        ),
      );
      await platform(browser, "come");
      await platform(browser, "show");
      await inside("pending");
      await assertUntouched(browser, gate, "tcf");
      await platform(browser, "answer", ALL);
      await inside("ready");
      const { consent } = await browser.runAsync(
        () =>
          new Promise((done) =>
            /** @type {any} */ (
              /** @type {HTMLIFrameElement | null} */ (document.querySelector("iframe[src]"))
                ?.contentWindow
            ).escale("profile.export", done),
          ),
      );
      assert.deepEqual(
        { ...consent, at_ms: 0 },
        { at_ms: 0, version: "5", source: "tcf", purposes: ["personalise", "keep", "sync"] },
      );
      assert.ok(Math.abs(consent.at_ms - Date.now()) < 600_000);
      await platform(browser, "answer", [1]);
      await inside("denied");
      await emptied(browser);
    },
  ),

  story(
    "legitimate interest and a missing purpose are no consent",
    { tags: ["r2"] },
    async ({ visit, gate, at }) => {
      gate.prelude = await platformScript();
      consentBy(gate, "tcf");
      for (const [consents, legitimate] of [
        [[], ALL],
        [[1, 5], [6]],
        [[5, 6], []],
      ]) {
        const browser = await visit();
        await browser.open(at("/"));
        await platform(browser, "come");
        await platform(browser, "answer", consents, legitimate);
        await untilState(browser, "denied");
        await assertUntouched(browser, gate, "tcf");
      }
    },
  ),

  story(
    "where the law does not apply nothing is unlocked",
    { tags: ["r3"] },
    async ({ visit, gate, at }) => {
      gate.prelude = await platformScript();
      consentBy(gate, "tcf");
      const browser = await visit();
      await browser.open(at("/"));
      await platform(browser, "come");
      await platform(browser, "doesNotApply");
      // The page's own yes is not the platform's; its no is heard, and shows that all before it was.
      await tell(browser, "consent", "granted");
      await untilState(browser, "pending");
      await tell(browser, "consent", "denied");
      await untilState(browser, "denied");
      await assertUntouched(browser, gate, "tcf");
    },
  ),

  story(
    "under global privacy control a platforms yes keeps nothing",
    { tags: ["r4"] },
    async ({ visit, gate, at }) => {
      gate.prelude = `Object.defineProperty(Navigator.prototype, "globalPrivacyControl", { value: true });${await platformScript()}`;
      consentBy(gate, "tcf");
      const browser = await visit();
      await browser.open(at("/voyages/lisbonne-3-nuits.html"));
      await platform(browser, "come");
      await platform(browser, "answer", ALL);
      await untilState(browser, "memory");
      assert.deepEqual(await storage(browser), EMPTY);
      assert.deepEqual(
        gate.requests.filter((request) => request.startsWith("POST")),
        [],
      );
    },
  ),

  story(
    "for a webdriver no source is even asked",
    { tags: ["f23"] },
    async ({ visit, gate, at }) => {
      gate.rewrite = (html) =>
        html
          .replace(" data-site=", ' data-consent="tcf" data-layer="" data-site=')
          .replace(' data-bots="allow"', "");
      const browser = await visit();
      await browser.open(at("/?escale_send=spring-7"));
      await browser.until(
        "Escale to be off",
        () => document.documentElement.dataset["escale"] === "off",
      );
      await tell(browser, "ready");
      assert.deepEqual(gate.asked("/escale/"), ["GET /escale/escale.js"]);
    },
  ),

  story(
    "consent mode begins by an update and ends by one",
    { tags: ["r1"] },
    async ({ visit, gate, at }) => {
      consentBy(gate, "google");
      gate.prelude = `window.dataLayer = []; (function () { dataLayer.push(arguments); })("consent", "default", { personalization_storage: "granted" });`;
      const browser = await visit();
      await browser.open(at("/"));
      await browser.until("the source to follow", () =>
        Object.hasOwn(/** @type {any} */ (window).dataLayer, "push"),
      );
      await gtag(browser, "update", { ad_storage: "granted" });
      await untilState(browser, "pending");
      await assertUntouched(browser, gate, "google");
      await gtag(browser, "update", { personalization_storage: "granted" });
      await untilState(browser, "ready");
      await gtag(browser, "update", { personalization_storage: "denied" });
      await untilState(browser, "denied");
      await emptied(browser);
    },
  ),

  ...["window.dataLayer = [];", "var dataLayer = [];"].map((declared) =>
    story(
      `a withdrawal counts in a dataLayer that was assigned again: ${declared}`,
      { tags: ["r1", "r5"] },
      async ({ visit, gate, at }) => {
        consentBy(gate, "google");
        gate.prelude = declared;
        const browser = await visit();
        await browser.open(at("/"));
        await browser.until("the source to follow", () =>
          Object.hasOwn(/** @type {any} */ (window).dataLayer, "push"),
        );
        await gtag(browser, "update", { personalization_storage: "granted" });
        await untilState(browser, "ready");
        await browser.run(() => {
          /** @type {any} */ (window).dataLayer = [{ pageType: "home" }];
        });
        await gtag(browser, "update", { personalization_storage: "denied" });
        await untilState(browser, "denied");
        await emptied(browser);
      },
    ),
  ),
];

/** Waits until nothing of the visitor is kept any more. @param {Browser} browser */
export async function emptied(browser) {
  for (let left = await kept(browser); left["visitor"]; left = await kept(browser));
}
