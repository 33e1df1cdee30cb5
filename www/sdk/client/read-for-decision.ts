/**
 * A look into the store, before the first choice. Comes in: a site's options. Goes out: what its last visit left, or that
 * storage cannot be had. Must not write: what is to be written, the recorder writes.
 */
import { EMPTY } from "../engine/inputs.js";
import { ask, openDatabase, transact } from "../storage/idb.js";
import { databaseName, unloadBufferPrefix } from "../storage/keys.js";
import {
  asRemote,
  asSyncState,
  asReplica,
  asVisitor,
  canContinue,
  lifetimeMs,
  NO_SYNC_STATE,
  type SyncState,
  type Visitor,
} from "../storage/records.js";
import { bufferKeys } from "../storage/unload-buffer.js";
import type { Options } from "../base/types.js";

export interface StoredForDecision {
  /** Who was here; `undefined`: nobody. */
  readonly visitor: Visitor | undefined;
  readonly state: Uint8Array;
  readonly syncState: SyncState;
  /** There is more than a profile to be read: events of other tabs, other browsers, an end. Only the recorder can. */
  readonly needsRecorder: boolean;
}

const KEYS = ["visitor", "replica", "remote", "syncState"];

/** Looks, where storage can be had. */
export async function readForDecision(
  options: Options,
  sync: boolean,
): Promise<StoredForDecision | undefined> {
  const database = await openDatabase(databaseName(options.site), "create");
  if (!database) return undefined;
  const look = (kept: IDBObjectStore): Promise<unknown[]> =>
    Promise.all(KEYS.map((key) => ask<unknown>(kept.get(key))));
  const found = await transact(database, look, "relaxed", "readonly").catch(() => undefined);
  database.close();
  return found && read(found, options, sync);
}

function read(
  [visitorFound, stored, remoteFound, syncStateFound]: unknown[],
  options: Options,
  sync: boolean,
): StoredForDecision {
  const visitor = asVisitor(visitorFound);
  if (!visitor) return { visitor, state: EMPTY, syncState: NO_SYNC_STATE, needsRecorder: false };
  const syncState = asSyncState(syncStateFound);
  const replica = asReplica(stored);
  const isPlain =
    !!replica &&
    asRemote(remoteFound).bytes.length === 0 &&
    canContinue(
      { visitor, syncState },
      { nowMs: Date.now(), lifetimeMs: lifetimeMs(options), sync },
    );
  return {
    visitor,
    state: replica?.bytes ?? EMPTY,
    syncState,
    needsRecorder: !isPlain || bufferKeys(unloadBufferPrefix(options.site)).length > 0,
  };
}
