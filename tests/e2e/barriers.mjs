/**
 * Barriers for people, as axe finds them: a page goes in, a line a finding comes out. Must never be told what to overlook.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds wrong on the page, a line a finding. @param {import("../browser/driver/browser.mjs").Browser} browser */
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
