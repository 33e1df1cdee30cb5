/**
 * The recorder: what happens on the page goes into the engine at once, into the store soon after, and to the server
 * as far as agreed. Comes in: a desk, events, the document's life. Goes out: commits, tails, hand-ins. Must stop at
 * once, and for good, when told so.
 */
import { EMPTY } from "../engine/inputs.js";
import { carry } from "./write-cookie.js";
import type { Desk, Recorder } from "./session-types.js";
import { know } from "./engine-state.js";
import { enterStore } from "./open-store.js";
import { Journal, type Tails } from "../storage/event-queue.js";
import { follow } from "./page-lifecycle.js";
import { followLinks } from "./links.js";
import { channelName, tailPrefix } from "../storage/keys.js";
import { packFields } from "../storage/codec.js";
import { readPage } from "./page.js";
import { newVisitor } from "../storage/records.js";
import type { Store } from "../storage/profile-store.js";
import { renewal } from "../sync/config-refresh.js";
import { Sync } from "../sync/sync.js";
import { dropTail, readTail, tailNames, writeTail } from "../storage/unload-buffer.js";
import type { Command, Fields } from "../base/types.js";
import { settleOwed } from "./withdraw.js";

const TAILS: Tails = { names: tailNames, read: readTail, write: writeTail, drop: dropTail };

/** Written in by the build: the hash of `later_bg.wasm`. */
declare const LATER_INTEGRITY: string;

/** Brings the engine's second half, opens the store as far as the visitor agreed, and begins. */
export async function record(desk: Desk, runCommand: RunCommand): Promise<Visit> {
  desk.extend(
    await WebAssembly.compileStreaming(
      fetch(new URL("later_bg.wasm", import.meta.url), { integrity: LATER_INTEGRITY }),
    ),
  );
  const visit = new Visit(desk, runCommand);
  await visit.enter();
  visit.begin();
  return visit;
}

/** Runs a command of the site. */
export type RunCommand = (visit: Visit, command: Command) => unknown;

/** One document's visit. */
export class Visit implements Recorder {
  /** Every command is told on the console. */
  isDebugged = false;
  /** The customer whose token is on its way to the server, as a hash. */
  identifying: number | undefined;
  store: Store | undefined;
  sync: Sync | undefined;
  #journal: Journal | undefined;
  #channel: BroadcastChannel | undefined;
  #stopFollowing: () => void = () => undefined;
  #closed = false;
  readonly #over = new AbortController();

