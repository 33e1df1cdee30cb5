/**
 * What a page needs only after its first choice, in a file of its own: the recorder with the engine's second half,
 * the talk with the server, withdrawal. Comes in and goes out: as each part says.
 */
export { record } from "./recorder.js";
export { undone } from "./without-session.js";
