/**
 * Recorder of a page. In: a session, events, the document's lifecycle. Out: events in the engine at
 * once, in the store soon after, and on the server if the visitor agreed. Never: work after the
 * session ended.
 */
import { PRIVATE } from "../base/fetch-options.js";
import { EMPTY } from "../engine/inputs.js";
import { writeCookie } from "./write-cookie.js";
import type { SessionContext, RecorderHandle } from "./session-types.js";
import { loadIntoEngine } from "./engine-state.js";
import { openStore, UNLOAD_BUFFER } from "./open-store.js";
import { EventQueue } from "../storage/event-queue.js";
import { Preparer } from "./prepare.js";
import { followLinks } from "./links.js";
import { Mistakes } from "./mistakes.js";
import { chooseAgain, PageViews } from "./page-views.js";
import { channelName, unloadBufferPrefix } from "../storage/keys.js";
import { pageAddress } from "./page-address.js";
import { readPage, reportUnread } from "./page.js";
import { newVisitor } from "../storage/records.js";
import type { OfferElement } from "../slots/element.js";
import type { Store } from "../storage/profile-store.js";
import { configRefresher } from "../sync/config-refresh.js";
import { Sync } from "../sync/sync.js";
import type { Command } from "../base/client-types.js";
import { sendPendingErasures } from "./withdraw.js";

/** Hash of `later_bg.wasm`. The build inserts it. */
declare const LATER_INTEGRITY: string;

/**
 * Loads the engine's second half, opens the store as far as the visitor agreed, and starts
 * recording.
 */
export async function record(session: SessionContext, runCommand: RunCommand): Promise<Recorder> {
  session.extend(
    await WebAssembly.compileStreaming(
      fetch(new URL("later_bg.wasm", import.meta.url), { integrity: LATER_INTEGRITY, ...PRIVATE }),
    ),
  );
  const recorder = new Recorder(session, runCommand);
  await recorder.openStore();
  recorder.start();
  return recorder;
}

/** Function that runs a command of the site. */
export type RunCommand = (recorder: Recorder, command: Command) => unknown;

/** Recorder of one document. */
export class Recorder implements RecorderHandle {
  /** Logs every command on the console. */
  isDebugged = false;
  /** Hash of the customer whose token the server has not answered yet. */
  identifying: number | undefined;
  readonly mistakes: Mistakes;
  /** Errors of the page's structured data, for its developer. */
  pageErrors: readonly string[] = [];
  store: Store | undefined;
  sync: Sync | undefined;
  #queue: EventQueue | undefined;
  #preparer: Preparer | undefined;
  #channel: BroadcastChannel | undefined;
  #views: PageViews | undefined;
  #closed = false;
  readonly #over = new AbortController();

