/**
 * Queue of this document's events on their way into the store. In: event bytes, in order. Out:
 * commits, one at a time. At unload, events that are not committed go to the unload buffer, which
 * the next start reads. An event counts once, even if the tab is killed. Never: a write after a
 * withdrawal.
 */
import { newId, packQueued, unpackQueued, type QueuedEvents } from "./codec.js";
import { sameBytes, type Batch } from "./records.js";
import type { CommitOutcome } from "./store-types.js";
import type { Store } from "./profile-store.js";
import { isTrap } from "../base/trap.js";

/**
 * Unload buffer: one `localStorage` key per document. It never throws: without storage it is empty.
 */
export interface UnloadBuffer {
  names(prefix: string): string[];
  read(key: string): Uint8Array | undefined;
  write(key: string, bytes: Uint8Array): boolean;
  drop(key: string): void;
}

const IDLE_MAX_MS = 12 * 3_600_000;
const PENDING_MAX = 1_024;

/**
 * Reads the unload buffers at a start. Those of this visitor become batches; all are deleted after
 * the commit.
 */
export function readUnloaded(
  buffer: UnloadBuffer,
  prefix: string,
  tag: string,
): { batches: Batch[]; drop: () => void } {
  const found = buffer
    .names(prefix)
    .map((key) => ({ key, bytes: buffer.read(key) ?? new Uint8Array() }));
  const mine = found.filter(({ key }) => key.startsWith(`${prefix}${tag}:`));
  const batches = mine.map(({ key, bytes }) => ({
    document: key.slice(key.lastIndexOf(":") + 1),
    entries: unpackQueued(bytes),
  }));
  const drop = (): void => {
    for (const { key, bytes } of found) {
      // A live document may have written more meanwhile: its own commit, or the next start, handles
      // that.
      if (sameBytes(buffer.read(key) ?? new Uint8Array(), bytes)) buffer.drop(key);
    }
  };
  return { batches, drop };
}

export class EventQueue {
  /** Count of events that were discarded because storage had no room. */
  dropped = 0;
  #document = newId();
  #seq = 0;
  #pending: QueuedEvents[] = [];
  #queued: Promise<CommitOutcome> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #bufferKey: string | undefined;
  #touchedMs: number;
  #closed = false;

  constructor(
    private readonly store: Store,
    private readonly buffer: UnloadBuffer,
    private readonly page: {
      readonly prefix: string;
      nowMs(): number;
      ended(outcome: CommitOutcome | "trap"): void;
      committed(): void;
    },
  ) {
    this.#touchedMs = page.nowMs();
  }

  /** Adds events. Their commit follows at once, together with all waiting events. */
  push(events: Uint8Array): void {
    if (this.#closed || events.length === 0) return;
    if (this.#idle()) this.#rename();
    this.#pending.push({ seq: ++this.#seq, events });
    if (this.#pending.length > PENDING_MAX)
      this.dropped += this.#pending.splice(0, this.#pending.length - PENDING_MAX).length;
    void this.commit();
  }

  /** Commits pending events. Resolves with the outcome; `undefined` if storage failed for now. */
  commit(durability: IDBTransactionDurability = "relaxed"): Promise<CommitOutcome | undefined> {
    if (this.#queued && durability === "relaxed") return this.#queued;
    const run = this.#last.then(() => {
      this.#queued = undefined;
      return this.#commitOnce(durability);
    });
    if (durability === "relaxed") this.#queued = run as Promise<CommitOutcome>;
    this.#last = run;
    return run;
  }

  /** Writes pending events to the unload buffer, where a killed tab cannot lose them. */
  writeBuffer(): void {
    if (this.#closed || this.#pending.length === 0) return;
    const key = `${this.page.prefix}${this.store.visitor.tag}:${this.#document}`;
    if (this.buffer.write(key, packQueued(this.#pending))) this.#bufferKey = key;
  }

  /**
   * Resumes from the back-forward cache. After a long absence the sequence numbers of this document
   * may be purged.
   */
  resume(): void {
    if (this.#idle()) this.#rename();
  }

  /** Closes the queue. Pending events are not written any more. */
  close(): void {
    this.#closed = true;
    this.#pending = [];
  }

  async #commitOnce(durability: IDBTransactionDurability): Promise<CommitOutcome | undefined> {
    if (this.#closed) return undefined;
    const { store } = this;
    const own = (): Batch[] =>
      this.#pending.length > 0 ? [{ document: this.#document, entries: this.#pending }] : [];
    try {
      const outcome = await store.commit(own, this.page.nowMs(), durability);
      if (outcome !== "kept") this.#end(outcome);
      else {
        this.#dropApplied(store.replica.applied.get(this.#document)?.[0] ?? 0);
        this.page.committed();
      }
      return outcome;
    } catch (error) {
      if (isTrap(error)) this.#end("trap");
      return undefined;
    }
  }

  #dropApplied(seq: number): void {
    this.#touchedMs = this.page.nowMs();
    this.#pending = this.#pending.filter((entry) => entry.seq > seq);
    if (!this.#bufferKey || this.#pending.length > 0) return;
    this.buffer.drop(this.#bufferKey);
    this.#bufferKey = undefined;
  }

  #end(outcome: CommitOutcome | "trap"): void {
    // A newer release reads the buffer itself. Events that made the engine trap are not written
    // again.
    if (outcome === "newer") this.writeBuffer();
    this.close();
    this.page.ended(outcome);
  }

  #idle(): boolean {
    return Math.abs(this.page.nowMs() - this.#touchedMs) > IDLE_MAX_MS;
  }

  /**
   * Starts a new document id. Events in a written buffer belong to its reader, and must not count
   * again.
   */
  #rename(): void {
    if (this.#bufferKey) this.#pending = [];
    this.#bufferKey = undefined;
    this.#document = newId();
    this.#seq = this.#pending.length;
    this.#pending = this.#pending.map((entry, at) => ({ ...entry, seq: at + 1 }));
    this.#touchedMs = this.page.nowMs();
  }
}
