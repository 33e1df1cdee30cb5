/**
 * Keeps this browser and the server told of each other. Comes in: hints that something changed. Goes out: at
 * most one hand-in at a time, of committed states only, paced by what the server answers. Must never send
 * more often than the server allows, nor lose the local profile by what it says.
 */
import { backoffMs, restMs } from "./backoff.js";
import { fromBase64url, toBase64url } from "../storage/codec.js";
import { newReplica, type ReplicaVersion, type SyncState } from "../storage/records.js";
import type { EventQueue } from "../storage/event-queue.js";
import type { CommitOutcome, Store } from "../storage/profile-store.js";
import { remoteOf, send, type Answer, type Message } from "./http.js";
import { isTrap } from "../base/trap.js";
import type { ConsentReceipt } from "../base/types.js";

/** What the sync needs of the client. */
export interface SyncHost {
  readonly site: string;
  readonly server: string;
  nowMs(): number;
  /** The store holds what the server told: of other browsers, and of its clock. */
  reloadEngine(): void;
  /** The server serves a config of this version. */
  onConfigVersion(version: unknown): void;
  /** The replica was exchanged: whatever waits is to be committed to the new one. */
  replicaRenewed(): void;
  ended(outcome: CommitOutcome | "erased" | "trap"): void;
}

/** What a hand-in is made of. */
export type Party = Pick<Store, "visitor" | "replica" | "remote" | "syncState">;

/** After a change, so that a page's first events go together. */
const SOON_MS = 1_500;
/** Between two hand-ins nobody asked for. */
const GAP_MS = 10_000;
/** What the server knows of other browsers is asked for again after this time, changed or not. */
const FRESH_MS = 5 * 60_000;
const REST_MAX_MS = 2 * 3_600_000;
/** Stands for the last version taken where the server was only asked: it may hold other replicas, and has no version of this one. */
const ASKED = Number.MAX_SAFE_INTEGER;

export class Sync {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  /** The server refused (400, 403, 422…): the same would be refused again. */
  #refused = false;
  readonly #over = new AbortController();

  constructor(
    private readonly host: SyncHost,
    private readonly store: Store,
    private readonly queue: EventQueue,
  ) {}

  /** Something changed: hand it in before long. */
  soon(delayMs = SOON_MS): void {
    if (this.#stopped()) return;
    const { atMs, notBeforeMs, failures } = this.store.syncState;
    const nowMs = Date.now();
    const due = Math.max(nowMs + delayMs, notBeforeMs, failures === 0 ? atMs + GAP_MS : 0);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.now(), Math.min(due - nowMs, 3_600_000));
  }

