/** Events on their way into the store: each counts once, whatever order commits, tails and failures come in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventQueue, readUnloaded, type UnloadBuffer } from "./event-queue.js";
import type { Batches, CommitOutcome } from "./store-types.js";
import type { Store } from "./profile-store.js";

const PREFIX = "escale:demo:";
const event = (value: number): Uint8Array => Uint8Array.of(value);

function memoryBuffer(): UnloadBuffer & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    names: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
    read: (key) => kept.get(key),
    write: (key, bytes) => !!kept.set(key, bytes),
    drop: (key) => void kept.delete(key),
  };
}

/** A store that applies as the real one does, fails on request, and keeps the events it applied. */
function memoryStore() {
  const applied = new Map<string, [number, number]>();
  const events: number[] = [];
  const store = {
    visitor: { tag: "v1" },
    replica: { applied },
    fails: false,
    outcome: "kept" as CommitOutcome,
    async commit(batches: Batches): Promise<CommitOutcome> {
      await Promise.resolve();
      if (store.fails) throw new Error("no room");
      if (store.outcome !== "kept") return store.outcome;
      for (const { document, entries } of batches()) {
        for (const { seq, events: bytes } of entries) {
          if (seq <= (applied.get(document)?.[0] ?? 0)) continue;
          applied.set(document, [seq, 0]);
          events.push(...bytes);
        }
      }
      return "kept";
    },
  };
  return { store, events };
}

function scene() {
  const buffer = memoryBuffer();
  const { store, events } = memoryStore();
  const clock = { nowMs: 1_795_000_000_000 };
  const ended: CommitOutcome[] = [];
  const page = {
    prefix: PREFIX,
    nowMs: () => clock.nowMs,
    committed: () => undefined,
    ended: (outcome: CommitOutcome) => void ended.push(outcome),
  };
  const open = (): EventQueue => new EventQueue(store as unknown as Store, buffer, page);
  const adopt = async (): Promise<void> => {
    const { batches, drop } = readUnloaded(buffer, PREFIX, "v1");
    await store.commit(() => batches);
    drop();
  };
  return { buffer, store, events, clock, ended, open, adopt };
}

test("events pushed together are committed in their order", async () => {
  const { events, open } = scene();
  const queue = open();
  for (let value = 1; value <= 5; value++) queue.push(event(value));
  await queue.commit();
  assert.deepEqual(events, [1, 2, 3, 4, 5]);
});

test("a failed commit loses nothing", async () => {
  const { store, events, open } = scene();
  const queue = open();
  store.fails = true;
  queue.push(event(1));
  assert.equal(await queue.commit(), undefined);
  store.fails = false;
  queue.push(event(2));
  await queue.commit();
  assert.deepEqual(events, [1, 2]);
});

test("a tail taken up by another document counts once", { tags: ["f18"] }, async () => {
  const { store, events, buffer, open, adopt } = scene();
  const queue = open();
  store.fails = true;
  queue.push(event(1));
  queue.push(event(2));
  await queue.commit();
  queue.writeBuffer();
  store.fails = false;
  await adopt();
  assert.deepEqual([events, buffer.kept.size], [[1, 2], 0]);
  // The document was only frozen: it comes back, and commits the same again.
  queue.resume();
  queue.push(event(3));
  await queue.commit();
  assert.deepEqual(events, [1, 2, 3]);
});

test("after half a day's absence a document goes on under another name, and its tail is not counted again", async () => {
  const { store, events, clock, open, adopt } = scene();
  const queue = open();
  store.fails = true;
  queue.push(event(1));
  await queue.commit();
  queue.writeBuffer();
  store.fails = false;
  clock.nowMs += 13 * 3_600_000;
  await adopt();
  store.replica.applied.clear();
  queue.resume();
  queue.push(event(2));
  await queue.commit();
  assert.deepEqual(events, [1, 2]);
});

test("a commit takes the document's own tail away", async () => {
  const { store, buffer, open } = scene();
  const queue = open();
  store.fails = true;
  queue.push(event(1));
  await queue.commit();
  queue.writeBuffer();
  assert.equal(buffer.kept.size, 1);
  store.fails = false;
  await queue.commit();
  assert.equal(buffer.kept.size, 0);
});

test("after a withdrawal nothing is written any more", { tags: ["f35"] }, async () => {
  const { store, events, buffer, ended, open } = scene();
  const queue = open();
  store.outcome = "gone";
  queue.push(event(1));
  await queue.commit();
  store.outcome = "kept";
  queue.push(event(2));
  queue.writeBuffer();
  await queue.commit();
  assert.deepEqual([ended, events, buffer.kept.size], [["gone"], [], 0]);
});

test("foreign and stale keys are not taken up", { tags: ["f10"] }, () => {
  const { buffer } = scene();
  buffer.kept.set("escale:other:v1:d", event(1));
  buffer.kept.set("escale:demo:v0:d", event(1));
  buffer.kept.set("host-key", event(1));
  const { batches, drop } = readUnloaded(buffer, PREFIX, "v1");
  assert.deepEqual(batches, []);
  drop();
  assert.deepEqual([...buffer.kept.keys()], ["escale:other:v1:d", "host-key"]);
});
