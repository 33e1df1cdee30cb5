/**
 * The truth of this browser, in IndexedDB. Comes in: batches of events of documents. Goes out: the replica
 * they were applied to, each event once, whatever tab or tail it came by. Must never write for a visitor who
 * is no longer there: every transaction looks first.
 */
import { ask, openDatabase, transact } from "./idb.js";
import { databaseName } from "./names.js";
import { eventsAbove, type HandIn } from "./packing.js";
import {
  asOthers, asPace, asReplica, asTokens, asVisitor, entryOf, newReplica, newVisitor, NO_OTHERS, NO_PACE, pruned, sameBytes,
  type Entry, type Others, type Pace, type Replica, type Visitor,
} from "./records.js";

/** Hand-ins of one document, in its order. */
export interface Batch {
  readonly document: string;
  readonly handIns: readonly HandIn[];
}

/** What is to be applied, asked for at the very moment of applying: nothing can slip in between. */
export type Batches = () => readonly Batch[];

const NONE: Batches = () => [];

/** The engine's part of a commit: load the stored bytes, apply the events, save. Synchronous. */
export type Fold = (stored: Uint8Array, events: Uint8Array) => { readonly status: "ok" | "newer" | "corrupt"; readonly bytes: Uint8Array };

/** How a commit ended. `gone`: the visitor withdrew; `changed`: another one came; `newer`: only readable here. */
export type Outcome = "kept" | "gone" | "changed" | "newer";

export class Store {
  visitor: Visitor = newVisitor(0);
  replica: Replica = newReplica();
  others: Others = NO_OTHERS;
  pace: Pace = NO_PACE;
  /** Erase-only tokens that the server has not acknowledged. */
  owed: readonly string[] = [];
  /** How the last commit ended. */
  outcome: Outcome = "kept";
  #database: IDBDatabase | undefined;

  private constructor(
    private readonly site: string,
    private readonly fold: Fold,
  ) {}