  /** Hands in at once, unless the server asked for rest; `leaving`: the page may be gone before the answer. */
  now(leaving = false): Promise<void> {
    this.#running ??= this.#run(leaving)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Something that the server must know of now, whatever was handed in before: who the visitor is. */
  async forceSync(): Promise<void> {
    await this.#running;
    this.#refused = false;
    await this.store.note({ ...this.store.syncState, atMs: 0 });
    await this.now();
  }

  /** Asks something that is no hand-in: after one, and again after each rest, until it is answered or there is nothing to ask. */
  async ask(question: () => Promise<Message | undefined>): Promise<Answer | undefined> {
    await this.now();
    for (let failures = 0; ; failures++) {
      await this.#backoffOver();
      const message = await question();
      if (!message || this.#over.signal.aborted) return undefined;
      const answer = await send(message);
      if (answer.kind === "rest") await this.#rest(answer, this.store.syncState);
      else if (answer.kind === "failed") await this.#pause(backoffMs(failures, Math.random()));
      else return answer;
    }
  }

  /** Hands in for whom a logout has replaced; what the server answers concerns nobody here any more. */
  async last(party: Party): Promise<void> {
    await this.#running;
    const { syncState, replica } = party;
    if (this.#stopped() || this.#isBackingOff() || syncState.version === replica.version) return;
    await this.#send(party, true);
  }

  close(): void {
    this.#over.abort();
    clearTimeout(this.#timer);
  }

  async #run(leaving: boolean): Promise<void> {
    clearTimeout(this.#timer);
    const { store } = this;
    if (this.#stopped() || this.#isBackingOff()) return;
    // Strictly durable before it leaves: a version that the server saw must not be taken back by a power cut.
    if ((await this.queue.commit("strict")) !== "kept" || this.#stopped()) return;
    // Another tab may have handed in meanwhile, or have been told to rest.
    if (this.#isBackingOff() || (!this.#hasUnsentImport() && this.#isUpToDate())) return;
    // The server may hold something from now on, whether or not its answer arrives: a withdrawal must know.
    if (store.syncState.version === 0)
      await this.#note({ ...store.syncState, version: 1, atMs: 0 });
    await this.#sendImported(leaving);
    if (this.#stopped() || this.#isBackingOff()) return;
    const { visitor, replica } = store;
    const answer = await this.#send(store, leaving);
    // A logout meanwhile: the answer is about somebody else.
    if (this.#stopped() || store.visitor.secret !== visitor.secret) return;
    await this.#handleAnswer(answer, replica);
  }

  /** The page was left in the midst of a write, or the store failed: the next hand-in tells it all. */
  #failed(error: unknown): void {
    if (isTrap(error)) this.host.ended("trap");
  }

  /** Hands in what was brought from another browser, under a name of its own. Refused for what it is, it stays here. */
  async #sendImported(leaving: boolean): Promise<void> {
    const { store } = this;
    const { imported } = store;
    if (!imported || !this.#hasUnsentImport() || this.#stopped()) return;
    const replica = { ...newReplica(), id: imported.id, version: 1, bytes: imported.bytes };
    const answer = await this.#send(
      { visitor: store.visitor, remote: store.remote, syncState: store.syncState, replica },
      leaving,
    );
    if (this.#stopped()) return;
    if (answer.kind === "ok") await store.noteAcknowledged(imported);
    else if (answer.kind === "rest" || answer.kind === "failed")
      await this.#rest(answer, store.syncState);
    else if (answer.kind === "gone") this.host.ended("erased");
  }

  #send(party: Party, leaving: boolean): Promise<Answer> {
    return send({
      method: "POST",
      url: `${this.host.server}/v1/sync`,
      body: this.#entry(party),
      leaving,
    });
  }

  #stopped(): boolean {
    return this.#refused || this.#over.signal.aborted;
  }

  #isBackingOff(): boolean {
    return this.#restMs() > 0;
  }

  /** How long the server asked to be left alone from now on. */
  #restMs(): number {
    const restMs = this.store.syncState.notBeforeMs - Date.now();
    // Longer than any rest is a clock that was once ahead.
    return restMs > 0 && restMs < REST_MAX_MS ? restMs : 0;
  }

  /** Until the server may be asked again, or this ends. */
  async #backoffOver(): Promise<void> {
    while (this.#isBackingOff() && !this.#over.signal.aborted) await this.#pause(this.#restMs());
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#over.signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }

  /** Something was brought from another browser that the server does not have. */
  #hasUnsentImport(): boolean {
    return this.store.imported?.told === false;
  }

  #isUpToDate(): boolean {
    const { syncState, replica } = this.store;
    return (
      syncState.version === replica.version && Math.abs(Date.now() - syncState.atMs) < FRESH_MS
    );
  }

  #entry({ visitor, replica, remote }: Party): object {
    return {
      site: this.host.site,
      visitor: visitor.secret,
      erase: visitor.erase,
      replica: replica.id,
      version: replica.version,
      state: toBase64url(replica.bytes),
      seen: remote.seq,
      ...(visitor.receipt && { consent: asSent(visitor.receipt) }),
    };
  }

  async #handleAnswer(answer: Answer, sent: ReplicaVersion): Promise<void> {
    const { syncState } = this.store;
    if (answer.kind === "gone") this.host.ended("erased");
    else if (answer.kind === "refused") this.#refused = true;
    else if (answer.kind === "ok") await this.#take(answer, sent);
    else await this.#rest(answer, syncState);
  }

  async #rest(answer: Answer & { kind: "rest" | "failed" }, syncState: SyncState): Promise<void> {
    const random = Math.random();
    const wait =
      answer.kind === "rest"
        ? restMs(answer, Date.now(), random)
        : backoffMs(syncState.failures, random);
    await this.#note({
      ...syncState,
      failures: syncState.failures + 1,
      notBeforeMs: Date.now() + wait,
    });
    this.soon();
  }

  async #take({ body, skewMs }: Answer & { kind: "ok" }, sent: ReplicaVersion): Promise<void> {
    this.host.onConfigVersion(body.config);
    const remote = remoteOf(body);
    const skew = skewMs ?? this.store.syncState.skewMs;
    const conflict = body.conflict === true;
    await this.#note(
      {
        version: sent.version || ASKED,
        atMs: conflict ? 0 : Date.now(),
        failures: 0,
        notBeforeMs: 0,
        skewMs: skew,
      },
      remote,
    );
    this.host.reloadEngine();
    if (!conflict) return;
    const held = typeof body.held === "number" ? body.held : sent.version;
    const outcome = await this.store.renewReplica(sent, held, this.host.nowMs());
    if (outcome !== "kept") {
      this.host.ended(outcome);
      return;
    }
    if (this.store.replica.id !== sent.id) this.host.replicaRenewed();
    this.soon();
  }

  async #note(syncState: SyncState, remote?: { seq: number; bytes: Uint8Array }): Promise<void> {
    const outcome = await this.store.note(syncState, remote);
    if (outcome !== "kept") this.host.ended(outcome);
  }
}

/** What was agreed to, in the server's words. */
const asSent = ({ at_ms, version, source, purposes }: ConsentReceipt): object => ({
  at: at_ms,
  version,
  source,
  purposes,
});

/** The subject of a customer's token, to notice another one; whether it is true is the server's to say. */
export function subjectOf(token: string): string | undefined {
  const bytes = fromBase64url(token.split(".")[1]);
  if (!bytes) return undefined;
  try {
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown };
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}
