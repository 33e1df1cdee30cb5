/**
 * The recorder: what happens on the page goes into the engine at once, into the store soon after, and to the server
 * as far as agreed. Comes in: a desk, events, the document's life. Goes out: commits, tails, hand-ins. Must stop at
 * once, and for good, when told so.
 */
import type { Account } from "./chooser.js";
import { EMPTY } from "./chooser.js";
import type { Desk, Recorder } from "./desk.js";
import { visitorHash } from "./hash.js";
import { Journal, takeTails, type Tails } from "./journal.js";
import { follow } from "./life.js";
import { channelName, tailPrefix } from "./names.js";
import { packFields } from "./packing.js";
import { readPage } from "./page.js";
import { newVisitor } from "./records.js";
import { Store, type Fold } from "./store.js";
import { Sync } from "./sync.js";
import { dropTail, readTail, tailNames, writeTail } from "./tails.js";
import type { Command, Fields } from "./types.js";
import { runVerb } from "./verbs.js";
import { settleOwed } from "./withdraw.js";

const TAILS: Tails = { names: tailNames, read: readTail, write: writeTail, drop: dropTail };
const STATUS = ["ok", "newer", "corrupt"] as const;

/** Written in by the build: the hash of `later_bg.wasm`. */
declare const LATER_INTEGRITY: string;

/** Brings the engine's second half, opens the store as far as the visitor agreed, and begins. */
export async function record(desk: Desk): Promise<Recorder> {
  desk.extend(await WebAssembly.compileStreaming(fetch(new URL("later_bg.wasm", import.meta.url), { integrity: LATER_INTEGRITY })));
  const visit = new Visit(desk);
  await visit.enter();
  visit.begin();
  return visit;
}

/** One document's visit. */
export class Visit implements Recorder {
  store: Store | undefined;
  sync: Sync | undefined;
  #journal: Journal | undefined;
  #channel: BroadcastChannel | undefined;
  #stopFollowing: () => void = () => undefined;
  #closed = false;

  constructor(readonly desk: Desk) {}

