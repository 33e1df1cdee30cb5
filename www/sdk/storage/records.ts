/**
 * Records of the store, with their validation. In: values from IndexedDB, of any release or origin.
 * Out: a record, or `undefined`. Never: trust in a shape that was not checked.
 */
import type { ConsentReceipt, Options } from "../base/types.js";
import { eventsAbove, newId, randomBytes, toBase64url, type QueuedEvents } from "./codec.js";

/** Stored visitor: random ids, of this site alone. */
export interface Visitor {
  /** Id of the visitor, 128 bits. Only this browser knows it; the server knows its hash. */
  readonly secret: string;
  /** Erase-only token. It is the only value that may outlive a withdrawal. */
  readonly erase: string;
  /** Tag of this visitor's unload buffers, so that buffers of an erased visitor are never read. */
  readonly tag: string;
  /**
   * Time of the first consent. The profile ends 13 months later, however often the visitor returns.
   */
  readonly sinceMs: number;
  /** Hash of the customer that the visitor was identified as. Another customer starts anew. */
  readonly customer?: number;
  /** Marks a pause: nothing is recorded, sent or chosen until it ends. */
  readonly paused?: boolean;
  /** Receipt of the consent in force. */
  readonly receipt?: ConsentReceipt;
}

/** This browser's own counts: one writer at a time, a version that grows with every change. */
export interface Replica {
  readonly id: string;
  readonly version: number;
  readonly bytes: Uint8Array;
  /** Last applied sequence number and its time, by document. */
  readonly applied: ReadonlyMap<string, readonly [seq: number, atMs: number]>;
}

/** Id and version of a replica. */
export type ReplicaVersion = Pick<Replica, "id" | "version">;

/** Queued events of one document, in its order. */
export interface Batch {
  readonly document: string;
  readonly entries: readonly QueuedEvents[];
}

/**
 * Merged state of the visitor's other browsers, from the server. It is replaced as a whole, and
 * never sent back.
 */
