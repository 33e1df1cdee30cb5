/**
 * Partial read of the store before the first choice. In: the options of the site. Out: the stored
 * profile; `undefined` without storage. Never: a write, which is the recorder's.
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
  /** Stored visitor; `undefined` if there is none. */
  readonly visitor: Visitor | undefined;
  readonly state: Uint8Array;
  readonly syncState: SyncState;
  /**
   * Marks stored data that only the recorder can read: events of other tabs, a remote state, an
   * expired profile.
   */
  readonly needsRecorder: boolean;
}

const KEYS = ["visitor", "replica", "remote", "syncState"];

/** Reads the store, if the browser allows it. */
export async function readForDecision(
  options: Options,
  sync: boolean,
): Promise<StoredForDecision | undefined> {
  const database = await openDatabase(databaseName(options.site), "create");
  if (!database) return undefined;
  const readKeys = (kept: IDBObjectStore): Promise<unknown[]> =>
    Promise.all(KEYS.map((key) => ask<unknown>(kept.get(key))));
  const found = await transact(database, readKeys, "relaxed", "readonly").catch(() => undefined);
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
