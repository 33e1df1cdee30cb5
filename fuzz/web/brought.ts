/**
 * What is brought to the library from elsewhere: a visitor's own file, a server's answer. Comes in: an input by chance. Goes out:
 * nothing, or an error where something is believed that does not stand in it.
 */
import assert from "node:assert/strict";
import { importable } from "../../www/sdk/full/import.js";
import { remoteOf, parseAnswer } from "../../www/sdk/sync/http.js";
import { edited, editedValue, valueIn, type Chance } from "./chance.js";

const BYTES_MAX = 65_536;
const FILE = {
  format: "escale-profile/1",
  replica: "AQID",
  remote: "",
  pending: [
    { seq: 1, events: "BwABAgMEAA" },
    { seq: 2, events: "_-8" },
  ],
  replica_id: "AwMDAwMDAwM",
  customer: 7,
  consent: null,
};
/**
 * Files at each limit and just above it, with the expected acceptance. Limits: replica length,
 * buffers.
 */
const LONG = [
  [{ ...FILE, replica: "A".repeat(87_382) }, true],
  [{ ...FILE, replica: "A".repeat(87_383) }, false],
  [{ ...FILE, pending: buffer(64) }, true],
  [{ ...FILE, pending: buffer(65) }, false],
] as const;
/** They take long. */
const LONG_ONE_IN = 64;

function buffer(count: number): unknown[] {
  return Array.from({ length: count }, () => FILE.pending[0]);
}

export function file(chance: Chance): void {
  const text = JSON.stringify(FILE);
  if (chance.under(LONG_ONE_IN) === 0) {
    const [long, isTaken] = chance.one(LONG);
    assert.equal(importable(long) !== undefined, isTaken, "a file has its bounds");
  }
  const given = chance.under(2) ? edited(chance, [text]) : editedValue(chance, FILE);
  const found = foundIn(given);
  if (given === text) assert.ok(found, "a file that is one is taken");
  if (!found) return;
  const whole: unknown = typeof given === "string" ? JSON.parse(given) : given;
  assert.equal(valueIn(whole, "format"), "escale-profile/1");
  for (const [bytes, key] of [
    [found.replica, "replica"],
    [found.remote, "remote"],
  ] as const)
    isBytesOf(bytes, valueIn(whole, key));
  const pending = valueIn(whole, "pending") ?? [];
  assert.ok(
    Array.isArray(pending) && pending.length <= 64 && found.pending.length === pending.length,
    "as many buffer as the file has, 64 at most",
  );
  for (const [at, bytes] of found.pending.entries())
    isBytesOf(bytes, valueIn((pending as unknown[])[at], "events"));
  const [id, customer] = [valueIn(whole, "replica_id"), valueIn(whole, "customer")];
  assert.equal(found.replicaId, typeof id === "string" ? id : "");
  assert.equal(found.customer, typeof customer === "number" ? customer : undefined);
  assert.match(found.importId, /^[0-9a-z]+-[0-9a-z]+$/);
  assert.deepEqual(importable(given), found, "the same file is the same, and has the same id");
}

/**
 * Result of `importable`. It may throw on a getter or a trap; `client.ts` reports that to the
 * caller.
 */
function foundIn(given: unknown): ReturnType<typeof importable> {
  try {
    return importable(given);
  } catch {
    assert.throws(() => JSON.stringify(given), "only what is no JSON throws");
    return undefined;
  }
}

function isBytesOf(bytes: Uint8Array, text: unknown): void {
  assert.ok(
    typeof text === "string" && bytes.length <= BYTES_MAX,
    "bytes are bounded, and stand in the text",
  );
  assert.deepEqual(bytes, Uint8Array.from(Buffer.from(text, "base64url")), "the text's own bytes");
}

const BODIES = [
  { accepted: true, now_ms: 1_795_262_400_000, remote: { seq: 4, state: "AQID" } },
  { accepted: false, conflict: true, held: 3 },
  { error: { code: "erased", message: "gone" } },
  { error: { code: "no_bearer" } },
  [],
]
  .map((body) => JSON.stringify(body))
  .concat('{"now_ms":1e999}');
const STATUSES = [200, 200, 200, 204, 302, 400, 401, 404, 410, 410, 429, 500, 503] as const;
const AT_MS = 1_795_262_399_000;
const TYPES = ["application/json", "application/json; charset=utf-8", "text/html", null] as const;

export function answer(chance: Chance): void {
  const [status, type, text] = [chance.one(STATUSES), chance.one(TYPES), edited(chance, BODIES)];
  const headers = {
    get: (name: string) => (name === "content-type" ? type : name === "retry-after" ? "7" : null),
  };
  let answered: ReturnType<typeof parseAnswer>;
  try {
    answered = parseAnswer({ status, headers }, text, AT_MS);
  } catch {
    // Whoever sent it takes this as failed, see `send`.
    return assert.equal(attemptJson(text), undefined, "only what is no JSON throws");
  }
  const body = type?.startsWith("application/json") ? asJson(text) : undefined;
  if (answered.kind !== "ok") return assert.deepEqual(answered, otherOutcome(status, body));
  assert.deepEqual(
    answered.body,
    status === 204 ? {} : body,
    "what is no JSON object of the server's is not believed",
  );
  assert.ok(status < 400, "a refusal is none");
  const nowMs = answered.body["now_ms"];
  assert.equal(
    answered.skewMs,
    Number.isFinite(nowMs) ? (nowMs as number) - AT_MS : undefined,
    "a clock that is none is not followed",
  );
  knows(answered.body);
}

/** Expected outcome of an answer that is not `ok`. */
function otherOutcome(status: number, body: Record<string, unknown> | undefined): unknown {
  if (status === 429 || status >= 500) return { kind: "retry_later", status, retryAfter: "7" };
  const code = (body?.["error"] as { code?: unknown } | null | undefined)?.code;
  if (status === 410 && code === "erased") return { kind: "erased" };
  if (status >= 400) return { kind: "rejected", status, code };
  return status === 204 || body ? "an answer" : { kind: "failed" };
}

/** Asserts that `remoteOf` finds a number and bytes, or nothing if either is something else. */
function knows(body: Readonly<Record<string, unknown>>): void {
  const found = remoteOf(body);
  const [seq, state] = ["seq", "state"].map((key) => valueIn(body["remote"], key));
  if (typeof seq !== "number" || !Number.isFinite(seq) || seq < 0 || typeof state !== "string")
    return assert.equal(found, undefined);
  if (!found)
    return assert.throws(
      () => atob(state.replace(/-/g, "+").replace(/_/g, "/")),
      "bytes that can be read are taken",
    );
  assert.equal(found.seq, seq);
  assert.deepEqual(
    found.bytes,
    Uint8Array.from(Buffer.from(state, "base64url")),
    "the text's own bytes",
  );
}

/** The JSON object in a text. */
function asJson(text: string): Record<string, unknown> | undefined {
  const [value] = attemptJson(text) ?? [];
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

function attemptJson(text: string): [unknown] | undefined {
  try {
    return [JSON.parse(text)];
  } catch {
    return undefined;
  }
}
