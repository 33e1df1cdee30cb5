/** Privacy requirements in real browsers. The tag of a story is its number in docs/privacy.md. */
import assert from "node:assert/strict";
import {
  CITY_PAGES,
  everything,
  exported,
  flush,
  heldByServer,
  kept,
  visitPages,
  slot,
  storage,
  tell,
  untilState,
  viewsOnce,
} from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

const DAY_MS = 86_400_000;
/** Texts that only a person could have written. None may appear in stored or sent data. */
const CANARIES = [
  "zzpath",
  "zzquery",
  "zzfragment",
  "zzreferrer",
  "zztitle",
  "zzterm",
  "zzperson",
  "zzlist",
  "zzdata",
  "zzname",
  "zzfree",
  "zzvalue",
  "zzversion",
  "zzfeedback",
];

/** A page of the demo with something to hide in every place that Escale reads. @param {string} html */
const salted = (html) =>
  html
    .replace(/<title>.*?<\/title>/, "<title>zztitle</title>")
    .replace(
      "</head>",
      `<script type="application/ld+json">${JSON.stringify({ "@type": "TouristTrip", name: "zzname", description: "zzdata", url: "/zzpath" })}</script></head>`,
    )
    .replace(" data-site=", ' data-layer="dataLayer" data-site=');

/**
 * Passes data that a site may send by mistake.
 * @param {import("../../browser/driver/browser.mjs").Browser} browser
 */
async function spill(browser) {
  await browser.run(() => {
    const page = /** @type {any} */ (window);
    const push = (/** @type {object} */ entry) =>
      (page.dataLayer = page.dataLayer ?? []).push(entry);
    push({
      event: "search",
      search_term: "zzterm",
      user_id: "zzperson",
      email: "zzperson@example.com",
    });
    push({
      event: "view_item",
      ecommerce: {
        item_list_name: "zzlist",
        items: [{ item_id: "zzlist", item_name: "zzname", affiliation: "zzname" }],
      },
    });
  });
  await tell(browser, "track", "search", {
    destination: "lisbonne",
    query: "zzfree text",
    email: "zzperson@example.com",
  });
  await tell(browser, "track", "quote_start", {
    destination: "lisbonne",
    name: "zzname",
    comment: "zzfree",
  });
  await tell(browser, "track", "zzvalue", { anything: "zzvalue" });
  await tell(browser, "declare", { fact: "newsletter", value: "zzvalue" });
  await tell(browser, "consent", {
    personalise: true,
    keep: true,
    sync: true,
    version: "zzversion@example.com",
  });
  await tell(browser, "feedback", "home-hero", "zzfeedback");
}

