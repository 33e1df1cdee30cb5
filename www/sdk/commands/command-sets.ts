/** Generated from `table.ts`. Do not edit: `ESCALE_UPDATE=1 npm test` writes this file. */

/** Commands of kind `mutation`. */
export const MUTATING = /^(reset|profile\.[^eg])/;

/** Commands that wait until consent is decided. */
export const WAITING = ["ready", "choose", "explain", "question", "render"];
