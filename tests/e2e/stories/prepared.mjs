/** Offers in the first frame: slots that are filled from decisions of the page before, while the engine is not there yet. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { flush, visitPages, slot, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

const KEY = "escale:demo=prepared";
const HOUR_MS = 3_600_000;
const STUB =
  "<script>window.escale=window.escale||function(){(escale.q=escale.q||[]).push(arguments)}</script>";
const INLINE = new URL("../../../pkg/inline.js", import.meta.url);

/**
 * Notes the record that the page begins with. It then holds for an hour more, so that a slow machine changes no result.
 * Runs before the page's scripts.
 */
const NOTE_RECORD = `
  window.record = JSON.parse(localStorage.getItem("${KEY}") ?? "null");
  if (window.record) {
    window.record.untilMs += ${HOUR_MS};
    localStorage.setItem("${KEY}", JSON.stringify(window.record));
  }`;

/** Notes each state of the hero slot: its offer, and whether it still waits for the engine. Runs before the page's scripts. */
const NOTE_HERO = `
  window.states = [];
  new MutationObserver(() => {
    const { escaleOffer = "", escaleState, escaleAt } =
      document.querySelector("escale-offer[placement=home-hero]")?.dataset ?? {};
    const state = escaleState && escaleOffer + (escaleAt ? " prepared" : " taken over");
    if (state && state !== window.states.at(-1)) window.states.push(state);
  }).observe(document, { subtree: true, attributes: true, childList: true });`;

/**
 * Becomes a visitor with tastes, until the next page is prepared.
 * @param {import("../story.mjs").Scene} scene
 */
async function prepare({ visit, gate, at }) {
  const browser = await visit();
  await becomeCityLover(browser, at);
  await flush(browser);
  gate.prelude = NOTE_RECORD + NOTE_HERO;
  const record = await browser.until(
    "the record of prepared decisions",
    (/** @type {string} */ key) => JSON.parse(localStorage.getItem(key) ?? "null"),
    KEY,
  );
  return { browser, record };
}

/** Offer of the record that the page began with. @param {Browser} browser @returns {Promise<string>} */
const preparedOffer = (browser) =>
  browser.run(() => /** @type {any} */ (window).record.first["home-hero"].offers[0]);

/** State of the hero slot, as it is shown. @param {Browser} browser */
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

/** Runs a command, until it is answered. @param {Browser} browser @param {string} name */
const command = (browser, name) =>
  browser.runAsync(
    (/** @type {string} */ command) =>
      new Promise((done) => /** @type {any} */ (window).escale(command, () => done(true))),
    name,
  );

/** @param {Browser} browser */
const isErased = (browser) =>
  browser.until(
    "the record to be erased",
    (/** @type {string} */ key) => localStorage.getItem(key) === null,
    KEY,
  );

export const preparedStories = [
  story(
    "a prepared offer is shown before the engine, which takes it over unchanged",
    async (scene) => {
      const { browser } = await prepare(scene);
      await visitPages(browser, [scene.at("/?next")]);
      const offer = await preparedOffer(browser);
      assert.deepEqual(await browser.run(() => /** @type {any} */ (window).states), [
        `${offer} prepared`,
        `${offer} taken over`,
      ]);
      assert.equal((await hero(browser)).blocks, 1);
      await browser.until("the impression", isViewed, offer);
    },
  ),

  story("the inline form shows a prepared offer without any file of Escale", async (scene) => {
    const { gate, at } = scene;
    const inline = await readFile(INLINE, "utf8");
    const { browser } = await prepare(scene);
    const hash = createHash("sha256").update(inline).digest("base64");
    gate.policy = (policy) => policy.replace("script-src", `script-src 'sha256-${hash}'`);
    gate.rewrite = (html) => {
      assert.ok(html.includes(STUB));
      return html
        .replace(" data-config=", ` data-deadline-ms="${gate.deadlineMs}" data-config=`)
        .replace(STUB, () => `<script data-site="demo">${inline}</script>`);
    };
    gate.answers.set("/escale/", { status: 404 });
    await browser.open(at("/?next"));
    const shown = await hero(browser);
    const offer = await preparedOffer(browser);
    assert.ok(shown.at, "the engine has not been there");
    assert.deepEqual(shown, { ...shown, state: "offer", offer, blocks: 1 });
    gate.answers.delete("/escale/");
    await visitPages(browser, [at("/?again")]);
    assert.deepEqual(await hero(browser), { ...shown, at: "" });
  }),

  story("a prepared offer goes with the consent, and so does the record", async (scene) => {
    const { gate, at } = scene;
    const { browser } = await prepare(scene);
    gate.answers.set("/escale/client.js", { status: 404 });
    await browser.open(at("/?next"));
    assert.equal((await hero(browser)).state, "offer");
    await browser.run(() => /** @type {any} */ (window).escale("consent", "denied"));
    const { text, ...shown } = await hero(browser);
    assert.deepEqual(shown, { state: "default", offer: "", at: "", blocks: 0 });
    assert.match(text, /où faire escale/);
    gate.answers.delete("/escale/client.js");
    await visitPages(browser, [at("/?again")]);
    await browser.run(() => /** @type {any} */ (window).escale("consent", "denied"));
    await untilState(browser, "denied");
    await isErased(browser);
  }),

  story("a pause and an expired record prepare nothing", async (scene) => {
    const { gate, at } = scene;
    const { browser, record } = await prepare(scene);
    gate.prelude = "";
    await command(browser, "profile.pause");
    await untilState(browser, "paused");
    await isErased(browser);
    await command(browser, "profile.resume");
    await untilState(browser, "ready");
    await browser.run(
      (/** @type {string} */ key, /** @type {any} */ stale) =>
        localStorage.setItem(key, JSON.stringify(stale)),
      KEY,
      { ...record, untilMs: record.fromMs },
    );
    await visitPages(browser, [at("/?next")]);
    assert.equal((await slot(browser)).state, "offer", "the engine chose");
  }),
];
