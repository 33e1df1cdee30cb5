/** The visitor's centre: what Escale thinks of them in words, and that it does what they want done about it. */
import assert from "node:assert/strict";
import { KEYS } from "../../browser/driver/browser.mjs";
import { barriers } from "../barriers.mjs";
import { picture } from "../out.mjs";
import {
  CITY_PAGES,
  arriveAndAccept,
  exported,
  flush,
  heldByServer,
  kept,
  visitPages,
  slot,
  storage,
  tell,
  untilState,
} from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";
import { isAbout } from "./taste.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

const PRIVACY = "/vie-privee.html";

/** Opens the centre on the privacy page, as a person does, and waits until it tells something. @param {Browser} browser @param {string} page @param {string} part */
async function openCentre(browser, page, part = "likes") {
  await browser.open(page);
  await untilState(browser, "ready", "paused", "memory");
  await browser.click("#centre");
  return textOf(browser, `.escale-centre-${part}`);
}

/**
 * Waits for a text in a part of the centre.
 * @param {Browser} browser
 * @param {string} css
 * @param {string} [wanted]
 */
const textOf = (browser, css, wanted = "") =>
  browser.until(
    `${css} to say ${wanted}`,
    (/** @type {string} */ selector, /** @type {string} */ text) => {
      const found = /** @type {HTMLElement | null} */ (
        document
          .querySelector("dialog.escale-centre[open] > div")
          ?.shadowRoot?.querySelector(selector)
      )?.innerText;
      return found?.includes(text) ? found : undefined;
    },
    css,
    wanted,
  );

/**
 * Calls a command of Escale and returns the argument of its callback.
 * @param {Browser} browser
 * @param {...unknown} command
 */
const ask = (browser, ...command) =>
  browser.runAsync(
    (/** @type {unknown[]} */ ...args) =>
      new Promise((done) =>
        /** @type {any} */ (window).escale(...args, (/** @type {any} */ answer) => {
          // Firefox shows a driver's script only the standard's part of an error.
          const own = answer?.wrappedJSObject ?? answer;
          done(own?.name === "EscaleError" ? { code: own.code, hint: own.hint } : answer);
        }),
      ),
    ...command,
  );

/** Follows the footer's link by the keyboard: the demo's own strip lies over it. @param {Browser} browser */
async function followLink(browser) {
  await browser.find("[data-escale-open=centre]");
  await browser.run(() =>
    /** @type {HTMLElement} */ (document.querySelector("[data-escale-open=centre]")).focus(),
  );
  await browser.press(KEYS.enter);
}

/** Tabs through the open dialog: where the focus was at each step. @param {Browser} browser @param {number} steps */
async function tabThrough(browser, steps) {
  const places = [];
  for (let step = 0; step < steps; step += 1) {
    await browser.press(KEYS.tab);
    places.push(
      await browser.run(() => {
        const outer = document.activeElement;
        const focused = outer?.shadowRoot?.activeElement ?? outer;
        // Between the last control and the first the browser's own may have it: the page then has none.
        if (focused === null || focused === document.body || focused === document.documentElement)
          return "browser";
        return outer?.closest("dialog.escale-centre")
          ? (/** @type {HTMLElement} */ (focused).dataset["key"] ?? focused.className)
          : `outside: ${focused.outerHTML.slice(0, 80)}`;
      }),
    );
  }
  return places;
}

/** The city lover's button against city trips. */
/** Selector of the dialog's contents. */
const IN_CENTRE = "dialog.escale-centre > div >>> ";
const NOT_CITY = 'dialog.escale-centre > div >>> .escale-centre-deny[data-key="topic trip.city"]';

