/** What Escale costs a page while it loads, and pages that are loaded before anybody looks: in Chromium, which can be asked. */
import assert from "node:assert/strict";
import { CITY_PAGES, arriveAndAccept, exported, flush, lookAt, slot, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */

const SLOWER = 4;
const TASK_MAX_MS = 50;
/** Another program on this machine may hold a page up; that it does so each time is not likely. */
const LOADS = 50;
/** And not for longer: the story has a limit of its own. */
const WITHIN_MS = 150_000;

/** Every task over 50 ms, from the page's beginning. */
const WATCH = `
  window.longTasks = [];
  new PerformanceObserver((list) => list.getEntries().forEach(({ startTime, duration }) => window.longTasks.push({ startTime, duration }))).observe({ type: "longtask", buffered: true });
`;

/** Asks Chromium itself. @param {Browser} browser @param {string} cmd @param {object} params */
const ask = (browser, cmd, params) => browser.send("POST", "/goog/cdp/execute", { cmd, params });

/** Escale has come to rest on a page, and shows an offer. @param {Browser} browser @param {string} address */
async function withOffer(browser, address) {
  await lookAt(browser, [address]);
  assert.equal((await slot(browser)).state, "offer", "it chose");
  await flush(browser);
}

/** The longest task of the page that is open; 0: none over 50 ms. @param {Browser} browser @returns {Promise<number>} */
async function longestTask(browser) {
  return browser.run(() => Math.max(0, .../** @type {any} */ (window).longTasks.map((/** @type {any} */ { duration }) => duration)));
}

export const loadingStories = [
  story("no task over 50 ms while a page loads, on a machine four times slower", async ({ visit, gate, at }) => {
    gate.prelude = WATCH;
    const browser = await visit();
    await becomeCityLover(browser, at);
    await ask(browser, "Emulation.setCPUThrottlingRate", { rate: SLOWER });
    const [longest, until] = [/** @type {number[]} */ ([]), Date.now() + WITHIN_MS];
    while (longest.length < LOADS && Date.now() < until && longest.at(-1) !== 0) {
      await withOffer(browser, at("/"));
      longest.push(await longestTask(browser));
    }
    console.log(`       longest tasks: ${longest.map((ms) => (ms === 0 ? `under ${TASK_MAX_MS}` : Math.round(ms))).join(", ")} ms`);
    if (longest.at(-1) === 0) return;
    // Where the page without Escale has such a task each time, the machine cannot tell.
    gate.answers.set("/escale/", { status: 404 });
    const bare = /** @type {number[]} */ ([]);
    while (bare.length < LOADS / 5 && bare.at(-1) !== 0) {
      await browser.open(at("/"));
      bare.push(await longestTask(browser));
    }
    console.log(`       without Escale: ${bare.map(Math.round).join(", ")} ms`);
    assert.notEqual(bare.at(-1), 0, "the page alone has no such task");
  }),

  story("f17_a page that Chromium prerenders is recorded once somebody looks at it", async ({ visit, gate, at }) => {
    const rules = `<script type="speculationrules">${JSON.stringify({ prerender: [{ urls: ["/ski/"], eagerness: "immediate" }] })}</script>`;
    const browser = await visit();
    await arriveAndAccept(browser, at("/"));
    await flush(browser);
    gate.policy = (policy) => policy.replace(/script-src [^;]*/, "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'");
    gate.rewrite = (html) => html.replace("</body>", `${rules}<a id="prerendered" href="/ski/">Ski</a></body>`);
    await lookAt(browser, [at(CITY_PAGES[0] ?? "/")]);
    // Its scripts run, and wait.
    while (!gate.asked("/ski/").length || gate.asked("/escale/client.js").length < 1) await browser.run(() => undefined);
    await flush(browser);
    assert.equal((await exported(browser)).knowledge.counts.page_views, 2, "nobody has seen it yet");
    await browser.run(() => /** @type {HTMLElement} */ (document.getElementById("prerendered")).click());
    await browser.until("the prerendered page", () => location.pathname === "/ski/");
    await untilState(browser, "ready");
    const activated = await browser.run(() => /** @type {any} */ (performance.getEntriesByType("navigation")[0]).activationStart);
    assert.ok(activated > 0, "it was prerendered");
    await flush(browser);
    assert.equal((await exported(browser)).knowledge.counts.page_views, 3);
  }),
];
