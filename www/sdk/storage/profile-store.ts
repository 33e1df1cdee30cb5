/**
 * The truth of this browser, in IndexedDB. Comes in: batches of events of documents. Goes out: the replica
 * they were applied to, each event once, whatever tab or tail it came by. Must never write for a visitor who
 * is no longer there: every transaction looks first.
 */
import { ask, openDatabase, transact } from "./idb.js";
import { databaseName } from "./keys.js";
import {
  asImported,
  asOthers,
  asPace,
  asReplica,
  asTokens,
  asVisitor,
  entryOf,
  handedOn,
  mustRenew,
  newReplica,
  newVisitor,
  NO_OTHERS,
  NO_PACE,
  pruned,
  sameBytes,
  unseen,
  type Batch,
  type Entry,
  type Imported,
  type Named,
  type Others,
  type Pace,
  type Replica,
  type Terms,
  type Visitor,
} from "./records.js";
import { asReceipt, isSameConsent } from "./consent-receipt.js";
import { isTrap } from "../base/trap.js";
import type { ConsentReceipt } from "../base/types.js";

/** What is to be applied, asked for at the very moment of applying: nothing can slip in between. */
export type Batches = () => readonly Batch[];

const NONE: Batches = () => [];

/** The engine's part of a commit: load the stored bytes beside the others', apply the events, save. Synchronous. */
export type Fold = (
  stored: Uint8Array,
  others: Uint8Array,
  events: Uint8Array,
) => { readonly status: "ok" | "newer" | "corrupt"; readonly bytes: Uint8Array };

/** How a commit ended. `gone`: the visitor withdrew; `changed`: another one came; `newer`: only readable here. */
export type Outcome = "kept" | "gone" | "changed" | "newer";

/** What a start brings along. */
export interface Entering {
  readonly nowMs: number;
  /** By this browser's own clock: what the server last said of it may be old, and end a visitor's time by mistake. */
  readonly terms: Terms;
  /** What is agreed to on this page. */
  readonly agreed: ConsentReceipt;
  /** Who begins where nobody goes on. */
  readonly newcomer: Visitor;
  /** The tails found, by the visitor's tag. */
  readonly tails: (tag: string) => readonly Batch[];
  /** Whether the start is still wanted. */
  readonly still: () => boolean;
}

export class Store {
  visitor: Visitor = newVisitor(0);
  replica: Replica = newReplica();
  others: Others = NO_OTHERS;
  pace: Pace = NO_PACE;
  imported: Imported | undefined;
  /** Erase-only tokens that the server has not acknowledged. */
  owed: readonly string[] = [];
  /** How the last commit ended. */
  outcome: Outcome = "kept";
  #database: IDBDatabase | undefined;

  private constructor(
    private readonly site: string,
    private readonly fold: Fold,
  ) {}

