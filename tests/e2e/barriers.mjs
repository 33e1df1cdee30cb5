/** What stands in the way of someone: a page goes in, what axe finds wrong with it comes out. Must never change the page. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A line a finding. @param {import("../browser/driver/browser.mjs").Browser} browser @returns {Promise<string[]>} */
export async function barriers(browser) {
  await browser.send("POST", "/execute/sync", { script: AXE, args: [] });
  return browser.runAsync(async () => {
    const { violations } = await /** @type {any} */ (window).axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] });
    return violations.flatMap((/** @type {any} */ { id, nodes }) => nodes.map((/** @type {any} */ { target }) => `${id}: ${target.join(" ")}`));
  });
}
