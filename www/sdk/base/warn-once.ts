/** Warnings for the site's developers. In: a text. Out: one line on the console, however often it is given. */

const warned = new Set<string>();

/** Warns once on the console. */
export function warnOnce(text: string): void {
  if (!warned.has(text)) console.warn(`escale: ${text}`);
  warned.add(text);
}
