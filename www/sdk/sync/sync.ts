/**
 * Sync of this browser with the server. In: notices of changes. Out: at most one request at a time,
 * with committed states only, at the pace that the server allows. Never: more requests than the
 * server allows, or a loss of the local profile.
 */
import { backoffMs, retryDelayMs } from "./backoff.js";
import { fromBase64url, toBase64url } from "../storage/codec.js";
import { newReplica, type ReplicaVersion, type SyncState } from "../storage/records.js";
import type { EventQueue } from "../storage/event-queue.js";
import type { CommitOutcome } from "../storage/store-types.js";
import type { Store } from "../storage/profile-store.js";
import { remoteOf, sendRequest, type Answer, type ServerRequest } from "./http.js";
import { isTrap } from "../base/trap.js";
import type { ConsentReceipt } from "../base/types.js";

/** Callbacks of the sync. */
export interface SyncHost {
  readonly site: string;
  readonly server: string;
  nowMs(): number;
  /** Reports that the store has a new remote state or clock. */
  reloadEngine(): void;
  /** Reports the version of the config that the server has. */
  onConfigVersion(version: unknown): void;
  /** Reports another replica: pending events are to be committed to it. */
  onReplicaRenewed(): void;
  ended(outcome: CommitOutcome | "erased" | "trap"): void;
}

/** Records that a request is made of. */
export type SyncSource = Pick<Store, "visitor" | "replica" | "remote" | "syncState">;

/** Delay after a change, so that a page's first events go together. */
const SOON_MS = 1_500;
/** Least time between two scheduled requests. */
const GAP_MS = 10_000;
/** Age after which the remote state is requested again, changed or not. */
const FRESH_MS = 5 * 60_000;
const DELAY_MAX_MS = 2 * 3_600_000;
/**
 * Version of a request without own state: the server may hold other replicas, but none of this
 * version.
 */
const ASKED = Number.MAX_SAFE_INTEGER;

export class Sync {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  /** Marks a rejection (400, 403, 422…). The same request would be rejected again. */
  #rejected = false;
  readonly #over = new AbortController();

  constructor(
    private readonly host: SyncHost,
    private readonly store: Store,
    private readonly queue: EventQueue,
  ) {}

  /** Schedules a request after a change. */
  schedule(delayMs = SOON_MS): void {
    if (this.#stopped()) return;
    const { atMs, notBeforeMs, failures } = this.store.syncState;
    const nowMs = Date.now();
    const due = Math.max(nowMs + delayMs, notBeforeMs, failures === 0 ? atMs + GAP_MS : 0);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.send(), Math.min(due - nowMs, 3_600_000));
  }

