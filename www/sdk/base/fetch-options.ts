/**
 * Options that every request of Escale has. In: none. Out: options of `fetch`. Never: the page's address in a `Referer`:
 * its query may name the visitor.
 */
export const PRIVATE = { referrerPolicy: "no-referrer" } as const;
