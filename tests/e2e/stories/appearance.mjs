/** Escale's block and dialogs under the style sheets of sites: they fit, are centred, and have no barrier. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { barriers } from "../barriers.mjs";
import { picture } from "../out.mjs";
import { tell } from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

const require = createRequire(import.meta.url);
/** Reads a style sheet of a package. @param {string} path */
const sheet = (path) => readFile(require.resolve(path), "utf8");

/** Style sheets by name. Tailwind's functions take their fallbacks. @type {Record<string, () => Promise<string>>} */
const SHEETS = {
  none: () => Promise.resolve(""),
  dark: () => Promise.resolve(":root{color-scheme:dark}body{font-family:serif}"),
  reset: () =>
    Promise.resolve(
      "*{margin:0;padding:0;border:0;font:inherit;vertical-align:baseline}ul{list-style:none}",
    ),
  tailwind3: async () =>
    (await sheet("tailwindcss3/src/css/preflight.css")).replace(
      /theme\('[^']+', ([^;]+)\);/g,
      "$1;",
    ),
  tailwind4: async () => `@layer base{${await sheet("tailwindcss/preflight.css")}}`,
  // A driver does not wait for smooth scrolling.
  bootstrap: async () =>
    `${await sheet("bootstrap/dist/css/bootstrap.css")} :root{scroll-behavior:auto!important}`,
};
const WIDTHS = [390, 768, 1280];

/** Returns the sides of the block, of its image and of the page. @param {Browser} browser */
const measure = (browser) =>
  browser.run(() => {
    const block = document.querySelector("escale-offer[placement=home-hero] section.escale-offer");
    const rect = (/** @type {Element | null | undefined} */ element) => {
      const { left, right, height } = /** @type {Element} */ (element).getBoundingClientRect();
      return { left, right, height };
    };
    const { scrollWidth, clientWidth } = document.documentElement;
    return {
      page: clientWidth,
      isScrolled: scrollWidth > clientWidth,
      block: rect(block),
      image: rect(block?.querySelector("img")),
      why: rect(block?.querySelector(".escale-why")),
      title: block?.querySelector(".escale-title")?.localName,
    };
  });

/** Asserts that an open dialog is centred and inside of the window. @param {Browser} browser @param {string} name */
async function assertCentred(browser, name) {
  const found = await browser.until(
    `${name} to be open`,
    (/** @type {string} */ css) => {
      const dialog = document.querySelector(`dialog.${css}[open]`);
      const inside = dialog?.querySelector("div")?.shadowRoot?.querySelector(".inside");
      if (!dialog || !inside || inside.querySelectorAll("button").length < 3) return undefined;
      const { left, right, top, bottom } = dialog.getBoundingClientRect();
      const { paddingLeft } = getComputedStyle(inside);
      const { clientWidth, clientHeight } = document.documentElement;
      return {
        x: Math.round(left - (clientWidth - right)),
        y: Math.round(top - (clientHeight - bottom)),
        left,
        top,
        padding: parseFloat(paddingLeft),
      };
    },
    name,
  );
  // A classic scroll bar belongs to the window, not to the page.
  assert.ok(Math.abs(found.x) <= 17, `${name} is centred: ${JSON.stringify(found)}`);
  assert.ok(Math.abs(found.y) <= 17, `${name} is centred: ${JSON.stringify(found)}`);
  assert.ok(found.left >= 0 && found.top >= 0 && found.padding >= 16, JSON.stringify(found));
}

/** @param {string} name */
const appearanceUnder = (name) =>
  story(
    `block and dialogs fit and are centred under ${name}`,
    async ({ engine, visit, gate, at }) => {
      const css = await /** @type {() => Promise<string>} */ (SHEETS[name])();
      gate.answers.set("/css/site.css", { status: 200, type: "text/css", body: css });
      const browser = await visit();
      await becomeCityLover(browser, at);
      for (const width of WIDTHS) {
        await browser.resize(width, 900);
        const { page, isScrolled, block, image, why, title } = await measure(browser);
        assert.equal(isScrolled && image.right > page, false, `${width}: ${JSON.stringify(image)}`);
        assert.ok(image.left >= block.left && image.right <= block.right, String(width));
        assert.ok(why.height >= 24, `${why.height}`);
        assert.equal(title, "h3");
        await browser.run(() =>
          document.querySelector("escale-offer[placement=home-hero]")?.scrollIntoView(),
        );
        await browser.screenshot(picture(engine, `appearance-${name}-${width}`));
        await browser.run(() =>
          /** @type {HTMLElement} */ (
            document.querySelector("escale-offer[placement=home-hero] .escale-why")
          ).click(),
        );
        await assertCentred(browser, "escale-why-panel");
        await browser.screenshot(picture(engine, `appearance-${name}-${width}-why`));
        if (width === 390)
          assert.deepEqual(
            (await barriers(browser)).filter((/** @type {string} */ line) =>
              line.includes("escale"),
            ),
            [],
          );
        await browser.click("dialog.escale-why-panel > div >>> .escale-why-close");
        await tell(browser, "centre");
        await assertCentred(browser, "escale-centre");
        await browser.screenshot(picture(engine, `appearance-${name}-${width}-centre`));
        await browser.click("dialog.escale-centre > div >>> .escale-centre-close");
      }
    },
  );

export const appearanceStories = Object.keys(SHEETS).map(appearanceUnder);
