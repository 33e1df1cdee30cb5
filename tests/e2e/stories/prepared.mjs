/** Offers in the first frame: slots that are filled from decisions of the page before, while the engine is not there yet. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { flush, lookAt, slot, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

const KEY = "escale:demo=prepared";
const STUB =
  "<script>window.escale=window.escale||function(){(escale.q=escale.q||[]).push(arguments)}</script>";
const INLINE = new URL("../../../pkg/inline.js", import.meta.url);

/** Record of prepared decisions, once it is written. @param {Browser} browser */
const record = (browser) =>
  browser.until(
    "the record of prepared decisions",
    (/** @type {string} */ key) => JSON.parse(localStorage.getItem(key) ?? "null"),
    KEY,
  );

/** What the hero slot shows, as the visitor sees it. @param {Browser} browser */
const hero = (browser) =>
  browser.run(() => {
    const element = /** @type {HTMLElement} */ (
      document.querySelector("escale-offer[placement=home-hero]")
    );
    const { escaleState: state = "", escaleOffer: offer = "", escaleAt: at = "" } = element.dataset;
    const blocks = element.querySelectorAll("section.escale-offer").length;
    return { state, offer, at, blocks, text: element.innerText };
  });

/** Returns `true` once the hero's impression of an offer is recorded. @param {string} offer */
function isViewed(offer) {
  const page = /** @type {any} */ (window);
  page.escale("profile.export", (/** @type {any} */ profile) => (page.exportedProfile = profile));
  return page.exportedProfile?.knowledge.decisions.some(
    (/** @type {any} */ { placement, viewed, ...kept }) =>
      placement === "home-hero" && viewed && kept.offer === offer,
  );
}

/** Makes requests under a path wait. Returns the function that lets them go. @param {import("../gate.mjs").Gate} gate @param {string} path */
function hold(gate, path) {
  let release = () => {};
  gate.held.set(path, new Promise((resolve) => (release = () => resolve(undefined))));
  return release;
}

/** Opens the home page while the engine waits, until its hero shows the prepared offer. @param {Browser} browser @param {string} home */
async function openWithoutEngine(browser, home) {
  // Not `open`, which waits for the load event: a module that is being loaded delays it in some browsers.
  await browser.run((/** @type {string} */ address) => location.assign(address), home);
  await browser.until("a filled slot", () =>
    document.querySelector("escale-offer[placement=home-hero][data-escale-at]"),
  );
}

export const preparedStories = [
  story(
    "a prepared offer is shown without the engine, which then takes it over unchanged",
    async ({ visit, gate, at }) => {
      const browser = await visit();
      await becomeCityLover(browser, at);
      await flush(browser);
      const { first, atMs } = await record(browser);
      const release = hold(gate, "/escale/client.js");
      await openWithoutEngine(browser, at("/?next"));
      const shown = await hero(browser);
      assert.deepEqual(
        { state: shown.state, offer: shown.offer, at: shown.at, blocks: shown.blocks },
        { state: "offer", offer: first["home-hero"].offers[0], at: `${atMs}`, blocks: 1 },
      );
      release();
      await untilState(browser, "ready");
      const after = await hero(browser);
      assert.deepEqual({ ...after, at: shown.at }, shown, "nothing visible changed");
      assert.equal(after.at, "", "the engine has taken it over");
      await browser.until("the impression", isViewed, shown.offer);
    },
  ),

  story(
    "the inline form shows a prepared offer without any file of Escale",
    async ({ visit, gate, at }) => {
      const inline = await readFile(INLINE, "utf8");
      const browser = await visit();
      await becomeCityLover(browser, at);
      await flush(browser);
      const { first } = await record(browser);
      const hash = createHash("sha256").update(inline).digest("base64");
      gate.policy = (policy) => policy.replace("script-src", `script-src 'sha256-${hash}'`);
      gate.rewrite = (html) => {
        assert.ok(html.includes(STUB));
        return html.replace(STUB, () => `<script data-site="demo">${inline}</script>`);
      };
      gate.answers.set("/escale/", { status: 404 });
      await openWithoutEngine(browser, at("/?next"));
      const shown = await hero(browser);
      assert.deepEqual(
        { offer: shown.offer, blocks: shown.blocks },
        { offer: first["home-hero"].offers[0], blocks: 1 },
      );
      gate.answers.delete("/escale/");
      await lookAt(browser, [at("/?again")]);
      const after = await hero(browser);
      assert.deepEqual(
        { offer: after.offer, blocks: after.blocks, at: after.at },
        { offer: shown.offer, blocks: 1, at: "" },
      );
    },
  ),

  story(
    "a prepared offer goes with the consent, and so does the record",
    async ({ visit, gate, at }) => {
      const browser = await visit();
      await becomeCityLover(browser, at);
      await flush(browser);
      await record(browser);
      const release = hold(gate, "/escale/client.js");
      await openWithoutEngine(browser, at("/?next"));
      await browser.run(() => /** @type {any} */ (window).escale("consent", "denied"));
      const { state, offer, blocks, text } = await hero(browser);
      assert.deepEqual({ state, offer, blocks }, { state: "default", offer: "", blocks: 0 });
      assert.match(text, /où faire escale/);
      release();
      await untilState(browser, "denied");
      await browser.until(
        "the record to be erased",
        (/** @type {string} */ key) => localStorage.getItem(key) === null,
        KEY,
      );
    },
  ),

  story("a pause, a new visitor and an expired record prepare nothing", async ({ visit, at }) => {
    const browser = await visit();
    await becomeCityLover(browser, at);
    await flush(browser);
    const prepared = await record(browser);
    await browser.runAsync(
      () =>
        new Promise((done) =>
          /** @type {any} */ (window).escale("profile.pause", () => done(true)),
        ),
    );
    await untilState(browser, "paused");
    assert.equal(
      await browser.run((/** @type {string} */ key) => localStorage.getItem(key), KEY),
      null,
    );
    await browser.runAsync(
      () =>
        new Promise((done) =>
          /** @type {any} */ (window).escale("profile.resume", () => done(true)),
        ),
    );
    await untilState(browser, "ready");
    await record(browser);
    await browser.run(
      (/** @type {string} */ key, /** @type {any} */ stale) =>
        localStorage.setItem(key, JSON.stringify(stale)),
      KEY,
      { ...prepared, untilMs: prepared.fromMs },
    );
    await lookAt(browser, [at("/?next")]);
    assert.equal((await slot(browser)).state, "offer", "the engine chose");
  }),
];