  /** Enters the store, as the visitor found there or as a new one; `undefined`: storage cannot be had. */
  static async enter(site: string, fold: Fold, entry: { nowMs: number; sync: boolean; tails(tag: string): Batch[] }): Promise<Store | undefined> {
    const store = new Store(site, fold);
    try {
      await store.#within(async (kept) => {
        await store.#meet(kept, entry.nowMs, entry.sync);
        store.outcome = await store.#foldIn(kept, () => entry.tails(store.visitor.tag), entry.nowMs);
      });
      return store;
    } catch {
      return undefined;
    }
  }

  /** Applies what is new in the batches, in one transaction. Rejects if storage failed; nothing is lost then. */
  commit(batches: Batches, nowMs: number, durability: IDBTransactionDurability = "relaxed"): Promise<Outcome> {
    const work = async (kept: IDBObjectStore): Promise<Outcome> => (await this.#absent(kept)) ?? (await this.#foldIn(kept, batches, nowMs));
    return this.#within(work, durability).catch(async (error: unknown) => {
      if ((error as Error).name !== "QuotaExceededError") throw error;
      await this.#within((kept) => ask(kept.delete("quarantine")));
      return this.#within(work, durability);
    });
  }

  /** Keeps what the server said. */
  note(pace: Pace, others?: Others): Promise<Outcome> {
    return this.#guarded((kept) => {
      this.pace = pace;
      kept.put(pace, "pace");
      if (!others) return;
      this.others = others;
      kept.put(others, "others");
    });
  }

  /** The server holds a replica of this name that is not ours (a roll-back, a copy): begin another. */
  renewReplica(nowMs: number): Promise<Outcome> {
    return this.#guarded(async (kept) => {
      const { applied } = asReplica(await ask<unknown>(kept.get("replica"))) ?? this.replica;
      kept.put({ ...newReplica(), applied }, "replica");
      await this.#foldIn(kept, NONE, nowMs);
    });
  }

  /** Another person begins in this browser; the consent, given once for the site, keeps its date. */
  renewVisitor(customer?: number): Promise<Outcome> {
    return this.#guarded(async (kept) => {
      for (const key of ["replica", "others", "pace"]) kept.delete(key);
      this.replica = newReplica();
      this.others = NO_OTHERS;
      this.pace = NO_PACE;
      this.#put(kept, { ...newVisitor(this.visitor.sinceMs), ...(customer === undefined ? {} : { customer }) });
      await this.#foldIn(kept, NONE, this.visitor.sinceMs);
    });
  }

  /** Remembers, hashed, as whom the visitor was identified. */
  noteCustomer(customer: number): Promise<Outcome> {
    return this.#guarded((kept) => this.#put(kept, { ...this.visitor, customer }));
  }

  /** Whether the visitor is still the one this document entered as. */
  present(): Promise<Outcome> {
    return this.#guarded(() => undefined);
  }

  /** Lets go of the connection, so that the page may be frozen; the next use opens another. */
  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  async #within<T>(work: (kept: IDBObjectStore) => Promise<T>, durability?: IDBTransactionDurability): Promise<T> {
    this.#database ??= await openDatabase(databaseName(this.site), "create");
    if (!this.#database) throw new Error("no storage");
    try {
      return await transact(this.#database, work, durability);
    } catch (error) {
      // The connection may be what failed (closed by an upgrade, or by the visitor clearing data).
      this.close();
      throw error;
    }
  }

  #guarded(work: (kept: IDBObjectStore) => unknown): Promise<Outcome> {
    return this.#within(async (kept) => {
      const absent = await this.#absent(kept);
      if (!absent) await work(kept);
      return absent ?? "kept";
    });
  }

  /** A late write after a withdrawal is impossible: the same transaction that writes has looked. */
  async #absent(kept: IDBObjectStore): Promise<"gone" | "changed" | undefined> {
    const [found, pace] = await Promise.all([ask<unknown>(kept.get("visitor")), ask<unknown>(kept.get("pace"))]);
    const visitor = asVisitor(found);
    if (!visitor) return "gone";
    if (visitor.secret !== this.visitor.secret) return "changed";
    // Another tab may have spoken with the server.
    this.pace = asPace(pace);
    return undefined;
  }

  async #meet(kept: IDBObjectStore, nowMs: number, sync: boolean): Promise<void> {
    const [visitor, others, pace, owed] = await Promise.all(
      ["visitor", "others", "pace", "owed"].map((key) => ask<unknown>(kept.get(key))),
    );
    const found = { visitor: asVisitor(visitor), others: asOthers(others), pace: asPace(pace), owed: asTokens(owed) };
    const entry = entryOf(found, nowMs, sync);
    this.#know(entry);
    if (entry.visitor === found.visitor) return;
    if (entry.empty) kept.clear();
    this.#put(kept, entry.visitor);
    kept.put(entry.others, "others");
    kept.put(entry.pace, "pace");
    if (entry.owed.length > 0) kept.put(entry.owed, "owed");
  }

  #know({ visitor, others, pace, owed }: Entry): void {
    this.visitor = visitor;
    this.others = others;
    this.pace = pace;
    this.owed = owed;
  }

  #put(kept: IDBObjectStore, visitor: Visitor): void {
    this.visitor = visitor;
    kept.put(visitor, "visitor");
  }

  async #foldIn(kept: IDBObjectStore, batches: Batches, nowMs: number): Promise<Outcome> {
    const stored = await ask<unknown>(kept.get("replica"));
    // Deleted under our feet, while the visitor stayed: rebuilt from what this document last saw.
    const replica = asReplica(stored) ?? this.replica;
    const applied = new Map(pruned(replica.applied, nowMs));
    const events: HandIn[] = [];
    for (const { document, handIns } of batches()) {
      const before = applied.get(document)?.[0] ?? 0;
      events.push({ seq: 1, events: eventsAbove(handIns, before) });
      applied.set(document, [handIns.reduce((last, { seq }) => Math.max(last, seq), before), nowMs]);
    }
    const { status, bytes } = this.fold(replica.bytes, eventsAbove(events, 0));
    if (status === "newer") return "newer";
    const bad = status === "corrupt" || (stored !== undefined && !asReplica(stored));
    if (bad) kept.put(stored, "quarantine");
    const changed = bad || !sameBytes(bytes, replica.bytes);
    this.replica = { id: replica.id, version: replica.version + (changed ? 1 : 0), bytes, applied };
    kept.put(this.replica, "replica");
    return "kept";
  }
}
