/**
 * The truth of this browser, in IndexedDB. Comes in: batches of events of documents. Goes out: the replica
 * they were applied to, each event once, whatever tab or tail it came by. Must never write for a visitor who
 * is no longer there: every transaction looks first.
 */
import { ask, openDatabase, transact } from "./idb.js";
import { databaseName } from "./keys.js";
import {
  asImported,
  asRemote,
  asSyncState,
  asReplica,
  asTokens,
  asVisitor,
  continuationOf,
  inherited,
  mustRenew,
  newReplica,
  newVisitor,
  NO_REMOTE,
  NO_SYNC_STATE,
  pruned,
  sameBytes,
  unapplied,
  type Batch,
  type Continuation,
  type Imported,
  type ReplicaVersion,
  type RemoteState,
  type SyncState,
  type Replica,
  type RetentionTerms,
  type Visitor,
} from "./records.js";
import { asReceipt, isSameConsent } from "./consent-receipt.js";
import { isTrap } from "../base/trap.js";
import type { ConsentReceipt } from "../base/types.js";

/** What is to be applied, asked for at the very moment of applying: nothing can slip in between. */
export type Batches = () => readonly Batch[];

const NONE: Batches = () => [];

/** The engine's part of a commit: load the stored bytes beside the others', apply the events, save. Synchronous. */
export type ApplyEvents = (
  stored: Uint8Array,
  remote: Uint8Array,
  events: Uint8Array,
) => { readonly status: "ok" | "newer" | "corrupt"; readonly bytes: Uint8Array };

/** How a commit ended. `gone`: the visitor withdrew; `changed`: another one came; `newer`: only readable here. */
export type CommitOutcome = "kept" | "gone" | "changed" | "newer";

/** What a start brings along. */
export interface OpenOptions {
  readonly nowMs: number;
  /** By this browser's own clock: what the server last said of it may be old, and end a visitor's time by mistake. */
  readonly terms: RetentionTerms;
  /** What is agreed to on this page. */
  readonly agreed: ConsentReceipt;
  /** Who begins where nobody goes on. */
  readonly newcomer: Visitor;
  /** The tails found, by the visitor's tag. */
  readonly buffer: (tag: string) => readonly Batch[];
  /** Whether the start is still wanted. */
  readonly isCurrent: () => boolean;
}

export class Store {
  visitor: Visitor = newVisitor(0);
  replica: Replica = newReplica();
  remote: RemoteState = NO_REMOTE;
  syncState: SyncState = NO_SYNC_STATE;
  imported: Imported | undefined;
  /** Erase-only tokens that the server has not acknowledged. */
  pendingErasures: readonly string[] = [];
  /** How the last commit ended. */
  outcome: CommitOutcome = "kept";
  #database: IDBDatabase | undefined;

  private constructor(
    private readonly site: string,
    private readonly applyEvents: ApplyEvents,
  ) {}

  /** Enters the store, as the visitor found there or as a new one; `undefined`: storage cannot be had. Rejects if the engine fails. */
  static async enter(
    site: string,
    applyEvents: ApplyEvents,
    entry: OpenOptions,
  ): Promise<Store | undefined> {
    const store = new Store(site, applyEvents);
    try {
      await store.#within((kept) => store.#begin(kept, entry));
      return store;
    } catch (error) {
      store.close();
      if (isTrap(error)) throw error;
      return undefined;
    }
  }

