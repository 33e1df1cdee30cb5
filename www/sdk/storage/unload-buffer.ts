/**
 * The tails of documents in `localStorage`: what a document could not commit before it was left. Comes in: keys, bytes.
 * Goes out: the same. Total: where storage is denied there are none. Must not touch foreign keys: every key is given,
 * or begins with a prefix that is.
 */

/** The keys that begin with a prefix. */
export function bufferKeys(prefix: string): string[] {
  return attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))) ?? [];
}

/** The bytes under a key; `undefined`: there are none, or they are not ours. */
export function readBuffer(key: string): Uint8Array | undefined {
  const codes = Array.from(
    attempt(() => localStorage.getItem(key)) ?? "\u0100",
    (letter) => letter.codePointAt(0) ?? 0,
  );
  return codes.every((code) => code < 256) ? Uint8Array.from(codes) : undefined;
}

/** Leaves bytes under a key, a character each; whether there was room. */
export function writeBuffer(key: string, bytes: Uint8Array): boolean {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const write = (): boolean => {
    localStorage.setItem(key, text);
    return true;
  };
  return attempt(write) ?? false;
}

export function dropBuffer(key: string): void {
  attempt(() => localStorage.removeItem(key));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
