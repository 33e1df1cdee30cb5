/**
 * The recorder: what happens on the page goes into the engine at once, into the store soon after, and to the server
 * as far as agreed. Comes in: a desk, events, the document's life. Goes out: commits, tails, hand-ins. Must stop at
 * once, and for good, when told so.
 */
import { EMPTY } from "../engine/inputs.js";
import { writeCookie } from "./write-cookie.js";
import type { SessionContext, RecorderHandle } from "./session-types.js";
import { loadIntoEngine } from "./engine-state.js";
import { openStore } from "./open-store.js";
import { EventQueue, type UnloadBuffer } from "../storage/event-queue.js";
import { follow } from "./page-lifecycle.js";
import { followLinks } from "./links.js";
import { channelName, unloadBufferPrefix } from "../storage/keys.js";
import { packFields } from "../storage/codec.js";
import { readPage } from "./page.js";
import { newVisitor } from "../storage/records.js";
import type { Store } from "../storage/profile-store.js";
import { renewal } from "../sync/config-refresh.js";
import { Sync } from "../sync/sync.js";
import { dropBuffer, readBuffer, bufferKeys, writeBuffer } from "../storage/unload-buffer.js";
import type { Command, Fields } from "../base/client-types.js";
import { sendPendingErasures } from "./withdraw.js";

const UNLOAD_BUFFER: UnloadBuffer = {
  names: bufferKeys,
  read: readBuffer,
  write: writeBuffer,
  drop: dropBuffer,
};

/** Written in by the build: the hash of `later_bg.wasm`. */
declare const LATER_INTEGRITY: string;

/** Brings the engine's second half, opens the store as far as the visitor agreed, and begins. */
export async function record(session: SessionContext, runCommand: RunCommand): Promise<Recorder> {
  session.extend(
    await WebAssembly.compileStreaming(
      fetch(new URL("later_bg.wasm", import.meta.url), { integrity: LATER_INTEGRITY }),
    ),
  );
  const recorder = new Recorder(session, runCommand);
  await recorder.enter();
  recorder.begin();
  return recorder;
}

/** Runs a command of the site. */
export type RunCommand = (recorder: Recorder, command: Command) => unknown;

/** One document's visit. */
export class Recorder implements RecorderHandle {
  /** Every command is told on the console. */
  isDebugged = false;
  /** The customer whose token is on its way to the server, as a hash. */
  identifying: number | undefined;
  store: Store | undefined;
  sync: Sync | undefined;
  #queue: EventQueue | undefined;
  #channel: BroadcastChannel | undefined;
  #stopFollowing: () => void = () => undefined;
  #closed = false;
  readonly #over = new AbortController();

