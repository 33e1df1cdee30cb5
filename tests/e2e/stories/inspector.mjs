/** The inspector: what a developer sees of Escale, where the site allows it, and that looking changes nothing. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ESCALE } from "../../browser/compile.mjs";
import { picture } from "../out.mjs";
import { CITY_PAGES, CITY_QUOTE, flush, visitPages, slot, storage, untilState } from "../steps.mjs";
import { story } from "../story.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

/**
 * A part of the panel as text, once it says what is looked for, and something else than before.
 * @param {Browser} browser @param {string} part @param {string} wanted @param {string} [before]
 */
const panel = (browser, part, wanted, before = "") =>
  browser.until(
    `the inspector's ${part} to say ${wanted}${before && ", and another thing than before"}`,
    (/** @type {string} */ name, /** @type {string} */ text, /** @type {string} */ last) => {
      const current = /** @type {HTMLElement | null | undefined} */ (
        document.querySelector("escale-inspector")?.shadowRoot?.querySelector(`.${name}`)
      )?.innerText;
      return current?.includes(text) && current !== last ? current : undefined;
    },
    part,
    wanted,
    before,
  );

/** Sets a control of the panel, by its label. @param {Browser} browser @param {string} label @param {string} value */
const choose = (browser, label, value) =>
  browser.run(
    (/** @type {string} */ text, /** @type {string} */ wanted) => {
      const labels = Array.from(
        document.querySelector("escale-inspector")?.shadowRoot?.querySelectorAll("label") ?? [],
      );
      const control = /** @type {HTMLSelectElement} */ (
        labels.find((one) => one.textContent.startsWith(text))?.querySelector("select")
      );
      control.value = wanted;
      control.dispatchEvent(new Event("change"));
    },
    label,
    value,
  );

/** Runs `escale check` on a story. @param {string} config @param {string} text */
async function check(config, text) {
  const folder = await mkdtemp(join(tmpdir(), "escale-stories-"));
  try {
    await writeFile(join(folder, "copied.json"), text);
    const checked = promisify(execFile)(ESCALE, ["check", config, "--stories", folder]);
    return await checked.then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const inspectorStories = [
  story(
    "the inspector decides as if, and copies a decision as a story that comes true again",
    async ({ enter, at, world }) => {
      const browser = await enter();
      await visitPages(browser, [...CITY_PAGES, CITY_QUOTE].map(at));
      await browser.open(at("/?escale=inspect"));
      await untilState(browser, "ready");
      const { offer } = await slot(browser);
      const before = await panel(browser, "decisions", `home-hero: ${offer}`);
      await browser.run(() =>
        /** @type {HTMLElement} */ (
          document.querySelector("escale-inspector")?.shadowRoot?.querySelector(".decisions button")
        ).click(),
      );
      const copied = await browser.until(
        "the story",
        () =>
          document.querySelector("escale-inspector")?.shadowRoot?.querySelector("textarea")?.value,
      );
      assert.match(await check(world.config, copied), /1 passed, 0 failed/);
      const wrong = JSON.stringify({ ...JSON.parse(copied), replica: "", remote: "" });
      assert.match(
        await check(world.config, wrong),
        /0 passed, 1 failed/,
        "the profile makes it come true",
      );
      await choose(browser, "who agreed to", "page");
      await panel(browser, "decisions", "home-hero: the page's own content");
      await choose(browser, "who agreed to", "refused");
      await panel(browser, "decisions", "home-hero: nothing chosen yet");
      await choose(browser, "who agreed to", "");
      await panel(browser, "decisions", `home-hero: ${offer}`);
      await choose(browser, "of the persona", "city-couple");
      await panel(browser, "decisions", "home-hero: ", before);
      assert.equal((await slot(browser)).offer, offer, "the page shows what it did");
    },
  ),

  story(
    "the inspector shows every candidate, why, what is known and what happened, and changes nothing",
    async ({ enter, engine, at }) => {
      const browser = await enter();
      await visitPages(browser, [...CITY_PAGES, CITY_QUOTE].map(at));
      await browser.open(at("/?escale=inspect"));
      await untilState(browser, "ready");
      const { offer } = await slot(browser);
      const decisions = await panel(browser, "decisions", `home-hero: ${offer}`);
      assert.match(decisions, /chosen · probability/);
      assert.match(decisions, /trip\.city \+\d/);
      assert.match(await panel(browser, "knowledge", "city"), /affinity/);
      assert.match(
        await panel(browser, "knowledge", "Pressure"),
        /wants to hear: unsaid · seasons/,
      );
      const stateText = await panel(browser, "state", "has version");
      for (const part of [
        /address \/\?escale=inspect/,
        /personalise, keep, sync/,
        /version \d+ · \d+ bytes/,
        /0 failures/,
      ])
        assert.match(stateText, part);
      await browser.screenshot(picture(engine, "inspector"));
      await browser.run(() => {
        const date = /** @type {HTMLInputElement} */ (
          document.querySelector("escale-inspector")?.shadowRoot?.querySelector("input[type=date]")
        );
        date.value = "2035-01-15";
        date.dispatchEvent(new Event("change"));
      });
      await panel(browser, "decisions", "home-hero: ", decisions);
      await browser.run(() => /** @type {any} */ (window).escale("track", "download", {}));
      await panel(browser, "log", "download");
      assert.equal((await slot(browser)).offer, offer);
      await flush(browser);
    },
  ),

  story(
    "before consent the inspector asks nothing, and where the site does not allow it there is none",
    async ({ visit, gate, at }) => {
      const browser = await visit();
      await browser.open(at("/?escale=inspect"));
      await panel(browser, "state", "nothing is read, stored or sent");
      const { databases, local } = await storage(browser);
      assert.deepEqual([databases, local, gate.asked("/v1/")], [[], [], []]);
      gate.rewrite = (html) => html.replace(' data-inspect="on"', "");
      await browser.open(at("/?escale=inspect"));
      await untilState(browser, "pending");
      assert.equal(await browser.run(() => document.querySelector("escale-inspector")), null);
      assert.equal(gate.asked("/escale/inspector.js").length, 1);
    },
  ),
];
