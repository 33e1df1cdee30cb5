/** Hashes of ids. Comes in: text. Goes out: numbers that do not tell the text, and protect nothing by themselves. */

/** FNV-1a, 32 bits, from a basis. */
export function hash32(text: string, basis: number): number {
  let hash = basis;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

/** Who it is, as the engine takes it: the two halves of a visitor id's hash, from which draws and arms follow; and whether the browser forgets. */
export type VisitorHash = readonly [hi: number, lo: number, historyMayBePurged: boolean];

/** WebKit empties what scripts keep once seven days went by without a visit, and tells nobody. */
const historyMayBePurged = (): boolean => navigator.vendor.startsWith("Apple");

/** Who has this visitor id, in this browser. */
export const visitorHash = (secret: string): VisitorHash => [
  hash32(secret, 0x811c9dc5),
  hash32(secret, 0x9e3779b9),
  historyMayBePurged(),
];
