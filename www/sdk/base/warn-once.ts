/** Warnings for the site's developers. In: a text. Out: one line on the console, however often it is given. */

/** Returns the warnings of this page, in order. The inspector shows them. */
export function warnings(): Set<string> {
  // Each file of the package has its own copy of this module.
  const page = globalThis as { escaleWarnings?: Set<string> | undefined };
  return (page.escaleWarnings ??= new Set());
}

/** Warns once on the console. */
export function warnOnce(text: string): void {
  const given = warnings();
  if (!given.has(text)) console.warn(`escale: ${text}`);
  given.add(text);
}
