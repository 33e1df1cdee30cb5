/**
 * What a page needs only after its first choice, in a file of its own: the talk with the server, withdrawal, and
 * the rarer words of the interface. Comes in and goes out: as each part says.
 */
export { runLaterVerb } from "./laterverbs.js";
export { Sync } from "./sync.js";
export { settleOwed, withdraw } from "./withdraw.js";
