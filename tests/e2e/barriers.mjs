/**
 * Accessibility violations, as axe finds them: a page goes in, a line per finding comes out.
 * Must never exclude a part of a page.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Returns axe's findings on the page, a line each.
 * @param {import("../browser/driver/browser.mjs").Browser} browser
 */
export async function barriers(browser) {
  await browser.send("POST", "/execute/sync", { script: AXE, args: [] });
  return browser.runAsync(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    });
    return violations.flatMap((/** @type {any} */ { id, nodes }) =>
      nodes.map((/** @type {any} */ { target }) => `${id}: ${target.join(" ")}`),
    );
  });
}
