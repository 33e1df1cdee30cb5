/** Every callback is called once, with an answer, whatever becomes of the command. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { EscaleError } from "../base/error.js";
import type { Recorder } from "../recorder/recorder.js";
import { runRecorded } from "./run.js";

/** A visit in which everything that a word may need fails, with the same words. */
const failing = (cause: Error): Recorder => {
  const fails = (): never => {
    throw cause;
  };
  const rejects = (): Promise<never> => Promise.reject(cause);
  const session = {
    known: { isPaused: false },
    listeners: new Map(),
    nowMs: fails,
    guard: fails,
    ended: fails,
    chooser: { inputs: fails },
    runtime: { question: fails },
    from: { options: { site: "demo", config: "/escale.bin" } },
  };
  return {
    session,
    isDebugged: false,
    flush: rejects,
    pause: rejects,
    reset: rejects,
    reloadEngine: fails,
  } as unknown as Recorder;
};

const ASKS = [
  "explain",
  "question",
  "flush",
  "profile.get",
  "profile.export",
  "centre",
  "nonsense",
];
const DOES = ["reset", "profile.pause", "profile.resume", "profile.forget"];

test("a word that fails answers all the same, and says what failed where it was to do something", async () => {
  mock.method(console, "warn", () => undefined);
  for (const [cause, code] of [
    [new TypeError("no such file"), "unavailable"],
    [new Error("the disk is full"), "failed"],
  ] as const) {
    for (const name of [...ASKS, ...DOES]) {
      const answer = mock.fn();
      await runRecorded(failing(cause), [name, answer]).catch(() => undefined);
      assert.equal(answer.mock.callCount(), 1, name);
      const result: unknown = answer.mock.calls[0]?.arguments[0];
      if (ASKS.includes(name)) assert.equal(result, undefined, name);
      else
        assert.deepEqual(
          [result instanceof EscaleError, (result as EscaleError).code],
          [true, code],
          name,
        );
    }
  }
  mock.restoreAll();
});

test("during a pause, what is asked about choices has no answer; what is about the profile goes on", async () => {
  const recorder = failing(new Error("not asked"));
  recorder.session.known.isPaused = true;
  Object.assign(recorder, { pause: () => Promise.resolve(true) });
  for (const [name, isHeard] of [
    ["question", false],
    ["choose", false],
    ["profile.resume", true],
  ] as const) {
    const answer = mock.fn();
    await runRecorded(recorder, [name, answer]).catch(() => undefined);
    assert.deepEqual(
      [answer.mock.callCount(), answer.mock.calls[0]?.arguments[0]],
      [1, undefined],
      `${name}, heard: ${String(isHeard)}`,
    );
  }
});
