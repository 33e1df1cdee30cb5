/** Warnings for the site's developers. In: a text. Out: one line on the console, however often it is given. */

/** Key of the page's warnings. Each file of the package has its own copy of this module. */
const KEY = Symbol.for("escale.warnings");

/** Returns the warnings of this page, in order. The inspector shows them. */
export function warnings(): Set<string> {
  const page = globalThis as { [KEY]?: Set<string> | undefined };
  return (page[KEY] ??= new Set());
}

/** Warns once on the console. */
export function warnOnce(text: string): void {
  const given = warnings();
  if (!given.has(text)) console.warn(`escale: ${text}`);
  given.add(text);
}
