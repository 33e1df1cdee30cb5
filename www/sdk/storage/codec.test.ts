/** Encoding for the engine, the store and the server: bounded, and unchanged by a round trip. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  eventsAbove,
  fromBase64url,
  packFields,
  packQueued,
  randomBytes,
  toBase64url,
  unpackContent,
  unpackQueued,
} from "./codec.js";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test("fields are packed under one spelling", () => {
  assert.equal(
    packFields({ startDate: "2026-12-20", adults: 2, topics: ["trip.city", "stay.short"] }),
    "start_date\x1f2026-12-20\x1eadults\x1f2\x1etopics\x1ftrip.city,stay.short\x1e",
  );
});

test("what cannot be packed is left out", () => {
  const odd = {
    value: NaN,
    "bad key": "x",
    id: undefined,
    step: { a: 1 },
    currency: "E\x1fU\x1eR",
  };
  assert.equal(packFields(odd), "currency\x1fE U R\x1e");
  for (const none of [undefined, null, 5, "text"]) assert.equal(packFields(none), "");
  assert.equal(packFields({ id: "x".repeat(5_000) }).length, "id".length + 256 + 2);
});

test("content keeps hostile keys as keys", () => {
  const content = unpackContent(
    new TextEncoder().encode("title\x1fLisbonne\x1e__proto__\x1fx\x1ebroken\x1e"),
  );
  assert.deepEqual(Object.keys(content), ["title", "__proto__"]);
  assert.equal(({} as Record<string, unknown>).title, undefined);
});

test("a packed queue gives back its entries, as far as it is whole", () => {
  const entries = [
    { seq: 7, events: bytes(1, 2, 3) },
    { seq: 8, events: bytes() },
    { seq: 4_000_000_000, events: bytes(255) },
  ];
  const packed = packQueued(entries);
  assert.deepEqual(unpackQueued(packed), entries);
  for (let length = 0; length < packed.length; length++)
    assert.ok(unpackQueued(packed.slice(0, length)).length < entries.length);
  for (let round = 0; round < 1_000; round++) unpackQueued(randomBytes(round % 64));
});

test("only what is above a sequence makes the batch", () => {
  const entries = [
    { seq: 1, events: bytes(1) },
    { seq: 2, events: bytes(2, 2) },
    { seq: 3, events: bytes(3) },
  ];
  assert.deepEqual(eventsAbove(entries, 1), bytes(2, 2, 3));
  assert.deepEqual(eventsAbove(entries, 3), bytes());
});

test("base64url goes there and back", () => {
  for (let length = 0; length < 64; length++) {
    const some = randomBytes(length);
    const text = toBase64url(some);
    assert.match(text, /^[\w-]*$/);
    assert.deepEqual(fromBase64url(text), some);
  }
  for (const wrong of ["*", 5, undefined]) assert.equal(fromBase64url(wrong), undefined);
});
