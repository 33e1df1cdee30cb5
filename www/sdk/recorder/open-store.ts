/**
 * Into the store. Comes in: a desk, the tails of earlier documents. Goes out: the store, with those tails taken up; or
 * none, where storage cannot be had or a newer release keeps the profile. Must not lose a tail before its commit.
 */
import type { SessionContext } from "./session-types.js";
import { eventApplier } from "./engine-state.js";
import { readUnloaded, type UnloadBuffer } from "../storage/event-queue.js";
import { unloadBufferPrefix } from "../storage/keys.js";
import { receiptOf } from "../storage/consent-receipt.js";
import { lifetimeMs } from "../storage/records.js";
import { Store } from "../storage/profile-store.js";

/** Enters as the visitor found there, or as a new one. Rejects if the engine fails. */
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
      // A tail that makes the engine fail would do so at every start.
      taken?.drop();
      throw error;
    },
  );
  // Where a newer release keeps the profile it is left alone: this page goes on without.
  if (!store || store.outcome !== "kept") {
    store?.close();
    session.ended("newer");
    return undefined;
  }
  taken?.drop();
  return store;
}
