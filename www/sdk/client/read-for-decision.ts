/**
 * A look into the store, before the first choice. Comes in: a site's options. Goes out: what its last visit left, or that
 * storage cannot be had. Must not write: what is to be written, the recorder writes.
 */
import { EMPTY } from "../engine/inputs.js";
import { ask, openDatabase, transact } from "../storage/idb.js";
import { databaseName, tailPrefix } from "../storage/keys.js";
import {
  asOthers,
  asPace,
  asReplica,
  asVisitor,
  goesOn,
  lifetimeMs,
  NO_PACE,
  type Pace,
  type Visitor,
} from "../storage/records.js";
import { tailNames } from "../storage/unload-buffer.js";
import type { Options } from "../base/types.js";

export interface Glimpse {
  /** Who was here; `undefined`: nobody. */
  readonly visitor: Visitor | undefined;
  readonly state: Uint8Array;
  readonly pace: Pace;
  /** There is more than a profile to be read: events of other tabs, other browsers, an end. Only the recorder can. */
  readonly needsRecorder: boolean;
}

const KEYS = ["visitor", "replica", "others", "pace"];

/** Looks, where storage can be had. */
export async function glimpse(options: Options, sync: boolean): Promise<Glimpse | undefined> {
  const database = await openDatabase(databaseName(options.site), "create");
  if (!database) return undefined;
  const look = (kept: IDBObjectStore): Promise<unknown[]> =>
    Promise.all(KEYS.map((key) => ask<unknown>(kept.get(key))));
  const found = await transact(database, look, "relaxed", "readonly").catch(() => undefined);
  database.close();
  return found && read(found, options, sync);
}

function read(
  [visitorFound, stored, othersFound, paceFound]: unknown[],
  options: Options,
  sync: boolean,
): Glimpse {
  const visitor = asVisitor(visitorFound);
  if (!visitor) return { visitor, state: EMPTY, pace: NO_PACE, needsRecorder: false };
  const pace = asPace(paceFound);
  const replica = asReplica(stored);
  const isPlain =
    !!replica &&
    asOthers(othersFound).bytes.length === 0 &&
    goesOn({ visitor, pace }, { nowMs: Date.now(), lifetimeMs: lifetimeMs(options), sync });
  return {
    visitor,
    state: replica?.bytes ?? EMPTY,
    pace,
    needsRecorder: !isPlain || tailNames(tailPrefix(options.site)).length > 0,
  };
}
