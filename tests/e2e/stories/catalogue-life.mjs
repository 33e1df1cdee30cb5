/** The failure catalogue, a document's life and what comes with it: each story has its number as a tag; see docs/reliability.md. */
import assert from "node:assert/strict";
import {
  CITY_PAGES,
  exported,
  flush,
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

const PUSHES = 10_000;

/** A page that is not shown yet, until the story says so. */
const PRERENDERED = `
  window.isPrerendering = true;
  Object.defineProperty(Document.prototype, "prerendering", { configurable: true, get: () => window.isPrerendering });
`;

/** The making of the database begins when the page is left: what else takes a few milliseconds, and is rarely met, is sure to be met. */
const LEFT_WHILE_MAKING = `
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (name, version) {
    window.asksForDatabase = true;
    addEventListener("pagehide", () => {
      const request = open.call(this, name, version);
      request.onupgradeneeded = () => request.result.createObjectStore("records");
    });
    return new EventTarget();
  };
`;

/** An engine that traps whenever the page says so: its choice runs into what only a fault can reach. */
const TRAPPED = `
  const Instance = WebAssembly.Instance;
  WebAssembly.Instance = class {
    constructor(...args) {
      const { exports } = new Instance(...args);
      window.instances = (window.instances ?? 0) + 1;
      this.exports = Object.fromEntries(Object.entries(exports).map(([name, own]) => [name, typeof own === "function" ? (...given) => {
        if (window.isFaulty) throw new WebAssembly.RuntimeError("unreachable");
        return own(...given);
      } : own]));
    }
  };
`;

export const lifeCatalogue = [
  story(
    "back from the back-forward cache it looks again, counts one view, and has not kept the page out of it",
    { tags: ["f14", "f15"] },
    async ({ enter, gate, at }) => {
      gate.prelude =
        'addEventListener("pageshow", ({ persisted }) => (window.wasFrozen = persisted));';
      const browser = await enter();
      await visitPages(browser, [at("/ski/")]);
      await browser.run(() => void Object.assign(window, { isTheSameDocument: true }));
      await visitPages(browser, [at("/plage/")]);
      await browser.back();
      await untilState(browser, "ready");
      // A frozen page is restored as it was, ready. It records its view a moment later.
      const views = await viewsOnce(browser, 4);
      assert.equal(views, 4, "home, ski, the beach, and ski once more");
      const { frozen, reasons } = await browser.run(() => {
        const [entry] = /** @type {any[]} */ (performance.getEntriesByType("navigation"));
        const { notRestoredReasons } = entry ?? {};
        return {
          frozen: "isTheSameDocument" in window,
          reasons:
            notRestoredReasons?.reasons?.map((/** @type {any} */ { reason }) => reason) ?? [],
        };
      });
      // Where the engine does not freeze pages under a driver, what keeps them out must not be ours.
      const ours = ["unload-listener", "idb", "broadcastchannel", "lock", "fetch", "websocket"];
      if (!frozen)
        assert.deepEqual(
          reasons.filter((/** @type {string} */ reason) =>
            ours.some((one) => reason.includes(one)),
          ),
          [],
        );
    },
  ),

  story(
    "a page left in the midst of making its database, and kept for back, does not keep the next ones from it",
    { tags: ["f15"] },
    async ({ visit, gate, at }) => {
      gate.prelude = LEFT_WHILE_MAKING;
      const browser = await visit();
      await browser.open(at("/"));
      await untilState(browser, "pending");
      await browser.click("#consent-accept");
      await browser.until("Escale to ask for its database", () => "asksForDatabase" in window);
      gate.prelude = "";
      await visitPages(browser, [at("/ski/")]);
      assert.ok((await kept(browser)).visitor, "who was here is kept");
    },
  ),

  story(
    "ten thousand pushState in a row are bounded work",
    { tags: ["f16"] },
    async ({ enter, engine, at }) => {
      const browser = await enter();
      // Firefox tells its driver of each, which takes it ten milliseconds beside the page's own: most of them come as events alone.
      const real = engine === "firefox" ? PUSHES / 20 : PUSHES;
      await browser.run(
        (/** @type {number} */ count, /** @type {number} */ real) => {
          for (let turn = 0; turn < count; turn += 1) {
            try {
              if (turn >= real) dispatchEvent(new PopStateEvent("popstate"));
              else history.replaceState(null, "", `/city-trips/?turn=${turn}`);
            } catch {
              // Browsers refuse more than some hundred a moment: the events come all the same where they let them.
              dispatchEvent(new PopStateEvent("popstate"));
            }
          }
          Object.assign(window, { hasTurned: true });
        },
        PUSHES,
        real,
      );
      await browser.until("the turns", () => "hasTurned" in window);
      await viewsOnce(browser, 2);
      await visitPages(browser, [at("/ski/")]);
      const views = await viewsOnce(browser, 3);
      assert.equal(views, 3, "home, the last address of the ten thousand, and ski");
    },
  ),

  story(
    "a prerendered page is recorded when it is shown, not before",
    { tags: ["f17"] },
    async ({ enter, gate, at }) => {
      const browser = await enter();
      await flush(browser);
      gate.prelude = PRERENDERED;
      const asked = gate.requests.length;
      await browser.open(at("/ski/"));
      await browser.until(
        "the client",
        () =>
          performance.getEntriesByName(new URL("/escale/client.js", location.href).href).length > 0,
      );
      assert.deepEqual(
        gate.requests.slice(asked).filter((request) => /later|sync|full/.test(request)),
        [],
      );
      assert.equal(await browser.run(() => document.documentElement.dataset["escale"]), "pending");
      await browser.run(() => {
        Object.assign(window, { isPrerendering: false });
        document.dispatchEvent(new Event("prerenderingchange"));
      });
      await untilState(browser, "ready");
      assert.equal((await exported(browser)).knowledge.counts.page_views, 2);
    },
  ),

  story("the snippet pasted twice is one instance", { tags: ["f19"] }, async ({ enter, gate }) => {
    gate.rewrite = (html) =>
      html.replace(
        /<script async src="\/escale\/escale.js"[^>]*><\/script>/,
        (snippet) => snippet + snippet,
      );
    const browser = await enter();
    assert.equal((await exported(browser)).knowledge.counts.page_views, 1);
    assert.equal(gate.asked("/v1/config").length, 1);
  }),

  story(
    "an engine that traps is begun once more, then left off, and the default shows",
    { tags: ["f21"] },
    async ({ visit, gate, at }) => {
      gate.prelude = TRAPPED;
      const browser = await visit();
      await becomeCityLover(browser, at);
      const before = await browser.run(() => /** @type {any} */ (window).instances);
      await browser.run(() => {
        Object.assign(window, { isFaulty: true });
        /** @type {any} */ (window).escale("track", "search", { destination: "bali" });
      });
      await untilState(browser, "off");
      assert.equal((await slot(browser)).state, "default");
      assert.equal(
        (await browser.run(() => /** @type {any} */ (window).instances)) - before,
        1,
        "one more, no loop",
      );
      assert.equal(
        gate.asked("/escale/client.js").filter((request) => request.includes("retry")).length,
        1,
      );
    },
  ),

  story(
    "a browser that a machine drives gets the default, and is not counted",
    { tags: ["f23"] },
    async ({ visit, gate, at }) => {
      gate.rewrite = (html) => html.replace(' data-bots="allow"', "");
      const browser = await visit();
      await browser.open(at("/"));
      await untilState(browser, "off");
      await browser.click("#consent-accept");
      await tell(browser, "track", "search", { destination: "bali" });
      assert.equal((await slot(browser)).state, "default");
      assert.deepEqual(gate.asked("/v1/"), []);
      assert.deepEqual((await storage(browser)).databases, []);
    },
  ),

  ...[400, 403, 413, 422].map((status) =>
    story(
      `an answer of ${status} is not asked for again`,
      { tags: ["f26"] },
      async ({ enter, gate }) => {
        gate.answers.set("/v1/sync", {
          status,
          type: "application/json",
          body: JSON.stringify({ error: { code: "malformed" } }),
        });
        const browser = await enter();
        for (let count = 0; count < 3; count += 1) {
          await tell(browser, "track", "search", { destination: "bali" });
          await flush(browser);
        }
        assert.equal(gate.asked("/v1/sync").length, 1);
        assert.equal(
          (await exported(browser)).knowledge.counts.searches,
          3,
          "nothing is lost here",
        );
      },
    ),
  ),

  story(
    "a hotel's log-in page instead of the server: refused, and nothing is lost",
    { tags: ["f31"] },
    async ({ enter, gate }) => {
      gate.answers.set("/v1/sync", {
        status: 200,
        type: "text/html",
        body: "<h1>Welcome to our hotel</h1>",
      });
      const browser = await enter();
      await tell(browser, "track", "search", { destination: "bali" });
      await flush(browser);
      await untilState(browser, "ready");
      assert.equal((await exported(browser)).knowledge.counts.searches, 1);
    },
  ),

  story(
    "a tab that was opened from another one, with its session, writes under a name of its own",
    { tags: ["f33"] },
    async ({ enter, engine, at }) => {
      const browser = await enter();
      await browser.run(() => sessionStorage.setItem("the-sites-own", "copied"));
      const [first = ""] = await browser.tabs();
      await browser.run(() => {
        const link = Object.assign(document.createElement("button"), {
          id: "another-tab",
          textContent: "Another tab",
        });
        // Only what a person presses may open one.
        link.addEventListener("click", () => window.open(location.href));
        document.getElementById("main")?.prepend(link);
      });
      // WebKitGTK's browser opens none under a driver: there the session is copied by hand.
      if (engine === "webkit") {
        await browser.newTab();
        await browser.open(at("/"));
        await browser.run(() => sessionStorage.setItem("the-sites-own", "copied"));
      } else await browser.click("#another-tab");
      const second = (await browser.tabs()).find((tab) => tab !== first) ?? "";
      await browser.goTo(second);
      await untilState(browser, "ready");
      assert.equal((await storage(browser)).session.join(), "the-sites-own", "it is a copy");
      for (const tab of [first, second, first, second]) {
        await browser.goTo(tab);
        await tell(browser, "track", "search", { destination: "bali" });
        await flush(browser);
      }
      await visitPages(browser, [at(CITY_PAGES[0] ?? "/")]);
      const { counts } = (await exported(browser)).knowledge;
      assert.deepEqual([counts.searches, counts.page_views], [4, 3]);
    },
  ),
];
