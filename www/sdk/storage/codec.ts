/**
 * Codec of the data that crosses to the engine, the store and the server: fields, queued events,
 * base64url. In and out: values only. Never: an error or an unbounded result, whatever comes in.
 */
import type { Fields } from "../base/client-types.js";

const UNIT = "\x1f";
const RECORD = "\x1e";
const FIELDS_MAX = 24;
const VALUE_MAX = 256;
const CONTROLS = /[\x00-\x1f\x7f]+/g;

/** Packs the fields of a site as `key␟value␞…`. `startDate` and `start_date` are the same key. */
export function packFields(fields: unknown): string {
  if (typeof fields !== "object" || fields === null) return "";
  let packed = "";
  for (const [name, value] of Object.entries(fields as Fields).slice(0, FIELDS_MAX)) {
    const text = fieldText(value);
    const key = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (text !== undefined && /^[a-z][a-z0-9_]{0,31}$/.test(key))
      packed += key + UNIT + text + RECORD;
  }
  return packed;
}

function fieldText(value: unknown): string | undefined {
  if (Array.isArray(value))
    return value.slice(0, FIELDS_MAX).map(fieldText).filter(Boolean).join(",");
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : undefined;
  if (typeof value !== "string" && typeof value !== "boolean") return undefined;
  return String(value).slice(0, VALUE_MAX).replace(CONTROLS, " ").trim();
}

/** Decodes text of the engine. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Unpacks strings of the engine, by key. */
export function unpackContent(packed: Uint8Array): Readonly<Record<string, string>> {
  const pairs = textOf(packed)
    .split(RECORD)
    .map((pair) => pair.split(UNIT));
  return Object.fromEntries(
    pairs.flatMap(([key, value]) => (key && value !== undefined ? [[key, value] as const] : [])),
  );
}

/** Events of a document, with their sequence number. */
export interface QueuedEvents {
  readonly seq: number;
  readonly events: Uint8Array;
}

/** Packs queued events: four bytes of sequence number, two of length, then the events. */
export function packQueued(entries: readonly QueuedEvents[]): Uint8Array {
  const length = entries.reduce((sum, { events }) => sum + 6 + events.length, 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { seq, events } of entries) {
    view.setUint32(at, seq);
    view.setUint16(at + 4, events.length);
    bytes.set(events, at + 6);
    at += 6 + events.length;
  }
  return bytes;
}

/** Unpacks queued events, as far as the bytes are complete. */
export function unpackQueued(bytes: Uint8Array): QueuedEvents[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: QueuedEvents[] = [];
  for (let at = 0; at + 6 <= bytes.length;) {
    const end = at + 6 + view.getUint16(at + 4);
    if (end > bytes.length) break;
    entries.push({ seq: view.getUint32(at), events: bytes.slice(at + 6, end) });
    at = end;
  }
  return entries;
}

/** Returns the events above `seq` as one batch. */
export function eventsAbove(entries: readonly QueuedEvents[], seq: number): Uint8Array {
  const fresh = entries.filter((entry) => entry.seq > seq);
  const batch = new Uint8Array(fresh.reduce((sum, { events }) => sum + events.length, 0));
  let at = 0;
  for (const { events } of fresh) {
    batch.set(events, at);
    at += events.length;
  }
  return batch;
}

/** Encodes bytes as base64url without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** Decodes base64url; `undefined` if the value is none. */
export function fromBase64url(text: unknown): Uint8Array | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Returns random bytes that nobody can predict. */
export const randomBytes = (length: number): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(length));

/** Returns an id that no other document or replica has. */
export const newId = (): string => toBase64url(randomBytes(8));