  constructor(
    readonly desk: Desk,
    private readonly runCommand: RunCommand,
  ) {}

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Opens the store; without one the visit lives in memory. */
  async enter(): Promise<void> {
    const { desk } = this;
    const { options, purposes } = desk.from;
    // The first half read of the profile what a choice needs; what is recorded goes into the whole.
    desk.runtime.loadWith(desk.known.state, EMPTY);
    const store = purposes.keep ? await enterStore(desk, TAILS) : undefined;
    if (!store) return;
    this.store = store;
    desk.known.isPaused = store.visitor.paused === true;
    this.learned();
    this.#journal = new Journal(store, TAILS, {
      prefix: tailPrefix(options.site),
      nowMs: () => desk.nowMs(),
      ended: (end) => desk.ended(end),
      committed: () => carry(desk, this.store),
    });
  }

  /** Follows the page, and tells the server what is owed to it. */
  begin(): void {
    const { desk } = this;
    const { options } = desk.from;
    this.#listen();
    followLinks((event) => desk.guard(() => this.run(event)), this.#over.signal);
    this.#stopFollowing = follow({
      moved: () => desk.guard(() => options.auto !== "off" && this.turnPage()),
      hidden: () => desk.guard(() => this.flush(true)),
      left: () => desk.guard(() => this.#leave()),
      restored: () => desk.guard(() => this.#restore()),
    });
    // The page that the first choice was made on: what it shows is still shown.
    if (options.auto !== "off") this.#view();
    this.#converse();
    desk.guard(() => this.store && settleOwed(options, this.store.owed));
  }

  /** Talks with the server from now on, where that was agreed to and nobody asked for a pause. */
  #converse(): void {
    const { store, desk } = this;
    const { options, purposes } = desk.from;
    if (
      !store ||
      !this.#journal ||
      options.server === undefined ||
      !purposes.sync ||
      desk.known.isPaused
    )
      return;
    this.sync = new Sync(this.#syncHost(options.server, this.#journal), store, this.#journal);
    this.sync.soon();
  }

  run(command: Command): unknown {
    return this.runCommand(this, command);
  }

  /** Another page is looked at: what the last one showed may be shown again. */
  turnPage(topics: readonly string[] = []): void {
    this.desk.chooser.turnPage();
    this.#view(topics);
  }

  /** Takes events: into the engine, the store, and in time to the server. */
  take(events: Uint8Array): void {
    if (events.length === 0 || this.#closed || this.desk.known.isPaused) return;
    const { runtime, known } = this.desk;
    // At once for the next choice; the commit applies it to the stored state, and loads that.
    runtime.apply(events);
    known.state = runtime.save();
    this.#journal?.push(events);
    this.sync?.soon();
  }

  /** Something happened; answers what was wrong with the call, if anything. */
  track(name: string, fields: Fields | undefined): "unknown event" | "bad field" | undefined {
    this.take(this.desk.runtime.track(this.desk.nowMs(), name, packFields(fields)));
    return ([undefined, "unknown event", "bad field"] as const)[this.desk.runtime.lastError()];
  }

  /** Commits, and hands in: `leaving`, as far as that is still possible. */
  async flush(leaving = false): Promise<void> {
    if (leaving) this.#journal?.writeTail();
    await this.#journal?.commit();
    await this.sync?.now(leaving);
  }

  /** Begins or ends a pause: in this browser, or where nothing is kept on this page. Whether it did. */
  async pause(isPaused: boolean): Promise<boolean> {
    // What happened until now was allowed.
    if (isPaused) await this.#journal?.commit();
    const outcome = this.#closed ? "gone" : await this.store?.noteOf({ paused: isPaused });
    if (outcome !== undefined && outcome !== "kept") {
      this.desk.ended(outcome);
      return false;
    }
    this.#heedPause(isPaused);
    this.tellTabs();
    return true;
  }

  /** The store knows more than the engine does. */
  readonly learned = (secret?: string): void => know(this.desk, this.store, secret);

  /** The other tabs look at the store. */
  readonly tellTabs = (): void => this.#channel?.postMessage("look");

  /** Begins again with an empty profile; the last one is erased, here and on the server. Whether it is. */
  async reset(): Promise<boolean> {
    const { store, desk } = this;
    const outcome = (await store?.renewVisitor(undefined, true)) ?? "kept";
    if (outcome !== "kept") desk.ended(outcome);
    if (this.#closed || outcome !== "kept") return false;
    if (!store) desk.known.state = EMPTY;
    this.learned(store?.visitor.secret ?? newVisitor(0).secret);
    desk.again();
    this.tellTabs();
    if (store) await settleOwed(desk.from.options, store.owed);
    return true;
  }

  /** Another person begins: nothing of the last one is known any more. */
  async beginAnew(customer?: number): Promise<void> {
    const { store, desk } = this;
    await this.#journal?.commit();
    const last = store && {
      visitor: store.visitor,
      replica: store.replica,
      others: store.others,
      pace: store.pace,
    };
    // Before the network is asked anything: the page may be left at once.
    const outcome = await store?.renewVisitor(customer);
    if (outcome !== undefined && outcome !== "kept") desk.ended(outcome);
    if (!this.store) desk.known.state = EMPTY;
    this.learned(this.store?.visitor.secret ?? newVisitor(0).secret);
    if (last && outcome === "kept") void this.sync?.last(last);
  }

  close(): void {
    this.#closed = true;
    this.#over.abort();
    this.#stopFollowing();
    this.#channel?.close();
    for (const part of [this.#journal, this.sync, this.store]) part?.close();
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
    if (outcome === "kept") this.#heedPause(this.store?.visitor.paused === true);
    else if (outcome !== undefined) this.desk.ended(outcome);
  }

  /** A pause that was begun or ended, here or in another tab: the slots, the talk with the server and the state follow. */
  #heedPause(isPaused: boolean): void {
    const { desk } = this;
    if (this.#closed || desk.known.isPaused === isPaused) return;
    desk.known.isPaused = isPaused;
    desk.mode = isPaused ? "paused" : this.store ? "ready" : "memory";
    this.sync?.close();
    this.sync = undefined;
    this.#converse();
    carry(desk, this.store);
    desk.chooser.turnPage();
    desk.again();
    if (!isPaused && desk.from.options.auto !== "off") this.#view();
    desk.from.report(desk.mode);
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
    if (this.store) carry(this.desk, this.store, this.desk.runtime.save());
    this.store?.close();
    this.#channel?.close();
  }

  /** Back from the back-forward cache: reads the store again; if the visit goes on, the page is looked at again. */
  async #restore(): Promise<void> {
    // First: what is said while the commit runs is said after it has looked, perhaps.
    this.#listen();
    this.#journal?.resume();
    if (this.#journal && (await this.#journal.commit()) !== "kept") return;
    const { desk, store } = this;
    const wasPaused = desk.known.isPaused;
    this.#heedPause(store ? store.visitor.paused === true : wasPaused);
    // Where a pause ended meanwhile, the page was looked at just now.
    if (!this.#closed && !wasPaused && desk.from.options.auto !== "off") this.turnPage();
  }

  #syncHost(server: string, journal: Journal): ConstructorParameters<typeof Sync>[0] {
    const { desk } = this;
    return {
      site: desk.from.options.site,
      server,
      configTold: renewal(desk.runtime.configVersion(), desk.from.options),
      nowMs: () => desk.nowMs(),
      learned: this.learned,
      replicaRenewed: () => void journal.commit(),
      ended: (end) => (end === "erased" ? desk.guard(() => desk.erase()) : desk.ended(end)),
    };
  }
}
