/** The failure catalogue, storage and clock: each story has its number as a tag; see docs/reliability.md. */
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
} from "../steps.mjs";
import { story } from "../story.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

/** Every write of the site's stores fails for want of room while `isFull` holds. */
const FULL = (/** @type {boolean} */ fromTheStart) => `
  window.isFull = ${fromTheStart};
  const full = () => new DOMException("no room", "QuotaExceededError");
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...args) { if (window.isFull) throw full(); return put.apply(this, args); };
  const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (key, value) { if (window.isFull && key.startsWith("escale")) throw full(); return setItem.call(this, key, value); };
`;

/** A clock that can be moved: by \`?clock=ms\`, or by the page's \`clockMs\`. */
const CLOCK = `
  window.clockMs = Number(new URLSearchParams(location.search).get("clock")) || 0;
  const now = Date.now.bind(Date);
  Date.now = () => now() + window.clockMs;
`;

/** Changes what Escale's database holds under a key, from outside of Escale. @param {Browser} browser @param {string} key @param {Function} change */
const tamper = (browser, key, change) =>
  browser.runAsync(
    async (/** @type {string} */ name, /** @type {string} */ body) => {
      const ask = (/** @type {IDBRequest} */ request) =>
        new Promise((resolve, reject) =>
          Object.assign(request, {
            onsuccess: () => resolve(request.result),
            onerror: () => reject(new Error("failed")),
          }),
        );
      const database = /** @type {IDBDatabase} */ (await ask(indexedDB.open("escale:demo")));
      const rows = database.transaction("records", "readwrite").objectStore("records");
      const found = /** @type {any} */ (await ask(rows.get(name)));
      if (body === "delete") await ask(rows.delete(name));
      else {
        if (body === "flip") found.bytes[found.bytes.length >> 1] ^= 4;
        if (body === "cut") found.bytes = found.bytes.slice(0, 9);
        if (body === "newer") found.bytes[0] = 250;
        if (body === "nonsense") found.bytes = { length: 7 };
        await ask(rows.put(found, name));
      }
      const bytes = Array.from(found?.bytes ?? []);
      database.close();
      return bytes;
    },
    key,
    change.name,
  );

const flip = () => {};
const cut = () => {};
const newer = () => {};
const nonsense = () => {};
const erase = Object.defineProperty(() => {}, "name", { value: "delete" });

