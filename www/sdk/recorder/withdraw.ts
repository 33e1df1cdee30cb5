/**
 * Withdrawal: empties all of this site's stores here, then asks the server to erase. Comes in: the site and
 * its server. Goes out: nothing left but, until the server acknowledges, an erase-only token. Needs no wasm,
 * and must work whatever state the stores are in.
 */
import { deleteCookie } from "../storage/cookie.js";
import { emptyRendered } from "../slots/server-rendered.js";
import { ask, openDatabase, transact } from "../storage/idb.js";
import { channelName, databaseName, unloadBufferPrefix } from "../storage/keys.js";
import { asTokens, asVisitor, type Visitor } from "../storage/records.js";
import { dropBuffer, bufferKeys } from "../storage/unload-buffer.js";
import { erased } from "../sync/http.js";
import type { Options } from "../base/types.js";

/**
 * Erases here, tells the other tabs, and asks the server for everything that is owed; `before`: once this was answered. Answers
 * who was kept here. Rejects where a database that is there does not answer.
 */
export async function withdraw(
  options: Options,
  before?: Promise<unknown>,
): Promise<Visitor | undefined> {
  if (options.cookie !== undefined) {
    deleteCookie(options.site);
    emptyRendered();
  }
  dropBuffers(options.site);
  const found = await inStore(options.site, (kept) => empty(kept, options.server !== undefined));
  if (!found) return undefined;
  notifyTabs(options.site);
  // A tab that was leaving may have written its tail since.
  dropBuffers(options.site);
  await before;
  await sendPendingErasures(options, found.pendingErasures);
  return found.visitor;
}

/** Asks once for each owed erasure; forgets those that the server acknowledged. */
export async function sendPendingErasures(
  options: Options,
  pendingErasures: readonly string[],
): Promise<void> {
  const { server, site } = options;
  if (server === undefined || pendingErasures.length === 0) return;
  const done = await Promise.all(
    pendingErasures.map(async (token) => ((await erased(server, site, token)) ? token : undefined)),
  );
  await inStore(site, async (kept) => {
    const left = asTokens(await ask<unknown>(kept.get("pendingErasures"))).filter(
      (token) => !done.includes(token),
    );
    if (left.length > 0) kept.put(left, "pendingErasures");
    else kept.delete("pendingErasures");
  });
}

/** A transaction of its own, where there is a database; `undefined`: there is none, and none was made. */
async function inStore<T>(
  site: string,
  work: (kept: IDBObjectStore) => Promise<T>,
): Promise<T | undefined> {
  const database = await openDatabase(databaseName(site), "existing");
  if (!database && (await isThere(databaseName(site))))
    throw new Error("the browser's database does not answer");
  try {
    return database && (await transact(database, work, "strict"));
  } finally {
    database?.close();
  }
}

/** Whether the browser lists such a database; one that lists none is believed to have none. */
async function isThere(name: string): Promise<boolean> {
  try {
    return (await indexedDB.databases()).some((one) => one.name === name);
  } catch {
    return false;
  }
}

async function empty(
  kept: IDBObjectStore,
  synced: boolean,
): Promise<{ pendingErasures: readonly string[]; visitor: Visitor | undefined }> {
  const [held, before] = await Promise.all([
    ask<unknown>(kept.get("visitor")),
    ask<unknown>(kept.get("pendingErasures")),
  ]);
  const visitor = asVisitor(held);
  const erase = visitor?.erase;
  const pendingErasures = [...asTokens(before), ...(synced && erase !== undefined ? [erase] : [])];
  kept.clear();
  if (pendingErasures.length > 0) kept.put(pendingErasures, "pendingErasures");
  return { pendingErasures, visitor };
}

/** The other tabs look at the store again, and find nobody there. */
function notifyTabs(site: string): void {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(channelName(site));
  channel.postMessage("look");
  channel.close();
}

function dropBuffers(site: string): void {
  bufferKeys(unloadBufferPrefix(site)).forEach(dropBuffer);
}