  constructor(
    readonly session: SessionContext,
    private readonly runCommand: RunCommand,
  ) {
    this.mistakes = new Mistakes(session);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Opens the store. Without one the profile lives in memory. */
  async openStore(): Promise<void> {
    const { session } = this;
    const { options, purposes } = session.from;
    // The first half of the engine read a part of the profile. Recording needs all of it.
    session.runtime.loadWith(session.known.state, EMPTY);
    const store = purposes.keep ? await openStore(session, UNLOAD_BUFFER) : undefined;
    if (!store) return;
    this.store = store;
    session.known.isPaused = store.visitor.paused === true;
    this.reloadEngine();
    this.#queue = new EventQueue(store, UNLOAD_BUFFER, {
      prefix: unloadBufferPrefix(options.site),
      nowMs: () => session.nowMs(),
      ended: (end) => session.ended(end),
      committed: () => {
        writeCookie(session, this.store);
        this.#preparer?.schedule();
      },
    });
    this.#preparer = new Preparer(session);
  }

  /** Follows the page, and sends pending erasures. */
  start(): void {
    const { session } = this;
    const { options } = session.from;
    this.#listen();
    followLinks((event) => session.guard(() => this.run(event)), this.#over.signal);
    this.#views = new PageViews(session, (topics) => this.#view(topics), {
      address: () => pageAddress(options, location),
      hidden: () => session.guard(() => this.flush(true)),
      left: () => session.guard(() => this.#leave()),
      restored: () => session.guard(() => this.#restore()),
    });
    this.#startSync();
    session.guard(() => this.mistakes.start());
    session.guard(() => this.store && sendPendingErasures(options, this.store.pendingErasures));
  }

  /** Starts the sync, if the visitor agreed to it and did not pause. */
  #startSync(): void {
    const { store, session } = this;
    const { options, purposes } = session.from;
    if (
      !store ||
      !this.#queue ||
      options.server === undefined ||
      !purposes.sync ||
      session.known.isPaused
    )
      return;
    this.sync = new Sync(this.#syncHost(options.server, this.#queue), store, this.#queue);
    this.sync.schedule();
  }

  run(command: Command): unknown {
    return this.runCommand(this, command);
  }

  /** Records a page view that the site sent. */
  page(topics: readonly string[]): void {
    this.#views?.sent(topics);
  }

  /** Chooses again for a slot whose offer the visitor refused. */
  again(slot: OfferElement): void {
    this.#views?.again(slot);
  }

  /** Adds events to the engine, the store and the next sync. */
  take(events: Uint8Array): void {
    if (events.length === 0 || this.#closed || this.session.known.isPaused) return;
    const { runtime, known } = this.session;
    // The next choice needs them at once. The commit applies them to the stored state, and loads
    // that.
    runtime.apply(events);
    known.state = runtime.save();
    this.#queue?.push(events);
    this.#preparer?.invalidate();
    this.sync?.schedule();
  }

  /** Commits and syncs. `leaving`: as far as an ending page can. */
  async flush(leaving = false): Promise<void> {
    if (leaving) this.#queue?.writeBuffer();
    await this.#queue?.commit();
    await this.sync?.send(leaving);
  }

  /** Starts or ends a pause, in the store or for this page. Returns `true` once it is done. */
  async pause(isPaused: boolean): Promise<boolean> {
    // Earlier events were allowed.
    if (isPaused) await this.#queue?.commit();
    const outcome = this.#closed ? "gone" : await this.store?.updateVisitor({ paused: isPaused });
    if (outcome !== undefined && outcome !== "kept") {
      this.session.ended(outcome);
      return false;
    }
    this.#applyPause(isPaused);
    this.notifyTabs();
    return true;
  }

  /** Loads the state of the store into the engine. */
  readonly reloadEngine = (secret?: string): void => {
    loadIntoEngine(this.session, this.store, secret);
    this.#preparer?.renew();
  };

  /** Asks the other tabs to check the store. */
  readonly notifyTabs = (): void => this.#channel?.postMessage("look");

  /**
   * Erases the profile here and on the server, and starts an empty one. Returns `true` once it is
   * done.
   */
  async reset(): Promise<boolean> {
    const { store, session } = this;
    const outcome = (await store?.renewVisitor(undefined, true)) ?? "kept";
    if (outcome !== "kept") session.ended(outcome);
    if (this.#closed || outcome !== "kept") return false;
    if (!store) session.known.state = EMPTY;
    this.reloadEngine(store?.visitor.secret ?? newVisitor(0).secret);
    chooseAgain(session);
    this.notifyTabs();
    if (store) await sendPendingErasures(session.from.options, store.pendingErasures);
    return true;
  }

  /** Starts an empty profile for another person. */
  async startOver(customer?: number): Promise<void> {
    const { store, session } = this;
    await this.#queue?.commit();
    const last = store && {
      visitor: store.visitor,
      replica: store.replica,
      remote: store.remote,
      syncState: store.syncState,
    };
    // The store comes before the network: the page may be left at once.
    const outcome = await store?.renewVisitor(customer);
    if (outcome !== undefined && outcome !== "kept") session.ended(outcome);
    if (!this.store) session.known.state = EMPTY;
    this.reloadEngine(this.store?.visitor.secret ?? newVisitor(0).secret);
    if (last && outcome === "kept") void this.sync?.sendReplaced(last);
  }

  close(): void {
    this.#closed = true;
    this.#over.abort();
    this.#views?.stop();
    this.#channel?.close();
    this.#preparer?.close();
    for (const part of [this.#queue, this.sync, this.store]) part?.close();
    this.#queue = this.store = this.sync = undefined;
  }

  #view(topics: readonly string[] = []): void {
    const { runtime, known } = this.session;
    const { unread, ...page } = readPage(pageAddress(this.session.from.options, location), topics);
    known.page = page;
    const { explicit, url, tokens } = page;
    this.mistakes.topics(explicit);
    this.pageErrors = [];
    if (unread.length > 0) void reportUnread(unread).then((errors) => (this.pageErrors = errors));
    this.take(runtime.page(this.session.nowMs(), explicit, url, tokens));
  }

  /** Checks whether the visitor is still stored. */
  async #check(): Promise<void> {
    const outcome = await this.store?.present().catch(() => undefined);
    if (outcome === "kept") this.#applyPause(this.store?.visitor.paused === true);
    else if (outcome !== undefined) this.session.ended(outcome);
  }

  /**
   * Applies a pause that started or ended, here or in another tab, to the slots, the sync and the
   * state.
   */
  #applyPause(isPaused: boolean): void {
    const { session } = this;
    if (this.#closed || session.known.isPaused === isPaused) return;
    session.known.isPaused = isPaused;
    session.mode = isPaused ? "paused" : this.store ? "ready" : "memory";
    this.#preparer?.renew();
    this.sync?.close();
    this.sync = undefined;
    this.#startSync();
    writeCookie(session, this.store);
    chooseAgain(session);
    if (!isPaused) this.#views?.restart();
    session.from.report(session.mode);
  }

  #listen(): void {
    if (!this.store || !("BroadcastChannel" in window)) return;
    this.#channel = new BroadcastChannel(channelName(this.session.from.options.site));
    // A message of any origin only causes a check of the store.
    this.#channel.onmessage = () => this.session.guard(() => this.#check());
  }

  /** Handles a page that is frozen or closed. */
  #leave(): void {
    this.#queue?.writeBuffer();
    this.#preparer?.flush();
    if (this.store) writeCookie(this.session, this.store, this.session.runtime.save());
    this.store?.close();
    this.#channel?.close();
  }

  /**
   * Handles a return from the back-forward cache: reads the store again, and records a page view.
   */
  async #restore(): Promise<void> {
    // The channel opens first: a message during the commit may come after its read.
    this.#listen();
    this.#queue?.resume();
    if (this.#queue && (await this.#queue.commit()) !== "kept") return;
    const { session, store } = this;
    const wasPaused = session.known.isPaused;
    this.#applyPause(store ? store.visitor.paused === true : wasPaused);
    // If a pause ended meanwhile, the page view was recorded already.
    if (!this.#closed && !wasPaused) this.#views?.restored();
  }

  #syncHost(server: string, queue: EventQueue): ConstructorParameters<typeof Sync>[0] {
    const { session } = this;
    return {
      site: session.from.options.site,
      server,
      onConfigVersion: configRefresher(session.runtime.configVersion(), session.from.options),
      nowMs: () => session.nowMs(),
      reloadEngine: this.reloadEngine,
      onReplicaRenewed: () => void queue.commit(),
      ended: (end) =>
        end === "erased" ? session.guard(() => session.erase()) : session.ended(end),
    };
  }
}
