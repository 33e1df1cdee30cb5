/**
 * Opening of the store. In: a session, the unload buffers of earlier documents. Out: the store,
 * with these events applied; `undefined` without storage, or if a newer release owns the profile.
 * Never: a buffer deleted before its commit.
 */
import { bufferKeys, dropBuffer, readBuffer, writeBuffer } from "../storage/unload-buffer.js";
import type { SessionContext } from "./session-types.js";
import { eventApplier } from "./engine-state.js";
import { readUnloaded, type UnloadBuffer } from "../storage/event-queue.js";
import { unloadBufferPrefix } from "../storage/keys.js";
import { receiptOf } from "../storage/consent-receipt.js";
import { lifetimeMs } from "../storage/records.js";
import { Store } from "../storage/profile-store.js";

/** Unload buffers of this browser. */
export const UNLOAD_BUFFER: UnloadBuffer = {
  names: bufferKeys,
  read: readBuffer,
  write: writeBuffer,
  drop: dropBuffer,
};

/** Opens the store for the visitor found there, or for a new one. Rejects if the engine fails. */
export async function openStore(
  session: SessionContext,
  buffer: UnloadBuffer,
): Promise<Store | undefined> {
  const { options, purposes, isCurrent } = session.from;
  let taken: ReturnType<typeof readUnloaded> | undefined;
  const found = (tag: string): ReturnType<typeof readUnloaded>["batches"] =>
    (taken = readUnloaded(buffer, unloadBufferPrefix(options.site), tag)).batches;
  const terms = { nowMs: Date.now(), lifetimeMs: lifetimeMs(options), sync: purposes.sync };
  const agreed = receiptOf(purposes, options.consent, session.nowMs());
  const entry = {
    nowMs: session.nowMs(),
    terms,
    agreed,
    newcomer: session.newcomer,
    buffer: found,
    isCurrent,
  };
  const store = await Store.enter(options.site, eventApplier(session), entry).catch(
    (error: unknown) => {
      // Events that make the engine fail would do so at every start.
      taken?.drop();
      throw error;
    },
  );
  // A profile of a newer release stays untouched: this page continues without storage.
  if (!store || store.outcome !== "kept") {
    store?.close();
    session.ended("newer");
    return undefined;
  }
  taken?.drop();
  return store;
}
