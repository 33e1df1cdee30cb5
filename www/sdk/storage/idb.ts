/**
 * IndexedDB as promises. In: the name of a database, work for one transaction. Out: the result of
 * the work, once the transaction is complete. Never: a promise that hangs, or a rejection of
 * `openDatabase`.
 */

const RECORDS = "records";
const OPEN_MAX_MS = 10_000;

/**
 * Returns the result of a request. The work of a transaction may await requests of this transaction
 * only.
 */
export function ask<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("failed"));
  });
}

/** Opens the database; `undefined` if storage is denied, absent or does not answer. */
export function openDatabase(
  name: string,
  mode: "create" | "existing",
): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    const channel = callFor(name);
    let waiting = true;
    const none = (): void => {
      waiting = false;
      resolve(undefined);
    };
    const over = (): void => channel?.close();
    try {
      const request = indexedDB.open(name, 1);
      const making = { abort: () => request.result.close() };
      setTimeout(none, OPEN_MAX_MS);
      request.onblocked = none;
      request.onupgradeneeded = () => {
        // An aborted first upgrade leaves no database behind.
        if (mode === "existing") request.transaction?.abort();
        else request.result.createObjectStore(RECORDS);
        running.add(making);
      };
      request.onsuccess = request.onerror = ({ type }) => {
        over();
        running.delete(making);
        if (type === "error") {
          none();
          return;
        }
        const database = request.result;
        // A later release may upgrade: an open connection must not block it.
        database.onversionchange = () => database.close();
        // The answer may come after the time limit, when nobody waits for it.
        if (waiting) resolve(database);
        else database.close();
      };
    } catch {
      over();
      none();
    }
  });
}

/**
 * Opens a channel that ends a frozen page which blocks the database. Chromium may freeze a page
 * while it creates the database, and nobody can open it until that page ends. A message on a
 * channel of that page ends it. Close the channel once the request is complete.
 */
function callFor(name: string): BroadcastChannel | undefined {
  try {
    const channel = new BroadcastChannel(`${name}:open`);
    channel.onmessage = () => undefined;
    channel.postMessage(0);
    return channel;
  } catch {
    return undefined;
  }
}

/**
 * Running transactions and upgrades. In WebKit, those of a page that was left block the next page.
 * They are aborted with the page; their events stay pending, and are in the unload buffer.
 */
const running = new Set<{ abort(): void }>();
let isLeft = false;

if (typeof addEventListener === "function") {
  addEventListener("pagehide", () => {
    isLeft = true;
    running.forEach(abort);
  });
  addEventListener("pageshow", () => {
    isLeft = false;
  });
}

/**
 * Runs one transaction, atomic over all tabs. It rejects, and writes nothing, if any part of it
 * fails.
 */
export function transact<T>(
  database: IDBDatabase,
  work: (kept: IDBObjectStore) => Promise<T>,
  durability: IDBTransactionDurability = "relaxed",
  mode: IDBTransactionMode = "readwrite",
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (isLeft) return reject(new Error("left"));
    const transaction = database.transaction(RECORDS, mode, { durability });
    let done: () => void = reject;
    let failure: unknown;
    running.add(transaction);
    transaction.oncomplete = () => {
      running.delete(transaction);
      done();
    };
    transaction.onabort = () => {
      running.delete(transaction);
      reject(asError(failure ?? transaction.error));
    };
    work(transaction.objectStore(RECORDS)).then(
      (result) => {
        done = () => resolve(result);
      },
      (error: unknown) => {
        failure = error;
        abort(transaction);
      },
    );
  });
}

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error("aborted"));

function abort(transaction: { abort(): void }): void {
  try {
    transaction.abort();
  } catch {
    // A failed write has aborted it already.
  }
}
