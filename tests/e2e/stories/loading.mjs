/** Cost of Escale while a page loads, and prerendered pages. Runs in Chromium, which can trace. */
import assert from "node:assert/strict";
import { CITY_PAGES, exported, flush, visitPages, slot, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { TRACED, loadsOf } from "../tasks.mjs";
import { becomeCityLover } from "./block.mjs";

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */
/** @typedef {import("../tasks.mjs").Task} Task */

/** The machine of a visitor, against the one that the story runs on. */
const SLOWER = 4;
const TASK_MAX_MS = 50;
/** Limit for Escale's part of that. On a slow machine tasks are longer than the work in them. */
const OWN_MAX_MS = 30;
/** Limit for the longest task with Escale, as a multiple of the longest task without it. */
const NOT_MUCH = 1.5;
/**
 * Number of loads of each kind. The second lowest figure counts, since garbage collection may fall
 * into any task. Other programs on the same core also slow a thread down.
 */
const LOADS = 7;

/** The work of the longest task, on the visitor's machine. @param {Task[]} tasks */
const longest = (tasks) =>
  SLOWER * Math.max(...tasks.filter(({ isFrame }) => !isFrame).map(({ threadMs }) => threadMs));

/** Tasks from Escale's arrival on. @param {Task[]} tasks */
function sinceArrival(tasks) {
  const first = tasks.findIndex(({ modules }) =>
    modules.some((address) => address.includes("/escale/client.js")),
  );
  assert.notEqual(first, -1, "Escale came");
  return tasks.slice(first);
}

/** @param {number[]} figures */
const secondLowest = (figures) => figures.toSorted((a, b) => a - b)[1] ?? NaN;

/** @param {string} what @param {number[]} figures */
function tell(what, figures) {
  console.log(`       ${what}: ${figures.map(Math.round).join(", ")} ms`);
  return secondLowest(figures);
}

export const loadingStories = [
  story(
    "no task over 50 ms while a page loads, on a machine four times slower",
    { isAlone: true },
    async ({ newVisitor, gate, at }) => {
      const browser = await newVisitor().open(TRACED);
      await becomeCityLover(browser, at);
      // One by one, so that whatever else the machine does befalls both kinds.
      for (let load = 0; load < LOADS; load += 1) {
        gate.answers.delete("/escale/");
        await visitPages(browser, [at("/?with")]);
        assert.equal((await slot(browser)).state, "offer", "it chose");
        await flush(browser);
        gate.answers.set("/escale/", { status: 404 });
        await browser.open(at("/?bare"));
      }
      // Behind the last one, so that it is traced to its end.
      await browser.open(at("/?end"));
      const loads = await loadsOf(browser);
      const [shown, bare] = ["/?with", "/?bare"].map((path) =>
        loads.filter(({ address }) => address === at(path)).map(({ tasks }) => tasks),
      );
      assert.deepEqual([shown?.length, bare?.length], [LOADS, LOADS], "every load was traced");
      const own = tell(
        "longest task since Escale arrived",
        (shown ?? []).map(sinceArrival).map(longest),
      );
      const all = tell("longest task of the load", (shown ?? []).map(longest));
      const alone = tell("longest task without Escale", (bare ?? []).map(longest));
      assert.ok(own < OWN_MAX_MS, `Escale holds the page up for ${own} ms`);
      // Where the page alone has such a task, Escale must not be what makes it.
      assert.ok(
        all < Math.max(TASK_MAX_MS, alone * NOT_MUCH),
        `a task takes ${all} ms, and ${alone} ms without Escale`,
      );
    },
  ),

  story(
    "a page that Chromium prerenders is recorded once somebody looks at it",
    { tags: ["f17"] },
    async ({ enter, gate, at }) => {
      const rules = `<script type="speculationrules">${JSON.stringify({ prerender: [{ urls: ["/ski/"], eagerness: "immediate" }] })}</script>`;
      const browser = await enter();
      await flush(browser);
      gate.policy = (policy) =>
        policy.replace(/script-src [^;]*/, "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'");
      gate.rewrite = (html) =>
        html.replace("</body>", `${rules}<a id="prerendered" href="/ski/">Ski</a></body>`);
      await visitPages(browser, [at(CITY_PAGES[0] ?? "/")]);
      // Its scripts run, and wait.
      while (!gate.asked("/ski/").length || gate.asked("/escale/client.js").length < 1)
        await browser.run(() => undefined);
      await flush(browser);
      assert.equal(
        (await exported(browser)).knowledge.counts.page_views,
        2,
        "nobody has seen it yet",
      );
      await browser.run(() =>
        /** @type {HTMLElement} */ (document.getElementById("prerendered")).click(),
      );
      await browser.until("the prerendered page", () => location.pathname === "/ski/");
      await untilState(browser, "ready");
      const activated = await browser.run(
        () => /** @type {any} */ (performance.getEntriesByType("navigation")[0]).activationStart,
      );
      assert.ok(activated > 0, "it was prerendered");
      await flush(browser);
      assert.equal((await exported(browser)).knowledge.counts.page_views, 3);
    },
  ),
];
