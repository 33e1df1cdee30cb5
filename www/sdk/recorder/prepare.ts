/**
 * Decisions for the next page. In: the profile of this page, its slots. Out: a record in `localStorage` from which the
 * next page fills its slots before the engine is there. An event makes the record void at once; a new one follows when
 * the page is idle, or left. Never: a record without consent to keep, or during a pause.
 */
import { nextTask } from "../base/task.js";
import type { Runtime } from "../engine/runtime-binding.js";
import { BLOCK_PAINT } from "../slots/block-paint.js";
import { BLOCK_LAYOUT } from "../slots/block-style.js";
import { styleOf } from "../slots/element.js";
import {
  preparedKey,
  RECORD_FORM,
  type Layout,
  type PreparedRecord,
} from "../slots/prepared-record.js";
import { toBase64url } from "../storage/codec.js";
import { dropBuffer, readText, writeText } from "../storage/unload-buffer.js";
import { asLayouts, branches, pageLayout, pageLanguage, withLayout } from "./layouts.js";
import { decideSteps, stableMinutes, render } from "./prepared-steps.js";
import type { SessionContext } from "./session-types.js";

const MINUTE_MS = 60_000;

/** Prepares the next page of one document. */
export class Preparer {
  #layouts: readonly Layout[];
  #isDue = true;
  #isClosed = false;
  readonly #key: string;

  constructor(private readonly session: SessionContext) {
    this.#key = preparedKey(session.from.options.site);
    this.#layouts = asLayouts(readText(this.#key));
  }

  /** Drops the record: the profile has changed. */
  invalidate(): void {
    if (!this.#isClosed) dropBuffer(this.#key);
    this.#isDue = true;
  }

  /** Drops the record, and writes another. */
  renew(): void {
    this.invalidate();
    this.schedule();
  }

  /** Writes another record in a new task, if the profile has changed since the last one. */
  schedule(): void {
    void nextTask().then(() => this.session.guard(() => this.flush()));
  }

  /** Writes another record now, if the profile has changed since the last one. */
  flush(): void {
    if (!this.#isDue || this.#isClosed) return;
    this.#isDue = false;
    const record = this.#decide();
    if (record) writeText(this.#key, JSON.stringify(record));
    else dropBuffer(this.#key);
  }

  /** Writes no other record. The last one stays for the next page. */
  close(): void {
    this.#isClosed = true;
  }

  #decide(): PreparedRecord | undefined {
    const { known, runtime, from } = this.session;
    const longest = Number(from.options.preparedMinutes ?? 240);
    // A condition asks about the page, which is not known yet.
    if (known.isPaused || runtime.asksForPage() || !(longest > 0)) return undefined;
    return this.session.withEngine((engine) => {
      engine.setVisitor(...known.visitor);
      engine.loadWith(known.state, known.remote);
      return this.#record(engine, longest);
    });
  }

  #record(engine: Runtime, longest: number): PreparedRecord {
    const { session } = this;
    const { known } = session;
    this.#layouts = withLayout(this.#layouts, pageLayout(engine));
    const tree = branches(this.#layouts);
    const atMs = session.nowMs();
    const steps = decideSteps(engine, tree, atMs);
    const fromMs = Date.now();
    const language = pageLanguage();
    return {
      form: RECORD_FORM,
      atMs,
      fromMs,
      untilMs: fromMs + stableMinutes(engine, tree, atMs, longest) * MINUTE_MS,
      language,
      style: styleOf() + BLOCK_LAYOUT + BLOCK_PAINT,
      config: engine.configVersion(),
      visitor: known.visitor,
      state: toBase64url(known.state),
      remote: toBase64url(known.remote),
      layouts: this.#layouts,
      ...render(engine, steps, { atMs, language }),
    };
  }
}