export const privacyStories = [
  story(
    "a withdrawal stops another visible tab within a second",
    { tags: ["r5"], isAlone: true },
    async ({ enter, engine, gate, at }) => {
      const browser = await enter();
      gate.policy = (policy) => policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'");
      gate.answers.set("/two", {
        status: 200,
        type: "text/html",
        body: "<!doctype html><title>Two</title><body></body>",
      });
      // Two frames of a page are two documents, both in sight; a driver shows no second tab beside the first.
      await browser.open(at("/two"));
      const took = await browser.runAsync(
        async (/** @type {string[]} */ paths) => {
          const opened = (/** @type {string} */ path) =>
            new Promise((done) => {
              const frame = document.body.appendChild(document.createElement("iframe"));
              frame.addEventListener("load", () => done(frame.contentWindow));
              frame.src = path;
            });
          const state = (/** @type {any} */ page, /** @type {string[]} */ wanted) =>
            new Promise((done) => {
              const html = page.document.documentElement;
              const check = () => wanted.includes(html.dataset.escale) && done(performance.now());
              new MutationObserver(check).observe(html, { attributes: true });
              check();
            });
          const [one, other] = /** @type {any[]} */ (await Promise.all(paths.map(opened)));
          await Promise.all([one, other].map((page) => state(page, ["ready"])));
          const began = performance.now();
          one.escale("consent", "denied");
          return Number(await state(other, ["pending", "denied"])) - began;
        },
        ["/ski/", "/plage/"],
      );
      console.log(`       ${engine}: ${Math.round(took)} ms until the other document stopped`);
      assert.ok(took < 1_000, `${took} ms`);
    },
  ),

  story(
    "an objection, apart from consent: no profiling and the default, until they say otherwise",
    { tags: ["r6"] },
    async ({ visit, gate, at }) => {
      const browser = await visit();
      assert.equal((await becomeCityLover(browser, at)).state, "offer");
      const before = (await exported(browser)).knowledge.counts;
      await browser.runAsync(
        () =>
          new Promise((done) =>
            /** @type {any} */ (window).escale("profile.pause", () => done(true)),
          ),
      );
      const asked = gate.asked("/v1/sync").length;
      for (const path of ["/", CITY_PAGES[0] ?? "", "/"]) {
        await browser.open(at(path));
        await untilState(browser, "paused");
        assert.equal(await browser.run(() => document.querySelector("[data-escale-offer]")), null);
      }
      assert.equal((await slot(browser)).reason, "paused");
      assert.deepEqual(
        (await exported(browser)).knowledge.counts,
        before,
        "consent stands, and nothing was counted",
      );
      assert.equal(gate.asked("/v1/sync").length, asked, "nothing was sent");
    },
  ),

  story(
    "a profile ends when the site's own life time for it is over, however often they came",
    { tags: ["r9"] },
    async ({ enter, gate, at }) => {
      gate.rewrite = (html) =>
        html
          .replace(" data-site=", ' data-lifetime-days="30" data-site=')
          .replace(/ data-server="[^"]*"/, "");
      // Without a server, which would say that this clock is wrong.
      gate.prelude = `
      window.clockMs = Number(new URLSearchParams(location.search).get("clock") ?? 0);
      const now = Date.now.bind(Date);
      Date.now = () => now() + window.clockMs;
    `;
      const browser = await enter();
      await tell(browser, "track", "search", { destination: "bali" });
      await flush(browser);
      const { secret } = (await kept(browser))["visitor"];
      for (const [days, isSame] of /** @type {[number, boolean][]} */ ([
        [10, true],
        [20, true],
        [29, true],
        [31, false],
      ])) {
        await browser.open(at(`/ski/?clock=${days * DAY_MS}`));
        await untilState(browser, "ready");
        await flush(browser);
        assert.equal((await kept(browser))["visitor"].secret === secret, isSame, `day ${days}`);
      }
      const { knowledge, consent } = await exported(browser);
      assert.equal(knowledge.counts.searches ?? 0, 0);
      assert.ok(
        consent.at_ms > Date.now() + 30 * DAY_MS,
        "and the new one has a receipt of its own",
      );
    },
  ),

  story(
    "no address, query, text or person of a page is in any store or request",
    { tags: ["r10"] },
    async ({ enter, gate, at }) => {
      const browser = await enter();
      gate.rewrite = salted;
      const query =
        "utm_source=mail&utm_medium=email&utm_campaign=spring&utm_term=zzterm&escale_send=send-7&email=zzperson%40example.com&q=zzquery";
      await browser.open(at("/?zzreferrer"));
      await untilState(browser, "ready");
      await browser.run(
        (/** @type {string} */ address) => void location.assign(address),
        at(`${CITY_PAGES[0]}?${query}#zzfragment`),
      );
      await browser.until(
        "the next page",
        () =>
          location.hash === "#zzfragment" && document.documentElement.dataset["escale"] === "ready",
      );
      await spill(browser);
      const views = await viewsOnce(browser, 1);
      await browser.run(() => history.pushState(null, "", "/zzpath/?zzquery"));
      await viewsOnce(browser, views + 1);
      const { searches, quote_starts } = (await exported(browser)).knowledge.counts;
      assert.ok(searches >= 1 && quote_starts >= 1, "what is to be known of it is known");
      const [stored, seen] = [await everything(browser), gate.sent];
      assert.ok(
        stored.includes("escale:demo") && seen.includes('"state"'),
        "there is something to search",
      );
      // Bytes are sent in base64url: what they hold is what is stored.
      for (const canary of CANARIES) {
        assert.ok(!stored.toLowerCase().includes(canary), `${canary} is stored`);
        assert.ok(!seen.toLowerCase().includes(canary), `${canary} is sent`);
        assert.ok(
          !JSON.stringify(await exported(browser))
            .toLowerCase()
            .includes(canary),
          `${canary} is in the export`,
        );
      }
      for (const host of [gate.host, "127.0.0.1"])
        assert.ok(!stored.includes(host) && !seen.includes(host), `no address, as ${host}`);
      assert.ok(!(stored + seen).includes("Mozilla"), "no agent");
    },
  ),

  story(
    "a receipt of the consent: when, to what, to which words, where; kept, sent, shown, and gone with it",
    { tags: ["r17"] },
    async ({ enter, gate, at, world }) => {
      const browser = await enter();
      await flush(browser);
      const { consent } = await exported(browser);
      assert.deepEqual(
        { ...consent, at_ms: 0 },
        { at_ms: 0, version: "2026-11", source: "site", purposes: ["personalise", "keep", "sync"] },
      );
      await visitPages(browser, [at("/ski/"), at("/plage/")]);
      assert.deepEqual(
        (await exported(browser)).consent,
        consent,
        "saying it on every page does not renew it",
      );
      const { secret } = (await kept(browser))["visitor"];
      const { at_ms, ...rest } = consent;
      assert.deepEqual((await heldByServer(world.origin, secret)).body.consent, {
        at: at_ms,
        ...rest,
      });
      gate.rewrite = (html) => html.replace("</body>", '<script src="/again.js"></script></body>');
      gate.answers.set("/again.js", {
        status: 200,
        type: "text/javascript",
        body: `
      const kept = JSON.parse(localStorage.getItem("voyages-consent"));
      localStorage.setItem("voyages-consent", JSON.stringify({ ...kept, sync: false, version: "2027-01" }));
    `,
      });
      await browser.open(at("/ski/"));
      await visitPages(browser, [at("/ski/")]);
      const anew = (await exported(browser)).consent;
      assert.deepEqual(
        { ...anew, at_ms: 0 },
        { at_ms: 0, version: "2027-01", source: "site", purposes: ["personalise", "keep"] },
      );
      assert.ok(anew.at_ms > at_ms);
      await tell(browser, "consent", "denied");
      await untilState(browser, "denied");
      for (
        let left = await everything(browser);
        left.includes('"purposes"');
        left = await everything(browser)
      );
      assert.ok(
        (await storage(browser)).local.every(
          (/** @type {string} */ key) => !key.startsWith("escale"),
        ),
      );
    },
  ),
];