  constructor(
    readonly session: SessionContext,
    private readonly runCommand: RunCommand,
  ) {}

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Opens the store; without one the visit lives in memory. */
  async enter(): Promise<void> {
    const { session } = this;
    const { options, purposes } = session.from;
    // The first half read of the profile what a choice needs; what is recorded goes into the whole.
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
      committed: () => writeCookie(session, this.store),
    });
  }

  /** Follows the page, and tells the server what is owed to it. */
  begin(): void {
    const { session } = this;
    const { options } = session.from;
    this.#listen();
    followLinks((event) => session.guard(() => this.run(event)), this.#over.signal);
    this.#stopFollowing = follow({
      moved: () => session.guard(() => options.auto !== "off" && this.onPageChange()),
      hidden: () => session.guard(() => this.flush(true)),
      left: () => session.guard(() => this.#leave()),
      restored: () => session.guard(() => this.#restore()),
    });
    // The page that the first choice was made on: what it shows is still shown.
    if (options.auto !== "off") this.#view();
    this.#startSync();
    session.guard(() => this.store && sendPendingErasures(options, this.store.pendingErasures));
  }

  /** Talks with the server from now on, where that was agreed to and nobody asked for a pause. */
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
    this.sync.soon();
  }

  run(command: Command): unknown {
    return this.runCommand(this, command);
  }

  /** Another page is looked at: what the last one showed may be shown again. */
  onPageChange(topics: readonly string[] = []): void {
    this.session.chooser.startPage();
    this.#view(topics);
  }

  /** Takes events: into the engine, the store, and in time to the server. */
  take(events: Uint8Array): void {
    if (events.length === 0 || this.#closed || this.session.known.isPaused) return;
    const { runtime, known } = this.session;
    // At once for the next choice; the commit applies it to the stored state, and loads that.
    runtime.apply(events);
    known.state = runtime.save();
    this.#queue?.push(events);
    this.sync?.soon();
  }

  /** Something happened; answers what was wrong with the call, if anything. */
  track(name: string, fields: Fields | undefined): "unknown event" | "bad field" | undefined {
    this.take(this.session.runtime.track(this.session.nowMs(), name, packFields(fields)));
    return ([undefined, "unknown event", "bad field"] as const)[this.session.runtime.lastError()];
  }

  /** Commits, and hands in: `leaving`, as far as that is still possible. */
  async flush(leaving = false): Promise<void> {
    if (leaving) this.#queue?.writeBuffer();
    await this.#queue?.commit();
    await this.sync?.now(leaving);
  }

  /** Begins or ends a pause: in this browser, or where nothing is kept on this page. Whether it did. */
  async pause(isPaused: boolean): Promise<boolean> {
    // What happened until now was allowed.
    if (isPaused) await this.#queue?.commit();
    const outcome = this.#closed ? "gone" : await this.store?.noteOf({ paused: isPaused });
    if (outcome !== undefined && outcome !== "kept") {
      this.session.ended(outcome);
      return false;
    }
    this.#applyPause(isPaused);
    this.notifyTabs();
    return true;
  }

  /** The store knows more than the engine does. */
  readonly reloadEngine = (secret?: string): void =>
    loadIntoEngine(this.session, this.store, secret);

  /** The other tabs look at the store. */
  readonly notifyTabs = (): void => this.#channel?.postMessage("look");

  /** Begins again with an empty profile; the last one is erased, here and on the server. Whether it is. */
  async reset(): Promise<boolean> {
    const { store, session } = this;
    const outcome = (await store?.renewVisitor(undefined, true)) ?? "kept";
    if (outcome !== "kept") session.ended(outcome);
    if (this.#closed || outcome !== "kept") return false;
    if (!store) session.known.state = EMPTY;
    this.reloadEngine(store?.visitor.secret ?? newVisitor(0).secret);
    session.again();
    this.notifyTabs();
    if (store) await sendPendingErasures(session.from.options, store.pendingErasures);
    return true;
  }

  /** Another person begins: nothing of the last one is known any more. */
  async beginAnew(customer?: number): Promise<void> {
    const { store, session } = this;
    await this.#queue?.commit();
    const last = store && {
      visitor: store.visitor,
      replica: store.replica,
      remote: store.remote,
      syncState: store.syncState,
    };
    // Before the network is asked anything: the page may be left at once.
    const outcome = await store?.renewVisitor(customer);
    if (outcome !== undefined && outcome !== "kept") session.ended(outcome);
    if (!this.store) session.known.state = EMPTY;
    this.reloadEngine(this.store?.visitor.secret ?? newVisitor(0).secret);
    if (last && outcome === "kept") void this.sync?.last(last);
  }

  close(): void {
    this.#closed = true;
    this.#over.abort();
    this.#stopFollowing();
    this.#channel?.close();
    for (const part of [this.#queue, this.sync, this.store]) part?.close();
    this.#queue = this.store = this.sync = undefined;
  }

  #view(topics: readonly string[] = []): void {
    const { runtime, known } = this.session;
    known.page = readPage(topics);
    const { explicit, url, tokens } = known.page;
    this.take(runtime.page(this.session.nowMs(), explicit, url, tokens));
  }

  /** Looks whether the visitor is still there. */
  async #look(): Promise<void> {
    const outcome = await this.store?.present().catch(() => undefined);
    if (outcome === "kept") this.#applyPause(this.store?.visitor.paused === true);
    else if (outcome !== undefined) this.session.ended(outcome);
  }

  /** A pause that was begun or ended, here or in another tab: the slots, the talk with the server and the state follow. */
  #applyPause(isPaused: boolean): void {
    const { session } = this;
    if (this.#closed || session.known.isPaused === isPaused) return;
    session.known.isPaused = isPaused;
    session.mode = isPaused ? "paused" : this.store ? "ready" : "memory";
    this.sync?.close();
    this.sync = undefined;
    this.#startSync();
    writeCookie(session, this.store);
    session.chooser.startPage();
    session.again();
    if (!isPaused && session.from.options.auto !== "off") this.#view();
    session.from.report(session.mode);
  }

  #listen(): void {
    if (!this.store || !("BroadcastChannel" in window)) return;
    this.#channel = new BroadcastChannel(channelName(this.session.from.options.site));
    // Whatever is said there, by whomever: it only makes us look at the store.
    this.#channel.onmessage = () => this.session.guard(() => this.#look());
  }

  /** Frozen or closed from now on. */
  #leave(): void {
    this.#queue?.writeBuffer();
    if (this.store) writeCookie(this.session, this.store, this.session.runtime.save());
    this.store?.close();
    this.#channel?.close();
  }

  /** Back from the back-forward cache: reads the store again; if the visit goes on, the page is looked at again. */
  async #restore(): Promise<void> {
    // First: what is said while the commit runs is said after it has looked, perhaps.
    this.#listen();
    this.#queue?.resume();
    if (this.#queue && (await this.#queue.commit()) !== "kept") return;
    const { session, store } = this;
    const wasPaused = session.known.isPaused;
    this.#applyPause(store ? store.visitor.paused === true : wasPaused);
    // Where a pause ended meanwhile, the page was looked at just now.
    if (!this.#closed && !wasPaused && session.from.options.auto !== "off") this.onPageChange();
  }

  #syncHost(server: string, queue: EventQueue): ConstructorParameters<typeof Sync>[0] {
    const { session } = this;
    return {
      site: session.from.options.site,
      server,
      onConfigVersion: renewal(session.runtime.configVersion(), session.from.options),
      nowMs: () => session.nowMs(),
      reloadEngine: this.reloadEngine,
      replicaRenewed: () => void queue.commit(),
      ended: (end) =>
        end === "erased" ? session.guard(() => session.erase()) : session.ended(end),
    };
  }
}
