/**
 * One document's visit: what happens on the page becomes events, goes into the engine at once and into the store
 * soon after. Comes in: an engine, perhaps a store. Goes out: choices, commits, hand-ins. Must stop at once, and
 * for good, when told so.
 */
import { dropTail, readTail, tailNames, writeTail, type Runtime } from "#runtime";
import { Chooser, type Account, type Ground } from "./chooser.js";
import { visitorHash } from "./hash.js";
import { Journal, takeTails, type Tails } from "./journal.js";
import { tailPrefix } from "./names.js";
import { packFields, randomBytes, toBase64url } from "./packing.js";
import { readPage, type PageFacts } from "./page.js";
import { Store, type Fold, type Outcome } from "./store.js";
import type { Sync } from "./sync.js";
import type { Fields, Options, Purposes } from "./types.js";

/** How a visit may end by itself. */
export type End = Outcome | "erased" | "trap";

const TAILS: Tails = { names: tailNames, read: readTail, write: writeTail, drop: dropTail };
const EMPTY = new Uint8Array();
const STATUS = ["ok", "newer", "corrupt"] as const;
/** Less than this is the way to the server and back, not a wrong clock. */
const SKEW_MIN_MS = 5_000;

/** What a visit needs of the client. */
export interface VisitHost {
  readonly options: Options;
  readonly runtime: Runtime;
  readonly config: Uint8Array;
  ended(end: End): void;
}

export class Visit {
  readonly chooser: Chooser;
  store: Store | undefined;
  /** The talk with the server, as soon as it is there. */
  sync: Promise<Sync | undefined> = Promise.resolve(undefined);
  #journal: Journal | undefined;
  #page: PageFacts = { explicit: "", url: "", tokens: "" };
  #visitor = visitorHash(toBase64url(randomBytes(16)));
  #others: Uint8Array = EMPTY;
  #skewMs = 0;
  #mayTalk = false;

