/**
 * A story of the demo: a name and what happens go in; a gate of its own, and a look at what went wrong in the pages, are added.
 * Must never let an error in a page pass because the story did not look for it.
 */
import assert from "node:assert/strict";
import { Gate } from "./gate.mjs";

/**
 * @typedef {import("../browser/runner.mjs").Stage & { gate: Gate, at: (path: string) => string }} Scene
 *
 * @param {string} name
 * @param {(scene: Scene) => Promise<void>} run
 * @returns {import("../browser/runner.mjs").Story}
 */
export function story(name, run) {
  return {
    name,
    run: async (stage) => {
      const gate = new Gate(stage.world.origin);
      await gate.open();
      try {
        await run({ ...stage, gate, at: (path) => gate.origin + path });
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
