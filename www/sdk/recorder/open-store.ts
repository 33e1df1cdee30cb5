/**
 * Into the store. Comes in: a desk, the tails of earlier documents. Goes out: the store, with those tails taken up; or
 * none, where storage cannot be had or a newer release keeps the profile. Must not lose a tail before its commit.
 */
import type { Desk } from "./session-types.js";
import { foldWith } from "./engine-state.js";
import { takeTails, type Tails } from "../storage/event-queue.js";
import { tailPrefix } from "../storage/keys.js";
import { receiptOf } from "../storage/consent-receipt.js";
import { lifetimeMs } from "../storage/records.js";
import { Store } from "../storage/profile-store.js";

/** Enters as the visitor found there, or as a new one. Rejects if the engine fails. */
export async function enterStore(desk: Desk, tails: Tails): Promise<Store | undefined> {
  const { options, purposes, still } = desk.from;
  let taken: ReturnType<typeof takeTails> | undefined;
  const found = (tag: string): ReturnType<typeof takeTails>["batches"] =>
    (taken = takeTails(tails, tailPrefix(options.site), tag)).batches;
  const terms = { nowMs: Date.now(), lifetimeMs: lifetimeMs(options), sync: purposes.sync };
  const agreed = receiptOf(purposes, options.consent, desk.nowMs());
  const entry = {
    nowMs: desk.nowMs(),
    terms,
    agreed,
    newcomer: desk.newcomer,
    tails: found,
    still,
  };
  const store = await Store.enter(options.site, foldWith(desk), entry).catch((error: unknown) => {
    // A tail that makes the engine fail would do so at every start.
    taken?.drop();
    throw error;
  });
  // Where a newer release keeps the profile it is left alone: this page goes on without.
  if (!store || store.outcome !== "kept") {
    store?.close();
    desk.ended("newer");
    return undefined;
  }
  taken?.drop();
  return store;
}
