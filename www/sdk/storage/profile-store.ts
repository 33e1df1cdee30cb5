/**
 * Profile of this browser, in IndexedDB. In: batches of events of documents. Out: the replica that
 * they were applied to, each event once, whatever tab or buffer it came by. Never: a write for a
 * visitor who is gone. Every transaction checks first.
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
  type Continuation,
  type Imported,
  type ReplicaVersion,
  type RemoteState,
  type SyncState,
  type Replica,
  type Visitor,
} from "./records.js";
import { asReceipt, isSameConsent } from "./consent-receipt.js";
import { isTrap } from "../base/trap.js";
import type { ApplyEvents, Batches, CommitOutcome, OpenOptions } from "./store-types.js";

const NONE: Batches = () => [];

export class Store {
  visitor: Visitor = newVisitor(0);
  replica: Replica = newReplica();
  remote: RemoteState = NO_REMOTE;
  syncState: SyncState = NO_SYNC_STATE;
  imported: Imported | undefined;
  /** Erase-only tokens that the server has not acknowledged. */
  pendingErasures: readonly string[] = [];
  /** Outcome of the last commit. */
  outcome: CommitOutcome = "kept";
  #database: IDBDatabase | undefined;

  private constructor(
    private readonly site: string,
    private readonly applyEvents: ApplyEvents,
  ) {}

  /**
   * Opens the store for the visitor found there, or for a new one; `undefined` without storage.
   * Rejects if the engine fails.
   */
  static async enter(
    site: string,
    applyEvents: ApplyEvents,
    continuation: OpenOptions,
  ): Promise<Store | undefined> {
    const store = new Store(site, applyEvents);
    try {
      await store.#within((kept) => store.#begin(kept, continuation));
      return store;
    } catch (error) {
      store.close();
      if (isTrap(error)) throw error;
      return undefined;
    }
  }

  /**
   * Applies new events of the batches, in one transaction. Rejects if storage failed; nothing is
   * lost then.
   */
  commit(
    batches: Batches,
    nowMs: number,
    durability: IDBTransactionDurability = "relaxed",
  ): Promise<CommitOutcome> {
    const work = async (kept: IDBObjectStore): Promise<CommitOutcome> =>
      (await this.#missing(kept)) ?? (await this.#applyPending(kept, batches, nowMs));
    return this.#within(work, durability).catch(async (error: unknown) => {
      if ((error as Error).name !== "QuotaExceededError") throw error;
      await this.#within((kept) => ask(kept.delete("quarantine")));
      return this.#within(work, durability);
    });
  }

  /** Saves the answer of the server. */
  saveSyncState(syncState: SyncState, remote?: RemoteState): Promise<CommitOutcome> {
    const { secret } = this.visitor;
    return this.#guarded(async (kept) => {
      // The answer is about a visitor whom a logout has just replaced.
      if (this.visitor.secret !== secret) return;
      this.syncState = syncState;
      kept.put(syncState, "syncState");
      // The server's state lacks an import that it has not acknowledged yet.
      if (!remote || asImported(await ask<unknown>(kept.get("imported")))?.isAcknowledged === false)
        return;
      this.remote = remote;
      kept.put(remote, "remote");
    });
  }

  /**
   * Starts another replica if the server holds foreign counts under the sent id, after a roll-back
   * or a copy.
   */
  renewReplica(sent: ReplicaVersion, held: number, nowMs: number): Promise<CommitOutcome> {
    return this.#guarded(async (kept) => {
      const stored = asReplica(await ask<unknown>(kept.get("replica"))) ?? this.replica;
      if (!mustRenew(stored, sent, held)) return;
      kept.put({ ...newReplica(), applied: stored.applied }, "replica");
      await this.#applyPending(kept, NONE, nowMs);
    });
  }

  /** Saves a pause, or the hash of the customer that the visitor was identified as. */
  updateVisitor(
    visitor: Pick<Visitor, "paused"> | Pick<Visitor, "customer">,
  ): Promise<CommitOutcome> {
    return this.#guarded((kept) => this.#put(kept, { ...this.visitor, ...visitor }));
  }

  /** Saves an import and the merged remote state, unless the remote state changed meanwhile. */
  async saveImport(
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

  /** Marks an import as acknowledged. From now on the server's state contains it. */
  noteAcknowledged({ id }: Imported): Promise<CommitOutcome> {
    return this.#guarded(async (kept) => {
      const imported = asImported(await ask<unknown>(kept.get("imported")));
      if (imported?.id !== id) return;
      this.imported = { ...imported, bytes: new Uint8Array(), isAcknowledged: true };
      kept.put(this.imported, "imported");
    });
  }

  /**
   * Starts another visitor. The consent of the site keeps its date. `erase` also erases the last
   * visitor on the server.
   */
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
      // The server's clock and its back-off belong to no visitor.
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

  /** Checks that the visitor of this document is still stored. */
  present = (): Promise<CommitOutcome> => this.#guarded(() => undefined);

  /** Closes the connection, so that the page may be frozen. The next use opens another. */
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
      // The connection itself may have failed: closed by an upgrade, or by the visitor clearing
      // data.
      this.close();
      throw error;
    }
  }

  #guarded(work: (kept: IDBObjectStore) => unknown): Promise<CommitOutcome> {
    return this.#within(async (kept) => {
      const absent = await this.#missing(kept);
      if (!absent) await work(kept);
      return absent ?? "kept";
    });
  }

  /**
   * Reloads shared records in the transaction that writes. A late write after a withdrawal is
   * impossible.
   */
  async #missing(kept: IDBObjectStore): Promise<"gone" | "changed" | undefined> {
    const [found, remote, syncState] = await Promise.all(
      ["visitor", "remote", "syncState"].map((key) => ask<unknown>(kept.get(key))),
    );
    const visitor = asVisitor(found);
    if (!visitor) return "gone";
    if (visitor.secret !== this.visitor.secret) return "changed";
    // Another tab may have identified or paused the visitor.
    this.visitor = visitor;
    // Another tab may have synced.
    this.syncState = asSyncState(syncState);
    const known = asRemote(remote);
    if (known.seq !== this.remote.seq || !sameBytes(known.bytes, this.remote.bytes))
      this.remote = known;
    return undefined;
  }

  async #begin(kept: IDBObjectStore, options: OpenOptions): Promise<void> {
    const { nowMs } = options;
    if (!options.isCurrent()) throw new Error("no longer wanted");
    await this.#readStored(kept, options);
    this.outcome = await this.#applyPending(kept, () => options.buffer(this.visitor.tag), nowMs);
    if (this.outcome !== "kept") return;
    // Pruned now, after the unload buffers, however old, were looked up.
    this.replica = { ...this.replica, applied: pruned(this.replica.applied, nowMs) };
    kept.put(this.replica, "replica");
  }

  async #readStored(kept: IDBObjectStore, { newcomer, terms, agreed }: OpenOptions): Promise<void> {
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
    const continuation = continuationOf(found, newcomer, terms);
    this.#use(continuation);
    const receipt = asReceipt(continuation.visitor.receipt);
    // Every page asserts consent. The first date counts until the consent changes.
    const current =
      receipt && isSameConsent(receipt, agreed)
        ? continuation.visitor
        : { ...continuation.visitor, receipt: agreed };
    if (continuation.visitor === found.visitor) {
      this.imported = asImported(imported);
      if (current !== continuation.visitor) this.#put(kept, current);
      return;
    }
    kept.delete("imported");
    if (continuation.empty) kept.clear();
    this.#put(kept, current);
    kept.put(continuation.remote, "remote");
    kept.put(continuation.syncState, "syncState");
    if (continuation.pendingErasures.length > 0)
      kept.put(continuation.pendingErasures, "pendingErasures");
  }

  #use({ visitor, remote, syncState, pendingErasures }: Continuation): void {
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
    // The record was deleted while the visitor stayed: it is rebuilt from this document's state.
    const replica = asReplica(stored) ?? this.replica;
    const { events, applied } = unapplied(replica.applied, batches(), nowMs);
    const { status, bytes } = this.applyEvents(replica.bytes, this.remote.bytes, events);
    if (status === "newer") return "newer";
    const bad = status === "corrupt" || (stored !== undefined && !asReplica(stored));
    if (bad) kept.put(stored, "quarantine");
    const changed = bad || !sameBytes(bytes, replica.bytes);
    // After a loss another replica starts: under the old id the server holds the lost counts.
    const { id, version } = status === "corrupt" ? newReplica() : replica;
    this.replica = { id, version: version + (changed ? 1 : 0), bytes, applied };
    kept.put(this.replica, "replica");
    return "kept";
  }
}