  /**
   * Sends a request now, unless the server asked for time. `leaving`: the page may end before the
   * answer.
   */
  send(leaving = false): Promise<void> {
    this.#running ??= this.#run(leaving)
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** Sends a request even if the server has the current version: the visitor was identified. */
  async forceSync(): Promise<void> {
    await this.#running;
    this.#rejected = false;
    await this.store.saveSyncState({ ...this.store.syncState, atMs: 0 });
    await this.send();
  }

  /**
   * Sends another kind of request, after the current sync, and again after each delay, until it is
   * answered or obsolete.
   */
  async request(question: () => Promise<ServerRequest | undefined>): Promise<Answer | undefined> {
    await this.send();
    for (let failures = 0; ; failures++) {
      await this.#delayOver();
      const message = await question();
      if (!message || this.#over.signal.aborted) return undefined;
      const answer = await sendRequest(message);
      if (answer.kind === "retry_later") await this.#delay(answer, this.store.syncState);
      else if (answer.kind === "failed") await this.#pause(backoffMs(failures, Math.random()));
      else return answer;
    }
  }

  /** Sends the last state of a visitor whom a logout has replaced. The answer is ignored. */
  async sendReplaced(party: SyncSource): Promise<void> {
    await this.#running;
    const { syncState, replica } = party;
    if (this.#stopped() || this.#isDelayed() || syncState.version === replica.version) return;
    await this.#send(party, true);
  }

  close(): void {
    this.#over.abort();
    clearTimeout(this.#timer);
  }

  async #run(leaving: boolean): Promise<void> {
    clearTimeout(this.#timer);
    const { store } = this;
    if (this.#stopped() || this.#isDelayed()) return;
    // Committed with strict durability first: a power cut must not undo a version that the server
    // has.
    if ((await this.queue.commit("strict")) !== "kept" || this.#stopped()) return;
    // Another tab may have synced meanwhile, or received a delay.
    if (this.#isDelayed() || (!this.#hasUnsentImport() && this.#isUpToDate())) return;
    // From now on the server may hold something, even without an answer: a withdrawal must know
    // that.
    if (store.syncState.version === 0)
      await this.#saveSyncState({ ...store.syncState, version: 1, atMs: 0 });
    await this.#sendImported(leaving);
    if (this.#stopped() || this.#isDelayed()) return;
    const { visitor, replica } = store;
    const answer = await this.#send(store, leaving);
    // After a logout the answer is about another visitor.
    if (this.#stopped() || store.visitor.secret !== visitor.secret) return;
    await this.#handleAnswer(answer, replica);
  }

  /** The page was left during a write, or the store failed: the next request sends everything. */
  #failed(error: unknown): void {
    if (isTrap(error)) this.host.ended("trap");
  }

  /**
   * Sends an imported profile, under a replica id of its own. If the server rejects it, it stays in
   * this browser.
   */
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
    else if (answer.kind === "retry_later" || answer.kind === "failed")
      await this.#delay(answer, store.syncState);
    else if (answer.kind === "erased") this.host.ended("erased");
  }

  #send(party: SyncSource, leaving: boolean): Promise<Answer> {
    return sendRequest({
      method: "POST",
      url: `${this.host.server}/v1/sync`,
      body: this.#entry(party),
      leaving,
    });
  }

  #stopped(): boolean {
    return this.#rejected || this.#over.signal.aborted;
  }

  #isDelayed(): boolean {
    return this.#retryDelayMs() > 0;
  }

  /** Returns the remaining delay, in milliseconds. */
  #retryDelayMs(): number {
    const retryDelayMs = this.store.syncState.notBeforeMs - Date.now();
    // A longer delay comes from a clock that was once ahead.
    return retryDelayMs > 0 && retryDelayMs < DELAY_MAX_MS ? retryDelayMs : 0;
  }

  /** Waits until the server may be asked again, or the sync ends. */
  async #delayOver(): Promise<void> {
    while (this.#isDelayed() && !this.#over.signal.aborted) await this.#pause(this.#retryDelayMs());
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

  /** Returns `true` if the server does not have the import. */
  #hasUnsentImport(): boolean {
    return this.store.imported?.isAcknowledged === false;
  }

  #isUpToDate(): boolean {
    const { syncState, replica } = this.store;
    return (
      syncState.version === replica.version && Math.abs(Date.now() - syncState.atMs) < FRESH_MS
    );
  }

  #entry({ visitor, replica, remote }: SyncSource): object {
    return {
      site: this.host.site,
      visitor: visitor.secret,
      erase: visitor.erase,
      replica: replica.id,
      version: replica.version,
      state: toBase64url(replica.bytes),
      seen: remote.seq,
      ...(visitor.receipt && { consent: toWire(visitor.receipt) }),
    };
  }

  async #handleAnswer(answer: Answer, sent: ReplicaVersion): Promise<void> {
    const { syncState } = this.store;
    if (answer.kind === "erased") this.host.ended("erased");
    else if (answer.kind === "rejected") this.#rejected = true;
    else if (answer.kind === "ok") await this.#applyAnswer(answer, sent);
    else await this.#delay(answer, syncState);
  }

  async #delay(
    answer: Answer & { kind: "retry_later" | "failed" },
    syncState: SyncState,
  ): Promise<void> {
    const random = Math.random();
    const wait =
      answer.kind === "retry_later"
        ? retryDelayMs(answer, Date.now(), random)
        : backoffMs(syncState.failures, random);
    await this.#saveSyncState({
      ...syncState,
      failures: syncState.failures + 1,
      notBeforeMs: Date.now() + wait,
    });
    this.schedule();
  }

  async #applyAnswer(
    { body, skewMs }: Answer & { kind: "ok" },
    sent: ReplicaVersion,
  ): Promise<void> {
    this.host.onConfigVersion(body.config);
    const remote = remoteOf(body);
    const skew = skewMs ?? this.store.syncState.skewMs;
    const conflict = body.conflict === true;
    await this.#saveSyncState(
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
    if (this.store.replica.id !== sent.id) this.host.onReplicaRenewed();
    this.schedule();
  }

  async #saveSyncState(
    syncState: SyncState,
    remote?: { seq: number; bytes: Uint8Array },
  ): Promise<void> {
    const outcome = await this.store.saveSyncState(syncState, remote);
    if (outcome !== "kept") this.host.ended(outcome);
  }
}

/** Converts a receipt to the form of the server. */
const toWire = ({ at_ms, version, source, purposes }: ConsentReceipt): object => ({
  at: at_ms,
  version,
  source,
  purposes,
});

/**
 * Returns the subject of a customer's token, to notice another customer; unverified. `undefined` if
 * unreadable.
 */
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
