/**
 * Unload buffers in `localStorage`: events that a document could not commit before it was left. In:
 * keys, bytes. Out: the same. Without storage there are none. Never: an error, or access to a key
 * of another owner.
 */

/** Returns the keys that begin with a prefix. */
export function bufferKeys(prefix: string): string[] {
  return attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))) ?? [];
}

/** Returns the bytes under a key; `undefined` if there are none, or they are not ours. */
export function readBuffer(key: string): Uint8Array | undefined {
  const text = attempt(() => localStorage.getItem(key)) ?? "\u0100";
  // eslint-disable-next-line @typescript-eslint/no-misused-spread -- one character is one byte
  const codes = [...text].map((letter) => letter.codePointAt(0) ?? 0);
  return codes.every((code) => code < 256) ? Uint8Array.from(codes) : undefined;
}

/** Writes bytes under a key, one character each. Returns `false` if there was no room. */
export function writeBuffer(key: string, bytes: Uint8Array): boolean {
  const text = [...bytes].map((byte) => String.fromCharCode(byte)).join("");
  const write = (): boolean => {
    localStorage.setItem(key, text);
    return true;
  };
  return attempt(write) ?? false;
}

/** Returns the text under a key; `undefined` if there is none. */
export const readText = (key: string): string | undefined =>
  attempt(() => localStorage.getItem(key)) ?? undefined;

/** Writes a text under a key. Without room nothing is written. */
export function writeText(key: string, text: string): void {
  attempt(() => localStorage.setItem(key, text));
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