  /** Applies what is new in the batches, in one transaction. Rejects if storage failed; nothing is lost then. */
  commit(
    batches: Batches,
    nowMs: number,
    durability: IDBTransactionDurability = "relaxed",
  ): Promise<CommitOutcome> {
    const work = async (kept: IDBObjectStore): Promise<CommitOutcome> =>
      (await this.#absent(kept)) ?? (await this.#applyPending(kept, batches, nowMs));
    return this.#within(work, durability).catch(async (error: unknown) => {
      if ((error as Error).name !== "QuotaExceededError") throw error;
      await this.#within((kept) => ask(kept.delete("quarantine")));
      return this.#within(work, durability);
    });
  }

  /** Keeps what the server said. */
  note(syncState: SyncState, remote?: RemoteState): Promise<CommitOutcome> {
    const { secret } = this.visitor;
    return this.#guarded(async (kept) => {
      // Told of whom a logout has just replaced.
      if (this.visitor.secret !== secret) return;
      this.syncState = syncState;
      kept.put(syncState, "syncState");
      // The server's word would take away what it was not told of yet.
      if (!remote || asImported(await ask<unknown>(kept.get("imported")))?.told === false) return;
      this.remote = remote;
      kept.put(remote, "remote");
    });
  }

  /** Where the server holds a replica of the sent name that is not ours (a roll-back, a copy), begins another. */
  renewReplica(sent: ReplicaVersion, held: number, nowMs: number): Promise<CommitOutcome> {
    return this.#guarded(async (kept) => {
      const stored = asReplica(await ask<unknown>(kept.get("replica"))) ?? this.replica;
      if (!mustRenew(stored, sent, held)) return;
      kept.put({ ...newReplica(), applied: stored.applied }, "replica");
      await this.#applyPending(kept, NONE, nowMs);
    });
  }

  /** Remembers that a pause began or ended, or, hashed, as whom the visitor was identified. */
  noteOf(visitor: Pick<Visitor, "paused"> | Pick<Visitor, "customer">): Promise<CommitOutcome> {
    return this.#guarded((kept) => this.#put(kept, { ...this.visitor, ...visitor }));
  }

  /** Keeps what was brought from another browser, and what all others then know, unless these changed meanwhile. */
  async takeIn(
    imported: Imported,
    joined: Uint8Array,
    before: Uint8Array,
  ): Promise<CommitOutcome | "again"> {
    const outcome = await this.#guarded((kept) => {
      if (!sameBytes(this.remote.bytes, before)) return;
      this.imported = imported;
      this.remote = { ...this.remote, bytes: joined };
      kept.put(imported, "imported");
      kept.put(this.remote, "remote");
    });
    return outcome === "kept" && this.imported !== imported ? "again" : outcome;
  }

  /** The server has what was brought: from now on it tells of it. */
  noteAcknowledged({ id }: Imported): Promise<CommitOutcome> {
    return this.#guarded(async (kept) => {
      const imported = asImported(await ask<unknown>(kept.get("imported")));
      if (imported?.id !== id) return;
      this.imported = { ...imported, bytes: new Uint8Array(), told: true };
      kept.put(this.imported, "imported");
    });
  }

  /** Another visitor begins here; the consent, given once for the site, keeps its date. `erase`: the last one is to go on the server, too. */
  renewVisitor(customer?: number, erase = false): Promise<CommitOutcome> {
    return this.#guarded(async (kept) => {
      for (const key of ["replica", "remote", "imported"]) kept.delete(key);
      this.imported = undefined;
      if (erase && this.syncState.version > 0) {
        this.pendingErasures = [
          ...asTokens(await ask<unknown>(kept.get("pendingErasures"))),
          this.visitor.erase,
        ];
        kept.put(this.pendingErasures, "pendingErasures");
      }
      this.replica = newReplica();
      this.remote = NO_REMOTE;
      // The server's clock and its wish for rest are nobody's.
      this.syncState = { ...this.syncState, version: 0, atMs: 0 };
      kept.put(this.syncState, "syncState");
      this.#put(kept, {
        ...newVisitor(this.visitor.sinceMs),
        ...inherited(this.visitor),
        ...(customer === undefined ? {} : { customer }),
      });
      await this.#applyPending(kept, NONE, this.visitor.sinceMs);
    });
  }

  /** Whether the visitor is still the one this document entered as. */
  present = (): Promise<CommitOutcome> => this.#guarded(() => undefined);

  /** Lets go of the connection, so that the page may be frozen; the next use opens another. */
  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  async #within<T>(
    work: (kept: IDBObjectStore) => Promise<T>,
    durability?: IDBTransactionDurability,
  ): Promise<T> {
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

  #guarded(work: (kept: IDBObjectStore) => unknown): Promise<CommitOutcome> {
    return this.#within(async (kept) => {
      const absent = await this.#absent(kept);
      if (!absent) await work(kept);
      return absent ?? "kept";
    });
  }

  /** A late write after a withdrawal is impossible: the same transaction that writes has looked. */
  async #absent(kept: IDBObjectStore): Promise<"gone" | "changed" | undefined> {
    const [found, remote, syncState] = await Promise.all(
      ["visitor", "remote", "syncState"].map((key) => ask<unknown>(kept.get(key))),
    );
    const visitor = asVisitor(found);
    if (!visitor) return "gone";
    if (visitor.secret !== this.visitor.secret) return "changed";
    // Identified, or paused, in another tab.
    this.visitor = visitor;
    // Another tab may have spoken with the server.
    this.syncState = asSyncState(syncState);
    const known = asRemote(remote);
    if (known.seq !== this.remote.seq || !sameBytes(known.bytes, this.remote.bytes))
      this.remote = known;
    return undefined;
  }

  async #begin(kept: IDBObjectStore, options: OpenOptions): Promise<void> {
    const { nowMs } = options;
    if (!options.isCurrent()) throw new Error("no longer wanted");
    await this.#meet(kept, options);
    this.outcome = await this.#applyPending(kept, () => options.buffer(this.visitor.tag), nowMs);
    if (this.outcome !== "kept") return;
    // Only now: the tails, however old, were looked up first.
    this.replica = { ...this.replica, applied: pruned(this.replica.applied, nowMs) };
    kept.put(this.replica, "replica");
  }

  async #meet(kept: IDBObjectStore, { newcomer, terms, agreed }: OpenOptions): Promise<void> {
    const [visitor, remote, syncState, pendingErasures, imported] = await Promise.all(
      ["visitor", "remote", "syncState", "pendingErasures", "imported"].map((key) =>
        ask<unknown>(kept.get(key)),
      ),
    );
    const found = {
      visitor: asVisitor(visitor),
      remote: asRemote(remote),
      syncState: asSyncState(syncState),
      pendingErasures: asTokens(pendingErasures),
    };
    const entry = continuationOf(found, newcomer, terms);
    this.#loadIntoEngine(entry);
    const receipt = asReceipt(entry.visitor.receipt);
    // Said on every page; what was agreed to first is what counts, until something else is agreed to.
    const withPlausibleDate =
      receipt && isSameConsent(receipt, agreed)
        ? entry.visitor
        : { ...entry.visitor, receipt: agreed };
    if (entry.visitor === found.visitor) {
      this.imported = asImported(imported);
      if (withPlausibleDate !== entry.visitor) this.#put(kept, withPlausibleDate);
      return;
    }
    kept.delete("imported");
    if (entry.empty) kept.clear();
    this.#put(kept, withPlausibleDate);
    kept.put(entry.remote, "remote");
    kept.put(entry.syncState, "syncState");
    if (entry.pendingErasures.length > 0) kept.put(entry.pendingErasures, "pendingErasures");
  }

  #loadIntoEngine({ visitor, remote, syncState, pendingErasures }: Continuation): void {
    this.visitor = visitor;
    this.remote = remote;
    this.syncState = syncState;
    this.pendingErasures = pendingErasures;
  }

  #put(kept: IDBObjectStore, visitor: Visitor): void {
    this.visitor = visitor;
    kept.put(visitor, "visitor");
  }

  async #applyPending(
    kept: IDBObjectStore,
    batches: Batches,
    nowMs: number,
  ): Promise<CommitOutcome> {
    const stored = await ask<unknown>(kept.get("replica"));
    // Deleted under our feet, while the visitor stayed: rebuilt from what this document last saw.
    const replica = asReplica(stored) ?? this.replica;
    const { events, applied } = unapplied(replica.applied, batches(), nowMs);
    const { status, bytes } = this.applyEvents(replica.bytes, this.remote.bytes, events);
    if (status === "newer") return "newer";
    const bad = status === "corrupt" || (stored !== undefined && !asReplica(stored));
    if (bad) kept.put(stored, "quarantine");
    const changed = bad || !sameBytes(bytes, replica.bytes);
    // What begins anew after a loss is another replica: under the old name the server holds what was lost.
    const { id, version } = status === "corrupt" ? newReplica() : replica;
    this.replica = { id, version: version + (changed ? 1 : 0), bytes, applied };
    kept.put(this.replica, "replica");
    return "kept";
  }
}
