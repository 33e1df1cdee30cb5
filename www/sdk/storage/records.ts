/**
 * The records of the store, and how far to believe them. Comes in: whatever IndexedDB holds, from any release
 * or hand. Goes out: a record, or `undefined`. Must not trust a shape it has not looked at.
 */
import type { ConsentReceipt, Options } from "../base/types.js";
import { eventsAbove, newId, randomBytes, toBase64url, type QueuedEvents } from "./codec.js";

/** Who is kept: random, of this site alone. */
export interface Visitor {
  /** 128 bits, the visitor's only name; known to this browser and, hashed, to the server. */
  readonly secret: string;
  /** What may ask for erasure and nothing else; the one thing that can outlive a withdrawal. */
  readonly erase: string;
  /** Marks this visitor's tails, so that a tail left by an erased one is never taken up. */
  readonly tag: string;
  /** When consent was first acted on; the profile ends 13 months later, however often they visit. */
  readonly sinceMs: number;
  /** A hash of the customer this visitor was identified as: another one begins anew. */
  readonly customer?: number;
  /** They asked for a pause: nothing is recorded, sent or chosen until they say so. */
  readonly paused?: boolean;
  /** What they agreed to, when and where. */
  readonly receipt?: ConsentReceipt;
}

/** This browser's own counts: one writer at a time, a version that grows with every change. */
export interface Replica {
  readonly id: string;
  readonly version: number;
  readonly bytes: Uint8Array;
  /** For each document: the last sequence applied, and when. */
  readonly applied: ReadonlyMap<string, readonly [seq: number, atMs: number]>;
}

/** A replica's name and how far it has come. */
export type ReplicaVersion = Pick<Replica, "id" | "version">;

/** Hand-ins of one document, in its order. */
export interface Batch {
  readonly document: string;
  readonly entries: readonly QueuedEvents[];
}

/** What the visitor's other browsers and the server know; replaced as a whole, never sent back. */
export interface RemoteState {
  readonly seq: number;
  readonly bytes: Uint8Array;
}

/** What the visitor brought along from another browser: a replica of its own, never the own one. */
export interface Imported {
  /** The name under which it is handed in. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** The server has it: what it tells of the others has it, too. */
  readonly told: boolean;
  /** What was brought, so that nothing counts twice. */
  readonly importIds: readonly string[];
}

/** Where the conversation with the server stands. */
export interface SyncState {
  /** The last version the server took; 0: it holds nothing. */
  readonly version: number;
  readonly atMs: number;
  readonly failures: number;
  readonly notBeforeMs: number;
  /** The server's clock less this browser's. */
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
/** No clock that is right shows less. */
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

/** What goes over from one visitor to the next in this browser: who asked for a pause has it, and consent was the site's to ask. */
export const inherited = ({ paused, receipt }: Visitor): Pick<Visitor, "paused" | "receipt"> => ({
  ...(paused === true ? { paused } : {}),
  ...(receipt ? { receipt } : {}),
});

type Loose<T> = Readonly<Record<keyof T, unknown>>;

/** A value's fields, of which nothing is known yet. */
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

/** How long a profile lives after consent. */
export function lifetimeMs({ lifetimeDays }: Options): number {
  const days = Number(lifetimeDays);
  return (days > 0 && days < LIFETIME_MAX_DAYS ? days : LIFETIME_MAX_DAYS) * DAY_MS;
}

/** Whether the visitor's time is over: by this browser's clock, and by the server's as last known. */
const isExpired = (
  { sinceMs }: Visitor,
  { skewMs }: SyncState,
  { nowMs, lifetimeMs: life }: RetentionTerms,
): boolean => Math.min(nowMs, nowMs + skewMs) - sinceMs > life;

/** A date that a clock far ahead once wrote would never end; one far behind (a flat battery) is not believed. */
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
  const { id, bytes, told, importIds } = loose<Imported>(value);
  const known =
    typeof id === "string" &&
    isBytes(bytes) &&
    typeof told === "boolean" &&
    Array.isArray(importIds);
  return known ? (value as Imported) : undefined;
}

export const asTokens = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((token) => typeof token === "string").slice(-8) : [];

/** What a store held when it was entered. */
export interface StoredRecords {
  readonly visitor: Visitor | undefined;
  readonly remote: RemoteState;
  readonly syncState: SyncState;
  readonly pendingErasures: readonly string[];
}

/** On what terms a visitor goes on. */
export interface RetentionTerms {
  /** This browser's own clock, uncorrected. */
  readonly nowMs: number;
  readonly lifetimeMs: number;
  readonly sync: boolean;
}

/** How a visitor goes on from what was found. */
export interface Continuation extends StoredRecords {
  readonly visitor: Visitor;
  /** Everything that was stored is to go first. */
  readonly empty: boolean;
}

/** Whether a visitor simply goes on: their time is not over, and the server has no copy that it may not have. */
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
 * A visitor whose time is not over goes on; where nobody does, the newcomer begins. Where sync is not agreed to, the
 * server's copy is to be erased.
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
  // What comes later must not be told from the same visitor; the tails, still to be taken up, are.
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

/** What is in the batches and not applied yet, and the entries once it is. */
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
 * Whether the server's conflict is about the replica that is stored: the server holds other counts under what was
 * sent, or more than there is here. A late duplicate, and a conflict that another tab has settled, are neither.
 */
export function mustRenew(stored: ReplicaVersion, sent: ReplicaVersion, held: number): boolean {
  return stored.id === sent.id && (held === sent.version || held > stored.version);
}

/** The entries still needed: a document's tail is taken up, or its document renamed, well before they go. */
export function pruned(applied: Replica["applied"], nowMs: number): Replica["applied"] {
  const young = [...applied].filter(
    ([, [, atMs]]) => Math.abs(nowMs - atMs) <= APPLIED_KEPT_DAYS * DAY_MS,
  );
  return new Map(young.sort(([, [, a]], [, [, b]]) => a - b).slice(-APPLIED_MAX));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
