/** Hashes of ids. Comes in: text. Goes out: numbers that do not tell the text, and protect nothing by themselves. */

/** FNV-1a, 32 bits, from a basis. */
export function hash32(text: string, basis: number): number {
  let hash = basis;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  return hash >>> 0;
}

/** The two halves of a visitor id's hash: draws and arms follow from it. */
export const visitorHash = (secret: string): readonly [hi: number, lo: number] => [hash32(secret, 0x811c9dc5), hash32(secret, 0x9e3779b9)];
