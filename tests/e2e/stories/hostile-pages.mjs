/** Pages that replace what consent comes from, or lead requests elsewhere. Consent never outlives its source. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { Gate } from "../gate.mjs";
import { platformScript } from "../platform.mjs";
import { arriveAndAccept, kept, tell, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { ALL, consentBy, emptied, platform } from "./sources.mjs";

/** Runs delayed scripts when the page is parsed, as performance plug-ins do. */
const RUN_LATER = `
  Object.defineProperty(document, "currentScript", { get: () => null });
  addEventListener("DOMContentLoaded", () => {
    const script = document.createElement("script");
    script.src = document.querySelector("[data-later]").dataset.later;
    document.head.append(script);
  });`;
const LOADER = new URL("../../../pkg/escale.js", import.meta.url);

export const hostilePageStories = [
  story(
    "a platform that takes the place of another begins undecided, and its refusal erases",
    { tags: ["r1", "r5"] },
    async ({ visit, gate, at }) => {
      gate.prelude = await platformScript();
      consentBy(gate, "tcf");
      const browser = await visit();
      await browser.open(at("/"));
      await platform(browser, "come");
      await platform(browser, "answer", ALL);
      await untilState(browser, "ready");
      await browser.run(() => {
        const page = /** @type {any} */ (window);
        page.__tcfapi = (
          /** @type {string} */ _,
          /** @type {number} */ __,
          /** @type {any} */ heard,
        ) => (page.heard = heard);
      });
      await untilState(browser, "pending");
      // The platform that was replaced grants nothing any more.
      await platform(browser, "answer", [...ALL, 7]);
      await browser.run(() => {
        const purpose = { consents: { 1: true, 5: false, 6: false } };
        const answer = { eventStatus: "useractioncomplete", gdprApplies: true, purpose };
        /** @type {any} */ (window).heard(answer, true);
      });
      await untilState(browser, "denied");
      await emptied(browser);
    },
  ),

  story(
    "consent that a template of the tag manager sets is heard, and its withdrawal erases",
    { tags: ["r1", "r5"] },
    async ({ visit, gate, at }) => {
      consentBy(gate, "google:ad_storage");
      gate.prelude = "window.dataLayer = [];";
      const browser = await visit();
      await browser.open(at("/"));
      const set = (/** @type {boolean} */ update) =>
        browser.run((/** @type {boolean} */ answer) => {
          const entries = { ad_storage: { default: false, update: answer } };
          /** @type {any} */ (window).google_tag_data = { ics: { active: true, entries } };
        }, update);
      await set(true);
      await untilState(browser, "ready");
      await set(false);
      await untilState(browser, "denied");
      await emptied(browser);
    },
  ),

  story(
    "a foreign base address receives nothing of Escale",
    { tags: ["r10"] },
    async ({ visit, gate, at, world }) => {
      const elsewhere = new Gate(world.origin);
      await elsewhere.open();
      try {
        gate.policy = (policy) => policy.replace(/base-uri [^;]*/, `base-uri ${elsewhere.origin}`);
        gate.rewrite = (html) =>
          html
            .replaceAll(/ (src|href)="\//g, ` $1="${gate.origin}/`)
            .replace("<head>", `<head><base href="${elsewhere.origin}/assets/">`);
        const browser = await visit();
        await browser.open(at("/voyages/lisbonne-3-nuits.html"));
        assert.equal(await browser.run(() => document.baseURI), `${elsewhere.origin}/assets/`);
        await tell(browser, "consent", "granted");
        await untilState(browser, "ready");
        await gate.until("/v1/sync");
        await tell(browser, "consent", "denied");
        await untilState(browser, "denied");
        await gate.until("/v1/me");
        for (const path of ["/v1/", "/escale/"]) assert.deepEqual(elsewhere.asked(path), []);
        assert.equal(elsewhere.sent, "");
      } finally {
        await elsewhere.close();
      }
    },
  ),

  story(
    "no request of Escale carries the page's address",
    { tags: ["r10"] },
    async ({ engine, visit, gate, at }) => {
      // The strictest page and the most talkative one.
      gate.rewrite = (html) =>
        html
          .replace("<head>", '<head><meta name="referrer" content="unsafe-url">')
          .replace(" data-site=", ' data-layer="" data-site=');
      const browser = await visit();
      await browser.open(at("/voyages/lisbonne-3-nuits.html?email=zzperson%40example.com"));
      await tell(browser, "consent", "granted");
      await untilState(browser, "ready");
      await gate.until("/escale/signals.js");
      await tell(browser, "centre");
      await gate.until("/v1/sync");
      await tell(browser, "consent", "denied");
      await gate.until("/v1/me");
      const leaked = gate.referrers.filter(
        (line) =>
          line.includes("zzperson") &&
          /^\/(v1|escale)\//.test(line) &&
          // The site's own tag.
          !line.startsWith("/escale/escale.js") &&
          // WebKit takes the page's policy for modules, whatever the importing script says.
          !(engine === "webkit" && /^\/escale\/[\w-]+\.js/.test(line)),
      );
      assert.deepEqual(leaked, []);
    },
  ),

  story("a loader that another script delays finds its tag", async ({ visit, gate, at }) => {
    gate.rewrite = (html) =>
      html.replace('<script async src="/escale/', '<script type="text/later" data-later="/escale/');
    gate.policy = (policy) =>
      policy.replace(/(require-trusted-types-for|trusted-types)[^;]*;?/g, "");
    gate.prelude = RUN_LATER;
    const browser = await visit();
    await arriveAndAccept(browser, at("/"));
    assert.ok((await kept(browser))["visitor"]?.secret, "the attributes of the tag count");
  }),

  story("a loader without a tag is named on the console", async ({ visit, gate, at }) => {
    gate.rewrite = (html) =>
      html.replace(
        /<script async src="\/escale\/[^>]*><\/script>/,
        '<script src="/moved.js"></script>',
      );
    const source = await readFile(LOADER, "utf8");
    gate.prelude = "Object.defineProperty(document, 'currentScript', { get: () => null });";
    gate.answers.set("/moved.js", { status: 200, type: "text/javascript", body: source });
    const browser = await visit();
    await browser.open(at("/"));
    await gate.untilReported("no tag of escale.js");
  }),
];
