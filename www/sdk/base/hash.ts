/**
 * Hashes of ids. In: text. Out: numbers that do not reveal the text, and protect nothing by
 * themselves.
 */

/** Returns the FNV-1a hash, 32 bits, from a basis. */
export function hash32(text: string, basis: number): number {
  let hash = basis;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

/**
 * Hash of a visitor id in two halves, the seed of draws and arms. The last field is `true` if the
 * browser may purge history.
 */
export type VisitorHash = readonly [hi: number, lo: number, historyMayBePurged: boolean];

/**
 * WebKit deletes script-writable storage after seven days without a visit, and reports it to
 * nobody.
 */
const historyMayBePurged = (): boolean => navigator.vendor.startsWith("Apple");

/** Returns the hash of a visitor id in this browser. */
export const visitorHash = (secret: string): VisitorHash => [
  hash32(secret, 0x811c9dc5),
  hash32(secret, 0x9e3779b9),
  historyMayBePurged(),
];