  /** Opens the store; without one the visit lives in memory. */
  async enter(): Promise<void> {
    const { desk } = this;
    const { options, purposes } = desk.from;
    // The first half read of the profile what a choice needs; what is recorded goes into the whole.
    desk.runtime.loadWith(desk.known.state, EMPTY);
    if (!purposes.keep) return;
    const prefix = tailPrefix(options.site);
    let taken: ReturnType<typeof takeTails> | undefined;
    const tails = (tag: string): ReturnType<typeof takeTails>["batches"] => (taken = takeTails(TAILS, prefix, tag)).batches;
    const entry = { nowMs: desk.nowMs(), sync: purposes.sync, newcomer: desk.newcomer, tails, still: desk.from.still };
    const store = await Store.enter(options.site, this.#fold, entry).catch((error: unknown) => {
      // A tail that makes the engine fail would do so at every start.
      taken?.drop();
      throw error;
    });
    // Where a newer release keeps the profile it is left alone: this page goes on without.
    if (!store || store.outcome !== "kept") {
      store?.close();
      desk.ended("newer");
      return;
    }
    taken?.drop();
    this.store = store;
    this.#know();
    this.#journal = new Journal(store, TAILS, { prefix, nowMs: () => desk.nowMs(), ended: (end) => desk.ended(end) });
  }

  /** Follows the page, and tells the server what is owed to it. */
  begin(): void {
    const { desk } = this;
    const { options, purposes } = desk.from;
    this.#listen();
    this.#stopFollowing = follow({
      moved: () => desk.guard(() => options.auto !== "off" && this.turnPage()),
      hidden: () => desk.guard(() => this.flush(true)),
      left: () => desk.guard(() => this.#leave()),
      restored: () => desk.guard(() => this.#restore()),
    });
    // The page that the first choice was made on: what it shows is still shown.
    if (options.auto !== "off") this.#view();
    const { store } = this;
    const { server } = options;
    if (!store || !this.#journal || server === undefined) return;
    if (purposes.sync) this.sync = new Sync(this.#syncHost(server, this.#journal), store, this.#journal);
    this.sync?.soon();
    desk.guard(() => settleOwed(options, store.owed));
  }

  run(command: Command): unknown {
    return this.#closed ? undefined : runVerb(this, command);
  }

  /** Another page is looked at: what the last one showed may be shown again. */
  turnPage(topics: readonly string[] = []): void {
    this.desk.chooser.turnPage();
    this.#view(topics);
  }

  /** Takes events: into the engine, the store, and in time to the server. */
  take(events: Uint8Array): void {
    if (events.length === 0 || this.#closed) return;
    const { runtime, known } = this.desk;
    // At once for the next choice; the commit applies it to the stored state, and loads that.
    runtime.apply(events);
    known.state = runtime.save();
    this.#journal?.push(events);
    this.sync?.soon();
  }

  /** Something happened; answers what was wrong with the call, if anything. */
  track(name: string, fields: Fields | undefined): "unknown event" | "bad field" | undefined {
    const { runtime } = this.desk;
    this.take(runtime.track(this.desk.nowMs(), name, packFields(fields)));
    return ([undefined, "unknown event", "bad field"] as const)[runtime.lastError()];
  }

  /** Commits, and hands in: `leaving`, as far as that is still possible. */
  async flush(leaving = false): Promise<void> {
    if (leaving) this.#journal?.writeTail();
    await this.#journal?.commit();
    await this.sync?.now(leaving);
  }

  /** The profile and what it is read with, for the visitor's own eyes. */
  account(): Account {
    return { ...this.desk.known, nowMs: this.desk.nowMs() };
  }

  /** Another person begins: nothing of the last one is known any more. */
  async beginAnew(customer?: number): Promise<void> {
    const { store, desk } = this;
    await this.#journal?.commit();
    const last = store && { visitor: store.visitor, replica: store.replica, others: store.others, pace: store.pace };
    // Before the network is asked anything: the page may be left at once.
    const outcome = await store?.renewVisitor(customer);
    if (outcome !== undefined && outcome !== "kept") desk.ended(outcome);
    if (!this.store) desk.known.state = EMPTY;
    this.#know(this.store?.visitor.secret ?? newVisitor(0).secret);
    if (last && outcome === "kept") void this.sync?.last(last);
  }

  close(): void {
    this.#closed = true;
    this.#stopFollowing();
    this.#channel?.close();
    this.#journal?.close();
    this.sync?.close();
    this.store?.close();
    this.#journal = this.store = this.sync = undefined;
  }

  #view(topics: readonly string[] = []): void {
    const { runtime, known } = this.desk;
    known.page = readPage(topics);
    const { explicit, url, tokens } = known.page;
    this.take(runtime.page(this.desk.nowMs(), explicit, url, tokens));
  }

  /** Looks whether the visitor is still there. */
  async #look(): Promise<void> {
    const outcome = await this.store?.present().catch(() => undefined);
    if (outcome !== undefined && outcome !== "kept") this.desk.ended(outcome);
  }

  #listen(): void {
    if (!this.store || !("BroadcastChannel" in window)) return;
    this.#channel = new BroadcastChannel(channelName(this.desk.from.options.site));
    // Whatever is said there, by whomever: it only makes us look at the store.
    this.#channel.onmessage = () => this.desk.guard(() => this.#look());
  }

  /** Frozen or closed from now on. */
  #leave(): void {
    this.#journal?.writeTail();
    this.store?.close();
    this.#channel?.close();
  }

  /** Back from the back-forward cache: reads the store again; if the visit goes on, the page is looked at again. */
  async #restore(): Promise<void> {
    // First: what is said while the commit runs is said after it has looked, perhaps.
    this.#listen();
    this.#journal?.resume();
    if (this.#journal && (await this.#journal.commit()) !== "kept") return;
    if (!this.#closed && this.desk.from.options.auto !== "off") this.turnPage();
  }

  /** Gives the engine what the store knows by now. */
  #know(secret = this.store?.visitor.secret): void {
    const { known, runtime } = this.desk;
    if (secret !== undefined) known.visitor = visitorHash(secret);
    known.others = this.store?.others.bytes ?? EMPTY;
    known.skewMs = this.store?.pace.skewMs ?? 0;
    runtime.setVisitor(...known.visitor);
    runtime.loadWith(known.state, known.others);
  }

  readonly #fold: Fold = (stored, others, events) => {
    const { runtime, known } = this.desk;
    const status = STATUS[runtime.loadWith(stored, others)] ?? "corrupt";
    if (status === "newer") return { status, bytes: stored };
    if (status === "corrupt") runtime.loadWith(EMPTY, others);
    if (events.length > 0) runtime.apply(events);
    Object.assign(known, { others, state: events.length > 0 || status === "corrupt" ? runtime.save() : stored });
    return { status, bytes: known.state };
  };

  #syncHost(server: string, journal: Journal): ConstructorParameters<typeof Sync>[0] {
    const { desk } = this;
    return {
      site: desk.from.options.site,
      server,
      configVersion: desk.runtime.configVersion(),
      nowMs: () => desk.nowMs(),
      learned: () => this.#know(),
      replicaRenewed: () => void journal.commit(),
      ended: (end) => (end === "erased" ? desk.guard(() => desk.erase()) : desk.ended(end)),
    };
  }
}
