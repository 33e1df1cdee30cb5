/**
 * The client: what runs once consent allows. Comes in: the site's commands. Goes out: choices in the slots, made of
 * what is known; then the recorder is brought, which counts and keeps. Must never throw into the page: whatever
 * fails, the page's own content stays.
 */
import { extend, type Runtime } from "../engine/runtime-binding.js";
import { Chooser } from "../engine/chooser.js";
import { EMPTY, type EngineInputs } from "../engine/inputs.js";
import type { SessionContext, End, RecorderHandle } from "../recorder/session-types.js";
import type { OfferElement } from "../slots/element.js";
import { openRuntime } from "./runtime.js";
import { readForDecision, type StoredForDecision } from "./read-for-decision.js";
import { visitorHash } from "../base/hash.js";
import { answerWithoutResult } from "../commands/no-result.js";
import { newVisitor } from "../storage/records.js";
import { Slots } from "../slots/slots.js";
import { isTrap } from "../base/trap.js";
import type { Client, Command, Start } from "../base/client-types.js";
import type { Mode, Options, State } from "../base/types.js";
import { runImmediately } from "./immediate-commands.js";

/** Does of a command what needs no recorder, and answers it in any case. */
export const handle = (options: Options, command: Command): Promise<void> =>
  import("./deferred.js")
    .then((later) => later.runWithoutSession(options, command))
    .catch((error: unknown) => answerWithoutResult(command, error));

/** What an end means for the page; the site's next assertion of consent may begin anew. */
const STATES: Readonly<Record<End, State>> = {
  kept: "ready",
  gone: "denied",
  changed: "pending",
  newer: "memory",
  erased: "pending",
  trap: "off",
};
/** Less than this is the way to the server and back, not a wrong clock. */
const SKEW_MIN_MS = 5_000;

/** Begins: brings the engine, looks into the store, fills the slots; then the recorder comes. */
export async function start(from: Start): Promise<Client> {
  const { runtime, config } = await openRuntime(from.options);
  if (!from.isCurrent()) throw new Error("no longer wanted");
  const session = new Session(from, runtime, config);
  try {
    await session.begin();
  } catch (error) {
    session.stop();
    throw error;
  }
  return session;
}

class Session implements Client, SessionContext {
  readonly extend = extend;
  readonly newcomer = newVisitor(Date.now());
  readonly known: EngineInputs;
  readonly chooser: Chooser;
  readonly slots: Slots;
  readonly listeners = new Map<string, Set<(detail: unknown) => void>>();
  mode: Mode = "memory";
  recording: Promise<Mode> = Promise.resolve(this.mode);
  /** When the site's server chose, while its choices are taken over. */
  #atMs = 0;
  #recorder: RecorderHandle | undefined;
  #coming: Promise<RecorderHandle> | undefined;
  readonly #over = new AbortController();

  constructor(
    readonly from: Start,
    readonly runtime: Runtime,
    config: Uint8Array,
  ) {
    const visitor = visitorHash(this.newcomer.secret);
    this.known = {
      config,
      visitor,
      state: EMPTY,
      remote: EMPTY,
      page: { explicit: "", url: "", tokens: "" },
      skewMs: 0,
      isPaused: false,
    };
    runtime.setVisitor(...visitor);
    this.chooser = new Chooser(runtime, this.known, () => this.nowMs());
    this.slots = new Slots({
      guard: (work) => this.guard(work),
      isActive: () => this.#wanted(),
      chooser: this.chooser,
      report: (name, choice) => this.run(["track", name, choice]),
      explain: (slot, choice, language) => this.run(["why", slot, choice, language]),
    });
  }

  async begin(): Promise<void> {
    const { options, purposes, deadlineAt } = this.from;
    const { signal } = this.#over;
    const seen = purposes.keep ? await readForDecision(options, purposes.sync) : undefined;
    if (!this.#wanted()) return;
    if (seen) this.mode = seen.visitor?.paused ? "paused" : "ready";
    this.known.isPaused = this.mode === "paused";
    const isPlain = !this.runtime.asksForPage() && (!seen || this.#loadIntoEngine(seen));
    if (!isPlain) await this.#record().catch(() => undefined);
    if (!this.#wanted()) return;
    // What the site's server has chosen is chosen as of then: nothing changes before the visitor's eyes.
    if (document.querySelector("[data-escale-at]"))
      this.#atMs = await (await import("../slots/server-rendered.js")).takeOver();
    await this.slots.open(this.#atMs ? Infinity : deadlineAt);
    this.#atMs = 0;
    if (!this.#wanted()) return;
    // Left while the recorder was on its way, and back from the back-forward cache.
    addEventListener("pageshow", () => void this.#record().catch(() => undefined), { signal });
    // Where it cannot be had, offers are chosen all the same: of what earlier pages learned.
    this.recording = this.#record().then(
      () => this.mode,
      () => (this.mode = "memory"),
    );
  }

  nowMs(): number {
    const { skewMs } = this.known;
    return this.#atMs || Date.now() + (Math.abs(skewMs) < SKEW_MIN_MS ? 0 : skewMs);
  }

  run(command: Command): void {
    if (!this.#wanted()) return;
    this.guard(() => {
      if (runImmediately(this, command)) return;
      return this.#recorder
        ? this.#recorder.run(command)
        : this.#record().then(
            (recorder) => recorder.run(command),
            () => handle(this.from.options, command),
          );
    });
  }

  stop(): void {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    this.#recorder?.close();
    this.slots.close();
  }

  again(slot?: OfferElement): void {
    if (!this.#wanted()) return;
    if (slot) this.slots.again(slot);
    else {
      this.slots.close();
      void this.slots.open();
    }
  }

  erase(): Promise<void> {
    this.ended("erased");
    return handle(this.from.options, ["profile.forget"]);
  }

  /** A trap leaves the engine in an unknown state: nothing more is asked of it. */
  guard(work: () => unknown): void {
    try {
      const done = work();
      if (done instanceof Promise) done.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  ended(end: End): void {
    if (this.#over.signal.aborted) return;
    const state = STATES[end];
    if (state === "memory") this.mode = "memory";
    else this.stop();
    this.from.report(state);
  }

  #wanted(): boolean {
    return !this.#over.signal.aborted && this.from.isCurrent();
  }

  #failed(error: unknown): void {
    if (isTrap(error)) this.ended("trap");
    else if (this.#wanted()) console.error("escale", error);
  }

  /** Gives the engine what was seen; whether it could read it. */
  #loadIntoEngine({ visitor, state, syncState, needsRecorder }: StoredForDecision): boolean {
    if (needsRecorder || this.runtime.load(state) !== 0) return false;
    const { known } = this;
    Object.assign(known, {
      state,
      skewMs: syncState.skewMs,
      visitor: visitor ? visitorHash(visitor.secret) : known.visitor,
    });
    this.runtime.setVisitor(...known.visitor);
    return true;
  }

  /** Brings the recorder, once. */
  #record(): Promise<RecorderHandle> {
    this.#coming ??= this.#bringRecorder().catch((error: unknown) => {
      this.#coming = undefined;
      if (isTrap(error)) this.ended("trap");
      else console.warn("escale: this page is not counted", error);
      throw error;
    });
    return this.#coming;
  }

  async #bringRecorder(): Promise<RecorderHandle> {
    const recorder = await (await import("./deferred.js")).record(this);
    if (!this.#wanted()) recorder.close();
    this.#recorder = recorder;
    return recorder;
  }
}