export const storageCatalogue = [
  story(
    "no room at the start: it works from memory, and the site's own keys are untouched",
    { tags: ["f03"] },
    async ({ visit, gate, at }) => {
      gate.prelude = FULL(true);
      const browser = await visit();
      await browser.open(at("/"));
      await untilState(browser, "pending");
      await browser.run(() => localStorage.setItem("the-sites-own", "stays"));
      await browser.click("#consent-accept");
      await untilState(browser, "memory");
      assert.deepEqual((await storage(browser)).local, ["the-sites-own", "voyages-consent"]);
    },
  ),

  story(
    "room runs out in mid-session: nothing is thrown, and what waited is kept once there is room",
    { tags: ["f04"] },
    async ({ enter, gate, at }) => {
      gate.prelude = FULL(false);
      const browser = await enter();
      await browser.run(() => void Object.assign(window, { isFull: true }));
      for (let count = 0; count < 5; count += 1)
        await tell(browser, "track", "search", { destination: "bali" });
      await flush(browser);
      await browser.run(() => void Object.assign(window, { isFull: false }));
      await tell(browser, "track", "search", { destination: "porto" });
      await flush(browser);
      await visitPages(browser, [at("/")]);
      assert.equal((await exported(browser)).knowledge.counts.searches, 6);
    },
  ),

  ...[flip, cut, nonsense].map((damage) =>
    story(
      `a stored profile that is damaged (${damage.name}) is put aside, and an empty one begins`,
      { tags: ["f06"] },
      async ({ enter, gate, at }) => {
        // The server would tell what it holds of the lost one.
        gate.answers.set("/v1/sync", { status: 503 });
        const browser = await enter();
        await visitPages(browser, CITY_PAGES.map(at));
        await flush(browser);
        await tamper(browser, "replica", damage);
        await visitPages(browser, [at("/ski/")]);
        await flush(browser);
        const { quarantine } = await kept(browser);
        assert.ok(quarantine, "what could not be read is kept aside");
        // What is no record at all, a document that is still there replaces by what it knows.
        if (damage !== nonsense)
          assert.ok((await exported(browser)).knowledge.counts.page_views <= 2, "it began anew");
        await visitPages(browser, [at("/")]);
      },
    ),
  ),

  story(
    "a profile of a later release is left alone, and the page goes on without",
    { tags: ["f07"] },
    async ({ enter, at }) => {
      const browser = await enter();
      await flush(browser);
      const before = await tamper(browser, "replica", newer);
      await browser.open(at("/city-trips/"));
      await untilState(browser, "memory");
      await tell(browser, "track", "search", { destination: "bali" });
      await flush(browser);
      assert.deepEqual(await tamper(browser, "replica", newer), before, "byte for byte");
    },
  ),

  story(
    "a key deleted in mid-session is rebuilt, but never after a withdrawal",
    { tags: ["f09"] },
    async ({ enter, at }) => {
      const browser = await enter();
      await visitPages(browser, CITY_PAGES.map(at));
      await flush(browser);
      await tamper(browser, "replica", erase);
      await tell(browser, "track", "search", { destination: "bali" });
      await flush(browser);
      const { counts } = (await exported(browser)).knowledge;
      assert.deepEqual([counts.page_views, counts.searches], [1 + CITY_PAGES.length, 1]);
      await tamper(browser, "visitor", erase);
      await tell(browser, "track", "search", { destination: "bali" });
      await untilState(browser, "denied");
    },
  ),

  story(
    "storage that the browser purged is no consent, begins again without an error, and makes nobody new",
    { tags: ["f11"] },
    async ({ enter, at, engine }) => {
      const browser = await enter();
      // Browsers purge what no page has open: where Escale runs, it would keep the rest of its visit again.
      await browser.open(at("/css/site.css"));
      await browser.runAsync(async () => {
        localStorage.clear();
        await new Promise((resolve) =>
          Object.assign(indexedDB.deleteDatabase("escale:demo"), {
            onsuccess: resolve,
            onblocked: resolve,
          }),
        );
      });
      await browser.open(at("/"));
      await untilState(browser, "pending");
      assert.equal((await slot(browser)).state, "default");
      await browser.click("#consent-accept");
      await untilState(browser, "ready");
      const { counts, stage } = (await exported(browser)).knowledge;
      assert.deepEqual(
        [counts.page_views, stage],
        [1, engine === "webkit" ? "unknown" : "visitor"],
      );
    },
  ),

  story(
    "a clock a year back, and one in 1970: nothing is negative, no number, or thrown",
    { tags: ["f37"] },
    async ({ enter, gate, at }) => {
      gate.prelude = CLOCK;
      const browser = await enter();
      await visitPages(browser, CITY_PAGES.map(at));
      for (const clock of [-365 * 86_400_000, -Date.now() + 1_000, 0]) {
        await browser.open(at(`/city-trips/?clock=${clock}`));
        await untilState(browser, "ready");
        await flush(browser);
        const numbers =
          JSON.stringify((await exported(browser)).knowledge).match(
            /-?\d+(?:\.\d+)?(?:e[+-]\d+)?|null/g,
          ) ?? [];
        assert.deepEqual(
          numbers.filter((text) => Number(text) < 0),
          [],
        );
      }
      assert.ok(
        (await exported(browser)).knowledge.counts.page_views >= 4,
        "nothing was lost by it",
      );
    },
  ),

  story(
    "a machine that slept: a visit ends by the time that passed, not by timers",
    { tags: ["f40"] },
    async ({ enter, gate }) => {
      gate.prelude = CLOCK;
      const browser = await enter();
      await browser.run(() => void Object.assign(window, { clockMs: 10 * 60_000 }));
      await tell(browser, "track", "search", { destination: "bali" });
      assert.equal(
        (await exported(browser)).knowledge.counts.visits,
        1,
        "ten minutes are the same visit",
      );
      await browser.run(() => void Object.assign(window, { clockMs: 9 * 3_600_000 }));
      await tell(browser, "track", "search", { destination: "bali" });
      assert.equal((await exported(browser)).knowledge.counts.visits, 2, "a night is another");
    },
  ),
];
