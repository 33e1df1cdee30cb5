/**
 * A story of the demo: a name and its steps go in. A gate of its own and a check for errors in the
 * pages are added.
 * Must never let an error in a page pass because the story did not look for it.
 */
import assert from "node:assert/strict";
import { Gate } from "./gate.mjs";
import { arriveAndAccept } from "./steps.mjs";

/**
 * @typedef {object} Page
 * @property {Gate} gate
 * @property {(path: string) => string} at the address of a path
 * @property {() => Promise<import("../browser/driver/browser.mjs").Browser>} enter lends the browser of a new visitor, who
 *   agreed to everything on the home page
 *
 * @typedef {import("../browser/runner.mjs").Stage & Page} Scene
 *
 * @typedef {object} StoryOptions
 * @property {string[]} [tags] the numbers of docs/reliability.md and docs/privacy.md that it shows
 * @property {boolean} [isAlone] it measures time: no other story may run beside it
 *
 * @param {string} name
 * @param {StoryOptions | ((scene: Scene) => Promise<void>)} options may be left out
 * @param {(scene: Scene) => Promise<void>} [body]
 * @returns {import("../browser/runner.mjs").Story}
 */
export function story(name, options, body) {
  const [settings, run] =
    typeof options === "function"
      ? [{}, options]
      : [options, /** @type {NonNullable<typeof body>} */ (body)];
  return {
    name,
    ...settings,
    run: async (stage) => {
      const gate = new Gate(stage.world.origin);
      await gate.open();
      try {
        await run({
          ...stage,
          gate,
          at: (path) => gate.origin + path,
          enter: async () => {
            const browser = await stage.visit();
            await arriveAndAccept(browser, `${gate.origin}/`);
            return browser;
          },
        });
      } catch (error) {
        if (gate.reports.length === 0) throw error;
        throw new Error(
          `${/** @type {Error} */ (error).message}; the pages reported ${JSON.stringify(gate.reports, null, 2)}`,
          { cause: error },
        );
      } finally {
        await gate.close();
      }
      const wrong = gate.reports.filter(({ kind }) => kind !== "console" && kind !== gate.expected);
      assert.deepEqual(wrong, [], "errors in the pages");
    },
  };
}
