/** Names that may be meant. In: a misspelt name, the known ones. Out: the nearest, as a sentence. Never: a far guess. */

/** Returns the number of letters to insert, delete, replace or swap between two names. */
function distance(a: string, b: string): number {
  let beforeLast: readonly number[] = [];
  let last = [...Array(b.length + 1).keys()];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (beforeLast[j - 2] ?? Infinity) + 1
          : Infinity;
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + (isSame ? 0 : 1),
          swapped,
        ),
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** Returns a name without case, separators and accents. */
const plain = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");

/** Returns the known name that is nearest; `undefined` if none is near. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const given = plain(name.slice(0, 64));
  let best: string | undefined;
  let least = Math.max(1, Math.floor(given.length / 4)) + 1;
  for (const candidate of known) {
    const plainCandidate = plain(candidate);
    // The last part of a topic is often given alone.
    const parts = [plainCandidate, plain(candidate.split(".").at(-1) ?? "")];
    const letters = given && parts.includes(given) ? 0 : distance(given, plainCandidate);
    if (letters < least) [best, least] = [candidate, letters];
  }
  return best;
}

const NAMES_MAX = 8;

/** Returns a remedy: the nearest name, or the known ones. */
export function suggest(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) return `Did you mean "${near}"?`;
  const more = known.length > NAMES_MAX ? ", …" : "";
  return known.length > 0 ? `Known are ${known.slice(0, NAMES_MAX).join(", ")}${more}.` : "";
}
