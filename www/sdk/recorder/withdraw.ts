/**
 * Withdrawal of consent: empties this site's stores, then asks the server to erase. In: the site
 * and its server. Out: empty stores; an erase-only token stays until the server acknowledges. It
 * needs no wasm, and works whatever state the stores are in.
 */
import { deleteCookie } from "../storage/cookie.js";
import { preparedKey } from "../slots/prepared-record.js";
import { emptyRendered } from "../slots/server-rendered.js";
import { ask, openDatabase, transact } from "../storage/idb.js";
import { channelName, databaseName, unloadBufferPrefix } from "../storage/keys.js";
import { asTokens, asVisitor, type Visitor } from "../storage/records.js";
import { dropBuffer, bufferKeys } from "../storage/unload-buffer.js";
import { requestErasure } from "../sync/http.js";
import type { Options } from "../base/types.js";

/**
 * Erases the stores, notifies the other tabs, and sends all pending erasures once `before` is
 * answered. Returns the erased visitor. Rejects if an existing database does not answer.
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
  // A tab that was leaving may have written its buffer since.
  dropBuffers(options.site);
  await before;
  await sendPendingErasures(options, found.pendingErasures);
  return found.visitor;
}

/** Sends each pending erasure once, and removes those that the server acknowledged. */
export async function sendPendingErasures(
  options: Options,
  pendingErasures: readonly string[],
): Promise<void> {
  const { server, site } = options;
  if (server === undefined || pendingErasures.length === 0) return;
  const done = await Promise.all(
    pendingErasures.map(async (token) =>
      (await requestErasure(server, site, token)) ? token : undefined,
    ),
  );
  await inStore(site, async (kept) => {
    const left = asTokens(await ask<unknown>(kept.get("pendingErasures"))).filter(
      (token) => !done.includes(token),
    );
    if (left.length > 0) kept.put(left, "pendingErasures");
    else kept.delete("pendingErasures");
  });
}

/**
 * Runs a transaction of its own in an existing database; `undefined` if there is none. It creates
 * none.
 */
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

/**
 * Returns `true` if the browser lists the database. A browser that cannot list databases counts as
 * having none.
 */
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

/** Asks the other tabs to check the store. */
function notifyTabs(site: string): void {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(channelName(site));
  channel.postMessage("look");
  channel.close();
}

function dropBuffers(site: string): void {
  dropBuffer(preparedKey(site));
  bufferKeys(unloadBufferPrefix(site)).forEach(dropBuffer);
}