export const centreStories = [
  story(
    "the centre tells what is known in words, without a barrier, and what is struck out counts against",
    async ({ engine, visit, at }) => {
      const browser = await visit();
      const before = await becomeCityLover(browser, at);
      assert.ok(isAbout(before.offer, "trip.city"), `${before.offer} is about city trips`);
      const likes = await openCentre(browser, at(PRIVACY));
      assert.match(likes, /les escapades en ville[\s\S]*(presque|assez) sûrs/);
      assert.match(await textOf(browser, ".escale-centre-trips"), /devis|préparation|envie/);
      assert.deepEqual(await barriers(browser), []);
      await browser.screenshot(picture(engine, "centre"));
      await browser.click(NOT_CITY);
      assert.match(
        await textOf(browser, ".escale-centre-denied", "les escapades en ville"),
        /dit par vous/,
      );
      assert.doesNotMatch(await textOf(browser, ".escale-centre-likes"), /les escapades en ville/);
      await textOf(browser, ".escale-centre-status", "noté");
      assert.deepEqual(await barriers(browser), []);
      await browser.screenshot(picture(engine, "centre-struck-out"));
      await visitPages(browser, [at("/")]);
      const after = await slot(browser);
      assert.ok(!isAbout(after.offer, "trip.city"), `${after.offer} is not about city trips`);
      await openCentre(browser, at(PRIVACY), "denied");
      await browser.click(`${IN_CENTRE}.escale-centre-allow`);
      await textOf(browser, ".escale-centre-status", "noté");
      assert.deepEqual((await exported(browser)).knowledge.denied, []);
    },
  ),

  story(
    "the centre tells declared facts with source and date, and can be taken back; how often is a choice",
    async ({ visit, at }) => {
      const browser = await visit();
      await arriveAndAccept(browser, at("/?lang=en"));
      await tell(browser, "declare", { fact: "party", value: "family" });
      await flush(browser);
      await openCentre(browser, at(`${PRIVACY}?lang=en`), "declared");
      assert.match(
        await textOf(browser, ".escale-centre-declared"),
        /travelling as a family\s*noted by you · \w+ \d+, \d{4}/,
      );
      await browser.click(`${IN_CENTRE}.escale-centre-remove`);
      await textOf(browser, ".escale-centre-declared", "Nothing so far.");
      await browser.click(`${IN_CENTRE}[data-key="often monthly"]`);
      await textOf(browser, ".escale-centre-status", "Saved");
      const { knowledge } = await exported(browser);
      assert.equal(knowledge.frequency, "monthly");
      assert.deepEqual(
        knowledge.declared.map((/** @type {any} */ { value }) => value),
        [null],
      );
      assert.deepEqual(await barriers(browser), []);
    },
  ),

  story(
    "the centre can be used with the keyboard alone, keeps the focus and gives it back",
    async ({ visit, at }) => {
      const browser = await visit();
      await becomeCityLover(browser, at);
      await browser.open(at(PRIVACY));
      await untilState(browser, "ready");
      await browser.run(() => document.getElementById("centre")?.focus());
      await browser.press(KEYS.enter);
      await textOf(browser, ".escale-centre-likes");
      await browser.run(() =>
        /** @type {HTMLElement} */ (
          document
            .querySelector("dialog.escale-centre > div")
            ?.shadowRoot?.querySelector('[data-key="topic trip.city"]')
        ).focus(),
      );
      await browser.press(KEYS.enter);
      await textOf(browser, ".escale-centre-denied");
      const focused = await browser.run(
        () =>
          /** @type {HTMLElement} */ (document.activeElement?.shadowRoot?.activeElement).dataset[
            "key"
          ],
      );
      assert.equal(
        focused,
        "topic trip.city",
        "the focus is where it was: the topic can be put back",
      );
      const places = await tabThrough(browser, 30);
      while (places.at(-1) === "browser") places.push(...(await tabThrough(browser, 1)));
      assert.deepEqual(
        places.filter((place) => place.startsWith("outside")),
        [],
      );
      for (const key of ["topic trip.city", "pause", "export", "import", "erase"])
        assert.ok(places.includes(key), `${key} is reached: ${places.join(", ")}`);
      await browser.press(KEYS.escape);
      await browser.until(
        "the centre to be closed",
        () => document.querySelector("dialog.escale-centre") === null,
      );
      assert.equal(await browser.run(() => document.activeElement?.id), "centre");
    },
  ),

  story(
    "the centre's pause: nothing is recorded, sent or chosen, over reloads and in other tabs; resumed, all is as before",
    async ({ engine, visit, gate, at }) => {
      const browser = await visit();
      await becomeCityLover(browser, at);
      const [first = ""] = await browser.tabs();
      const other = await browser.newTab();
      await visitPages(browser, [at("/")]);
      assert.equal((await slot(browser)).state, "offer");
      await browser.goTo(first);
      await openCentre(browser, at(PRIVACY));
      await browser.click(`${IN_CENTRE}.escale-centre-pause`);
      await textOf(browser, ".escale-centre-paused", "En pause");
      await browser.screenshot(picture(engine, "centre-paused"));
      assert.deepEqual(await barriers(browser), []);
      await browser.goTo(other);
      await untilState(browser, "paused");
      assert.deepEqual(await slot(browser).then(({ state, reason }) => ({ state, reason })), {
        state: "default",
        reason: "paused",
      });
      await browser.goTo(first);
      const before = await exported(browser);
      await browser.goTo(other);
      const asked = gate.asked("/v1/sync").length;
      for (const path of [...CITY_PAGES, "/"]) {
        await browser.open(at(path));
        await untilState(browser, "paused");
      }
      await tell(browser, "track", "search", { destination: "bali" });
      assert.equal((await slot(browser)).reason, "paused");
      assert.equal((await ask(browser, "choose", "home-hero")).reason, "paused");
      await flush(browser);
      const after = await exported(browser);
      assert.deepEqual(
        [after.replica, after.knowledge.counts],
        [before.replica, before.knowledge.counts],
      );
      assert.equal(gate.asked("/v1/sync").length, asked, "nothing is sent");
      await ask(browser, "profile.resume");
      await untilState(browser, "ready");
      assert.equal((await slot(browser)).state, "offer");
      await browser.goTo(first);
      await untilState(browser, "ready");
    },
  ),

  story(
    "the centre's export comes back in another browser, as another replica, once",
    async ({ enter, visit, gate, at }) => {
      const home = await visit();
      await becomeCityLover(home, at);
      const file = JSON.stringify(await exported(home));
      assert.equal((await ask(home, "profile.import", file)).code, "already_here", "its own");

      const office = await enter();
      const own = (await exported(office)).replica;
      assert.equal((await ask(office, "profile.import", "{}")).code, "bad_file");
      assert.equal(await ask(office, "profile.import", file), null);
      const shown = await slot(office);
      assert.ok(
        isAbout(shown.offer, "trip.city"),
        `${shown.offer} is chosen at once, of what was brought`,
      );
      const again = await ask(office, "profile.import", file);
      assert.equal(again.code, "already_here");
      assert.match(again.hint, /Nothing is to be done/);
      const both = await exported(office);
      assert.equal(both.replica, own, "the own replica is as it was");
      assert.equal(both.knowledge.counts.quote_starts, 1);
      await flush(office);
      const { body } = await heldByServer(gate.origin, (await kept(office))["visitor"].secret);
      assert.equal(body.replicas.length, 2, "its own, and the one that was brought");
      await visitPages(office, [at("/")]);
      await flush(office);
      assert.equal(
        (await exported(office)).knowledge.counts.quote_starts,
        1,
        "also once the server has sent it back",
      );
    },
  ),

  story(
    "without consent the centre has nothing to show, and the link leads to the page that says so",
    async ({ visit, gate, at }) => {
      const browser = await visit();
      await browser.open(at(PRIVACY));
      await untilState(browser, "pending");
      await browser.click("#consent-refuse");
      await untilState(browser, "denied");
      await browser.click("#centre");
      await browser.until("an answer", () =>
        document.getElementById("done")?.textContent?.includes("Rien n’est gardé"),
      );
      await browser.open(at("/"));
      await untilState(browser, "denied");
      await followLink(browser);
      await browser.until(
        "the privacy page",
        (/** @type {string} */ page) => location.pathname === page,
        PRIVACY,
      );
      assert.deepEqual(gate.asked("/escale/centre.js"), []);
    },
  ),

  story("erased in the centre, nothing is left", async ({ visit, gate, at }) => {
    const browser = await visit();
    await becomeCityLover(browser, at);
    await flush(browser);
    const { secret } = (await kept(browser))["visitor"];
    await followLink(browser);
    await textOf(browser, ".escale-centre-likes");
    await browser.click(`${IN_CENTRE}.escale-centre-erase`);
    await browser.click(`${IN_CENTRE}.escale-centre-erase-no`);
    await browser.click(`${IN_CENTRE}.escale-centre-erase`);
    await browser.click(`${IN_CENTRE}.escale-centre-erase-yes`);
    await textOf(browser, ".escale-centre-status", "effacé");
    assert.deepEqual(await kept(browser), {});
    assert.equal((await heldByServer(gate.origin, secret)).body.replicas?.length ?? 0, 0);
    assert.deepEqual((await storage(browser)).local, ["voyages-consent"]);
  }),
];