export interface RemoteState {
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/** Profile that the visitor imported from another browser, as a replica of its own. */
export interface Imported {
  /** Id of the replica under which it is sent. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** Marks an import that the server has acknowledged: the remote state contains it. */
  readonly isAcknowledged: boolean;
  /** Ids of all imports, so that nothing counts twice. */
  readonly importIds: readonly string[];
}

/** State of the sync with the server. */
export interface SyncState {
  /** Last version that the server stored; 0 if it has none. */
  readonly version: number;
  readonly atMs: number;
  readonly failures: number;
  readonly notBeforeMs: number;
  /** Server clock minus browser clock, in milliseconds. */
  readonly skewMs: number;
}

export const NO_REMOTE: RemoteState = { seq: 0, bytes: new Uint8Array() };
export const NO_SYNC_STATE: SyncState = {
  version: 0,
  atMs: 0,
  failures: 0,
  notBeforeMs: 0,
  skewMs: 0,
};

const DAY_MS = 86_400_000;
/** 13 months. */
const LIFETIME_MAX_DAYS = 395;
/** Earliest plausible time. */
const PLAUSIBLE_MS = Date.UTC(2026, 0);
const APPLIED_KEPT_DAYS = 7;
const APPLIED_MAX = 1_000;
const BYTES_MAX = 65_536;

export function newVisitor(nowMs: number): Visitor {
  const fresh = (length: number): string => toBase64url(randomBytes(length));
  return { secret: fresh(16), erase: fresh(16), tag: fresh(6), sinceMs: nowMs };
}

export function newReplica(): Replica {
  return { id: newId(), version: 0, bytes: new Uint8Array(), applied: new Map() };
}

/**
 * Returns the fields that the next visitor of this browser inherits: a pause, and the consent of
 * the site.
 */
export const inherited = ({ paused, receipt }: Visitor): Pick<Visitor, "paused" | "receipt"> => ({
  ...(paused === true ? { paused } : {}),
  ...(receipt ? { receipt } : {}),
});

type Loose<T> = Readonly<Record<keyof T, unknown>>;

/** Returns the fields of an unchecked value. */
function loose<T>(value: unknown): Loose<T> {
  return (typeof value === "object" && value !== null ? value : {}) as Loose<T>;
}
const isCount = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;
const isBytes = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array && value.length <= BYTES_MAX;

export function asVisitor(value: unknown): Visitor | undefined {
  const { secret, erase, tag, sinceMs } = loose<Visitor>(value);
  const known = [secret, erase, tag].every((text) => typeof text === "string" && text !== "");
  return known && isCount(sinceMs) ? (value as Visitor) : undefined;
}

/** Returns the lifetime of a profile after consent, in milliseconds. */
export function lifetimeMs({ lifetimeDays }: Options): number {
  const days = Number(lifetimeDays);
  return (days > 0 && days < LIFETIME_MAX_DAYS ? days : LIFETIME_MAX_DAYS) * DAY_MS;
}

/**
 * Returns `true` if the profile's lifetime is over by both clocks, this browser's and the server's.
 */
const isExpired = (
  { sinceMs }: Visitor,
  { skewMs }: SyncState,
  { nowMs, lifetimeMs: life }: RetentionTerms,
): boolean => Math.min(nowMs, nowMs + skewMs) - sinceMs > life;

/**
 * Corrects a date in the future, which would never expire. A clock far in the past is not trusted.
 */
function withPlausibleDate(visitor: Visitor, nowMs: number): Visitor {
  return visitor.sinceMs > nowMs + DAY_MS && nowMs > PLAUSIBLE_MS
    ? { ...visitor, sinceMs: nowMs }
    : visitor;
}

export function asReplica(value: unknown): Replica | undefined {
  const { id, version, bytes, applied } = loose<Replica>(value);
  const known =
    typeof id === "string" && isCount(version) && isBytes(bytes) && applied instanceof Map;
  return known ? (value as Replica) : undefined;
}

export function asRemote(value: unknown): RemoteState {
  const { seq, bytes } = loose<RemoteState>(value);
  return isCount(seq) && isBytes(bytes) ? { seq, bytes } : NO_REMOTE;
}

export function asSyncState(value: unknown): SyncState {
  const { version, atMs, failures, notBeforeMs, skewMs } = loose<SyncState>(value);
  const known = [version, atMs, failures, notBeforeMs].every(isCount) && Number.isFinite(skewMs);
  return known ? (value as SyncState) : NO_SYNC_STATE;
}

export function asImported(value: unknown): Imported | undefined {
  const { id, bytes, isAcknowledged, importIds } = loose<Imported>(value);
  const known =
    typeof id === "string" &&
    isBytes(bytes) &&
    typeof isAcknowledged === "boolean" &&
    Array.isArray(importIds);
  return known ? (value as Imported) : undefined;
}

export const asTokens = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((token) => typeof token === "string").slice(-8) : [];

/** Records found in the store when it was opened. */
export interface StoredRecords {
  readonly visitor: Visitor | undefined;
  readonly remote: RemoteState;
  readonly syncState: SyncState;
  readonly pendingErasures: readonly string[];
}

/** Limits on which a visitor continues. */
export interface RetentionTerms {
  /** This browser's own clock, uncorrected. */
  readonly nowMs: number;
  readonly lifetimeMs: number;
  readonly sync: boolean;
}

/** Records to continue with. */
export interface Continuation extends StoredRecords {
  readonly visitor: Visitor;
  /** Marks that the whole store is emptied first. */
  readonly empty: boolean;
}

/**
 * Returns `true` if a visitor continues: the lifetime is not over, and the server has no copy
 * without consent.
 */
export function canContinue(
  { visitor, syncState }: { visitor: Visitor; syncState: SyncState },
  terms: RetentionTerms,
): boolean {
  return (
    !isExpired(withPlausibleDate(visitor, terms.nowMs + syncState.skewMs), syncState, terms) &&
    (terms.sync || syncState.version === 0)
  );
}

/**
 * Decides on the visitor of this start. An unexpired visitor continues, else the newcomer starts.
 * Without consent to sync, the server's copy is to be erased.
 */
export function continuationOf(
  found: StoredRecords,
  newcomer: Visitor,
  terms: RetentionTerms,
): Continuation {
  const { syncState } = found;
  const { nowMs, sync } = terms;
  const visitor = found.visitor && withPlausibleDate(found.visitor, nowMs + syncState.skewMs);
  const over = !visitor || isExpired(visitor, syncState, terms);
  const copied = syncState.version > 0;
  if (!over && (sync || !copied)) return { ...found, visitor, empty: false };
  const pendingErasures =
    visitor && copied ? [...found.pendingErasures, visitor.erase] : found.pendingErasures;
  // A new id unlinks the later profile from the erased copy. The tag stays, so that buffers are
  // read.
  const next = over
    ? { ...newcomer, sinceMs: nowMs }
    : { ...newcomer, ...inherited(visitor), sinceMs: visitor.sinceMs, tag: visitor.tag };
  return {
    visitor: next,
    remote: NO_REMOTE,
    syncState: NO_SYNC_STATE,
    pendingErasures,
    empty: over,
  };
}

/** Returns the events that were not applied yet, and the sequence numbers after them. */
export function unapplied(
  applied: Replica["applied"],
  batches: readonly Batch[],
  nowMs: number,
): { events: Uint8Array; applied: Replica["applied"] } {
  const after = new Map(applied);
  const events: QueuedEvents[] = [];
  for (const { document, entries } of batches) {
    const before = after.get(document)?.[0] ?? 0;
    events.push({ seq: 1, events: eventsAbove(entries, before) });
    after.set(document, [entries.reduce((last, { seq }) => Math.max(last, seq), before), nowMs]);
  }
  return { events: eventsAbove(events, 0), applied: after };
}

/**
 * Returns `true` if a conflict concerns the stored replica: the server holds other counts under the
 * sent version, or a later version. A late duplicate, or a conflict that another tab has solved,
 * does not.
 */
export function mustRenew(stored: ReplicaVersion, sent: ReplicaVersion, held: number): boolean {
  return stored.id === sent.id && (held === sent.version || held > stored.version);
}

/**
 * Removes sequence numbers that are no longer needed. A buffer is read, or its document renamed,
 * well before.
 */
export function pruned(applied: Replica["applied"], nowMs: number): Replica["applied"] {
  const young = [...applied].filter(
    ([, [, atMs]]) => Math.abs(nowMs - atMs) <= APPLIED_KEPT_DAYS * DAY_MS,
  );
  return new Map(young.sort(([, [, a]], [, [, b]]) => a - b).slice(-APPLIED_MAX));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