  constructor(private readonly host: VisitHost) {
    this.chooser = new Chooser(host.runtime, () => this.#ground(), () => this.nowMs());
    this.#know();
  }

  /** Milliseconds since the epoch, by the server's clock where it is known to differ. */
  nowMs(): number {
    return Date.now() + (Math.abs(this.#skewMs) < SKEW_MIN_MS ? 0 : this.#skewMs);
  }

  /** Opens the store, as far as the visitor agreed; without one the visit lives in memory. */
  async enter(purposes: Purposes, still: () => boolean): Promise<void> {
    const { options } = this.host;
    if (!purposes.keep) return;
    const prefix = tailPrefix(options.site);
    let taken: ReturnType<typeof takeTails> | undefined;
    const tails = (tag: string): ReturnType<typeof takeTails>["batches"] => (taken = takeTails(TAILS, prefix, tag)).batches;
    const entry = { nowMs: this.nowMs(), sync: purposes.sync, tails, still };
    const store = await Store.enter(options.site, this.#fold, entry).catch((error: unknown) => {
      // A tail that makes the engine fail would do so at every start.
      taken?.drop();
      throw error;
    });
    // Where a newer release keeps the profile it is left alone: this page goes on without.
    if (!store || store.outcome !== "kept") return;
    taken?.drop();
    this.store = store;
    this.#know();
    const ended = (end: End): void => this.host.ended(end);
    const journal = new Journal(store, TAILS, { prefix, nowMs: () => this.nowMs(), ended });
    this.#journal = journal;
    this.#mayTalk = purposes.sync;
  }

  /** After the first choice: what is owed to the server, and what it should know. */
  async begin(): Promise<void> {
    const { options } = this.host;
    const { store } = this;
    const { server } = options;
    const journal = this.#journal;
    if (!store || !journal || server === undefined) return;
    const later = import("./later.js");
    if (this.#mayTalk) this.sync = later.then(({ Sync }) => new Sync(this.#syncHost(server, journal), store, journal)).catch(() => undefined);
    (await this.sync)?.soon();
    await (await later).settleOwed(options, store.owed);
  }

  /** A page is looked at. */
  view(topics: readonly string[] = []): void {
    this.#page = readPage(topics);
    this.chooser.turnPage();
    const { explicit, url, tokens } = this.#page;
    this.#take(this.host.runtime.page(this.nowMs(), explicit, url, tokens));
  }

  /** Something happened; answers what was wrong with the call, if anything. */
  track(name: string, fields: Fields | undefined): "unknown event" | "bad field" | undefined {
    const { runtime } = this.host;
    this.#take(runtime.track(this.nowMs(), name, packFields(fields)));
    return ([undefined, "unknown event", "bad field"] as const)[runtime.lastError()];
  }

  /** Commits, and hands in: `leaving`, as far as that is still possible. */
  async flush(leaving = false): Promise<void> {
    if (leaving) this.#journal?.writeTail();
    await this.#journal?.commit();
    await (await this.sync)?.now(leaving);
  }

  /** Frozen or closed from now on. */
  leave(): void {
    this.#journal?.writeTail();
    this.store?.close();
  }

  /** Back from the back-forward cache: reads the store again; tells whether the visit goes on. */
  async resume(): Promise<boolean> {
    this.#journal?.resume();
    return !this.#journal || (await this.#journal.commit()) === "kept";
  }

  /** The profile and what it is read with, for the visitor's own eyes. */
  account(): Account {
    return { ...this.#ground(), state: this.host.runtime.save(), nowMs: this.nowMs() };
  }

  /** Looks whether the visitor is still there. */
  async look(): Promise<void> {
    const outcome = await this.store?.present().catch(() => undefined);
    if (outcome !== undefined && outcome !== "kept") this.host.ended(outcome);
  }

  /** Another person begins: nothing of the last one is known any more. */
  async beginAnew(customer?: number): Promise<void> {
    const { store } = this;
    await this.#journal?.commit();
    const last = store && { visitor: store.visitor, replica: store.replica, others: store.others, pace: store.pace };
    // Before the network is asked anything: the page may be left at once.
    const outcome = await store?.renewVisitor(customer);
    if (outcome !== undefined && outcome !== "kept") this.host.ended(outcome);
    if (!this.store) this.host.runtime.load(EMPTY);
    this.#visitor = visitorHash(this.store?.visitor.secret ?? toBase64url(randomBytes(16)));
    this.#know();
    if (last && outcome === "kept") void this.sync.then((sync) => sync?.last(last));
  }

  /** Ends: nothing more is read, stored or sent. */
  close(): void {
    this.#journal?.close();
    void this.sync.then((sync) => sync?.close());
    this.store?.close();
    this.#journal = this.store = undefined;
  }

  #ground(): Ground {
    return { config: this.host.config, visitor: this.#visitor, others: this.#others, page: this.#page };
  }

  #take(events: Uint8Array): void {
    if (events.length === 0) return;
    // At once for the next choice; the commit applies it to the stored state, and loads that.
    this.host.runtime.apply(events);
    this.#journal?.push(events);
    void this.sync.then((sync) => sync?.soon());
  }

  #know(): void {
    const { runtime } = this.host;
    if (this.store) this.#visitor = visitorHash(this.store.visitor.secret);
    runtime.setVisitor(...this.#visitor);
    this.#others = this.store?.others.bytes ?? EMPTY;
    runtime.loadOthers(this.#others);
    this.#skewMs = this.store?.pace.skewMs ?? 0;
  }

  readonly #fold: Fold = (stored, events) => {
    const { runtime } = this.host;
    // Another tab may have learned of other browsers.
    if (this.store && this.store.others.bytes !== this.#others) this.#know();
    const status = STATUS[runtime.load(stored)] ?? "corrupt";
    if (status === "newer") return { status, bytes: stored };
    if (status === "corrupt") runtime.load(EMPTY);
    runtime.apply(events);
    return { status, bytes: runtime.save() };
  };

  #syncHost(server: string, journal: Journal): ConstructorParameters<typeof Sync>[0] {
    const { options, runtime } = this.host;
    return {
      site: options.site,
      server,
      configVersion: runtime.configVersion(),
      nowMs: () => this.nowMs(),
      learned: () => this.#know(),
      replicaRenewed: () => void journal.commit(),
      ended: (end) => this.host.ended(end),
    };
  }
}
