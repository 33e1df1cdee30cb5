/**
 * Session: the client while consent allows it. In: commands of the site. Out: choices in the slots
 * from the stored profile; then the recorder, which records and stores. Never: an error in the
 * page. After any failure the page's own content stays.
 */
import { dispose, extend, Runtime } from "../engine/runtime-binding.js";
import { Chooser } from "../engine/chooser.js";
import { EMPTY, type EngineInputs } from "../engine/inputs.js";
import type { SessionContext, End, RecorderHandle } from "../recorder/session-types.js";
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

/** Answers a command without a session. */
export const handle = (options: Options, command: Command): Promise<void> =>
  import("./deferred.js")
    .then((later) => later.runWithoutSession(options, command))
    .catch((error: unknown) => answerWithoutResult(command, error));

/** State of the page after each end. The next assertion of consent may start again. */
const STATES: Readonly<Record<End, State>> = {
  kept: "ready",
  gone: "denied",
  changed: "pending",
  newer: "memory",
  erased: "pending",
  trap: "off",
};
/** A smaller difference is the time of a request, not a wrong clock. */
const SKEW_MIN_MS = 5_000;

/**
 * Starts a session: loads the engine, reads the store, fills the slots, then starts the recorder.
 */
export async function start(from: Start): Promise<Client> {
  const { runtime, config } = await openRuntime(from.files);
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
  /** Time of earlier choices, while the session takes them over. 0: now. */
  atMs = 0;
  #recorder: RecorderHandle | undefined;
  #loading: Promise<RecorderHandle> | undefined;
  readonly #abort = new AbortController();

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
      isActive: () => this.#isActive(),
      chooser: this.chooser,
      report: (name, choice) => this.run(["track", name, choice]),
      explain: (slot, choice, language) => this.run(["why", slot, choice, language]),
    });
  }

  async begin(): Promise<void> {
    const { options, purposes, deadlineAt } = this.from;
    const { signal } = this.#abort;
    const seen = purposes.keep ? await readForDecision(options, purposes.sync) : undefined;
    if (!this.#isActive()) return;
    if (seen) this.mode = seen.visitor?.paused ? "paused" : "ready";
    this.known.isPaused = this.mode === "paused";
    const isPlain = !this.runtime.asksForPage() && (!seen || this.#loadStored(seen));
    if (!isPlain) await this.#ensureRecorder().catch(() => undefined);
    if (!this.#isActive()) return;
    // Earlier choices are made again as of their time, so that nothing visible changes.
    if (document.querySelector("[data-escale-at]"))
      this.atMs = await (await import("../slots/filled.js")).takeOver(this);
    await this.slots.open(deadlineAt);
    this.atMs = 0;
    if (!this.#isActive()) return;
    // The page may be left while the recorder loads, and return from the back-forward cache.
    addEventListener("pageshow", () => void this.#ensureRecorder().catch(() => undefined), {
      signal,
    });
    // Without a recorder, offers are still chosen, from the profile of earlier pages.
    this.recording = this.#ensureRecorder().then(
      () => this.mode,
      () => (this.mode = "memory"),
    );
  }

  beforeChoice(): void {
    this.slots.follower?.beforeMount();
  }

  nowMs(): number {
    const { skewMs } = this.known;
    return this.atMs || Date.now() + (Math.abs(skewMs) < SKEW_MIN_MS ? 0 : skewMs);
  }

  withEngine<T>(work: (engine: Runtime) => T): T | undefined {
    const engine = Runtime.open(this.known.config);
    if (!engine) return undefined;
    const result = work(engine);
    dispose(engine);
    return result;
  }

  get isExtended(): boolean {
    return this.#recorder !== undefined;
  }

  run(command: Command): void {
    if (!this.#isActive()) return;
    this.guard(() => {
      if (runImmediately(this, command)) return;
      return this.#recorder
        ? this.#recorder.run(command)
        : this.#ensureRecorder().then(
            (recorder) => recorder.run(command),
            () => handle(this.from.options, command),
          );
    });
  }

  stop(): void {
    if (this.#abort.signal.aborted) return;
    this.#abort.abort();
    this.#recorder?.close();
    this.slots.close();
  }

  erase(): Promise<void> {
    this.ended("erased");
    return handle(this.from.options, ["profile.forget"]);
  }

  /** Runs work without an error in the page. After a trap the engine is not called again. */
  guard(work: () => unknown): void {
    try {
      const done = work();
      if (done instanceof Promise) done.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  ended(end: End): void {
    if (this.#abort.signal.aborted) return;
    const state = STATES[end];
    if (state === "memory") this.mode = "memory";
    else this.stop();
    this.from.report(state);
  }

  #isActive(): boolean {
    return !this.#abort.signal.aborted && this.from.isCurrent();
  }

  #failed(error: unknown): void {
    if (isTrap(error)) this.ended("trap");
    else if (this.#isActive()) console.error("escale", error);
  }

  /** Loads a stored profile into the engine. Returns `false` if only the recorder can read it. */
  #loadStored({ visitor, state, syncState, needsRecorder }: StoredForDecision): boolean {
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

  /** Loads the recorder, once. */
  #ensureRecorder(): Promise<RecorderHandle> {
    this.#loading ??= this.#loadRecorder().catch((error: unknown) => {
      this.#loading = undefined;
      if (isTrap(error)) this.ended("trap");
      else console.warn("escale: this page is not counted", error);
      throw error;
    });
    return this.#loading;
  }

  async #loadRecorder(): Promise<RecorderHandle> {
    const recorder = await (await import("./deferred.js")).record(this);
    if (!this.#isActive()) recorder.close();
    this.#recorder = recorder;
    return recorder;
  }
}
