/**
 * IndexedDB as promises. Comes in: a database's name, work to do in one transaction. Goes out: what the work
 * returned, once the transaction is complete. Must never hang, nor reject on opening: no database is an answer.
 */

const RECORDS = "records";
const OPEN_MAX_MS = 10_000;

/** A request's result. Only requests of the running transaction may be awaited inside its work. */
export function ask<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("failed"));
  });
}

/** Opens the database; `undefined` where storage is denied, absent, or does not answer. */
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
        // Aborting the first upgrade leaves no database behind.
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
        // Answered after all, when nobody waits any more.
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
 * Chromium may keep a page for "back" in the midst of making the database, and nobody can open it until that page ends: what is
 * said on a channel that it listens to ends it. To be closed once the database is open, or is not to be had.
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
 * In WebKit a page that is left with a transaction running, or in the midst of making the database, holds up the next page. So
 * these end with the page: what they would have written stays pending, and so is in the tail.
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

/** One transaction, atomic over tabs; rejects, having written nothing, if any part of it fails. */
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