  /** Enters the store, as the visitor found there or as a new one; `undefined`: storage cannot be had. Rejects if the engine fails. */
  static async enter(site: string, fold: Fold, entry: Entering): Promise<Store | undefined> {
    const store = new Store(site, fold);
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
  ): Promise<Outcome> {
    const work = async (kept: IDBObjectStore): Promise<Outcome> =>
      (await this.#absent(kept)) ?? (await this.#foldIn(kept, batches, nowMs));
    return this.#within(work, durability).catch(async (error: unknown) => {
      if ((error as Error).name !== "QuotaExceededError") throw error;
      await this.#within((kept) => ask(kept.delete("quarantine")));
      return this.#within(work, durability);
    });
  }

  /** Keeps what the server said. */
  note(pace: Pace, others?: Others): Promise<Outcome> {
    const { secret } = this.visitor;
    return this.#guarded(async (kept) => {
      // Told of whom a logout has just replaced.
      if (this.visitor.secret !== secret) return;
      this.pace = pace;
      kept.put(pace, "pace");
      // The server's word would take away what it was not told of yet.
      if (!others || asImported(await ask<unknown>(kept.get("imported")))?.told === false) return;
      this.others = others;
      kept.put(others, "others");
    });
  }

  /** Where the server holds a replica of the sent name that is not ours (a roll-back, a copy), begins another. */
  renewReplica(sent: Named, held: number, nowMs: number): Promise<Outcome> {
    return this.#guarded(async (kept) => {
      const stored = asReplica(await ask<unknown>(kept.get("replica"))) ?? this.replica;
      if (!mustRenew(stored, sent, held)) return;
      kept.put({ ...newReplica(), applied: stored.applied }, "replica");
      await this.#foldIn(kept, NONE, nowMs);
    });
  }

  /** Remembers that a pause began or ended, or, hashed, as whom the visitor was identified. */
  noteOf(visitor: Pick<Visitor, "paused"> | Pick<Visitor, "customer">): Promise<Outcome> {
    return this.#guarded((kept) => this.#put(kept, { ...this.visitor, ...visitor }));
  }

  /** Keeps what was brought from another browser, and what all others then know, unless these changed meanwhile. */
  async takeIn(
    imported: Imported,
    joined: Uint8Array,
    before: Uint8Array,
  ): Promise<Outcome | "again"> {
    const outcome = await this.#guarded((kept) => {
      if (!sameBytes(this.others.bytes, before)) return;
      this.imported = imported;
      this.others = { ...this.others, bytes: joined };
      kept.put(imported, "imported");
      kept.put(this.others, "others");
    });
    return outcome === "kept" && this.imported !== imported ? "again" : outcome;
  }

  /** The server has what was brought: from now on it tells of it. */
  noteTold({ id }: Imported): Promise<Outcome> {
    return this.#guarded(async (kept) => {
      const imported = asImported(await ask<unknown>(kept.get("imported")));
      if (imported?.id !== id) return;
      this.imported = { ...imported, bytes: new Uint8Array(), told: true };
      kept.put(this.imported, "imported");
    });
  }

  /** Another visitor begins here; the consent, given once for the site, keeps its date. `erase`: the last one is to go on the server, too. */
  renewVisitor(customer?: number, erase = false): Promise<Outcome> {
    return this.#guarded(async (kept) => {
      for (const key of ["replica", "others", "imported"]) kept.delete(key);
      this.imported = undefined;
      if (erase && this.pace.version > 0) {
        this.owed = [...asTokens(await ask<unknown>(kept.get("owed"))), this.visitor.erase];
        kept.put(this.owed, "owed");
      }
      this.replica = newReplica();
      this.others = NO_OTHERS;
      // The server's clock and its wish for rest are nobody's.
      this.pace = { ...this.pace, version: 0, atMs: 0 };
      kept.put(this.pace, "pace");
      this.#put(kept, {
        ...newVisitor(this.visitor.sinceMs),
        ...handedOn(this.visitor),
        ...(customer === undefined ? {} : { customer }),
      });
      await this.#foldIn(kept, NONE, this.visitor.sinceMs);
    });
  }

  /** Whether the visitor is still the one this document entered as. */
  present = (): Promise<Outcome> => this.#guarded(() => undefined);

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

  #guarded(work: (kept: IDBObjectStore) => unknown): Promise<Outcome> {
    return this.#within(async (kept) => {
      const absent = await this.#absent(kept);
      if (!absent) await work(kept);
      return absent ?? "kept";
    });
  }

  /** A late write after a withdrawal is impossible: the same transaction that writes has looked. */
  async #absent(kept: IDBObjectStore): Promise<"gone" | "changed" | undefined> {
    const [found, others, pace] = await Promise.all(
      ["visitor", "others", "pace"].map((key) => ask<unknown>(kept.get(key))),
    );
    const visitor = asVisitor(found);
    if (!visitor) return "gone";
    if (visitor.secret !== this.visitor.secret) return "changed";
    // Identified, or paused, in another tab.
    this.visitor = visitor;
    // Another tab may have spoken with the server.
    this.pace = asPace(pace);
    const known = asOthers(others);
    if (known.seq !== this.others.seq || !sameBytes(known.bytes, this.others.bytes))
      this.others = known;
    return undefined;
  }

  async #begin(kept: IDBObjectStore, entering: Entering): Promise<void> {
    const { nowMs } = entering;
    if (!entering.still()) throw new Error("no longer wanted");
    await this.#meet(kept, entering);
    this.outcome = await this.#foldIn(kept, () => entering.tails(this.visitor.tag), nowMs);
    if (this.outcome !== "kept") return;
    // Only now: the tails, however old, were looked up first.
    this.replica = { ...this.replica, applied: pruned(this.replica.applied, nowMs) };
    kept.put(this.replica, "replica");
  }

  async #meet(kept: IDBObjectStore, { newcomer, terms, agreed }: Entering): Promise<void> {
    const [visitor, others, pace, owed, imported] = await Promise.all(
      ["visitor", "others", "pace", "owed", "imported"].map((key) => ask<unknown>(kept.get(key))),
    );
    const found = {
      visitor: asVisitor(visitor),
      others: asOthers(others),
      pace: asPace(pace),
      owed: asTokens(owed),
    };
    const entry = entryOf(found, newcomer, terms);
    this.#know(entry);
    const receipt = asReceipt(entry.visitor.receipt);
    // Said on every page; what was agreed to first is what counts, until something else is agreed to.
    const dated =
      receipt && isSameConsent(receipt, agreed)
        ? entry.visitor
        : { ...entry.visitor, receipt: agreed };
    if (entry.visitor === found.visitor) {
      this.imported = asImported(imported);
      if (dated !== entry.visitor) this.#put(kept, dated);
      return;
    }
    kept.delete("imported");
    if (entry.empty) kept.clear();
    this.#put(kept, dated);
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
    const { events, applied } = unseen(replica.applied, batches(), nowMs);
    const { status, bytes } = this.fold(replica.bytes, this.others.bytes, events);
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
