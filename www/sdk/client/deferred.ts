/**
 * Deferred part of the client, in a file of its own: the recorder with the engine's second half, its commands, and
 * withdrawal. The session loads it after the first choice.
 */
import { runCommand } from "../commands/run.js";
import type { Recorder, Desk } from "../recorder/session-types.js";
import { record as startRecorder } from "../recorder/recorder.js";

export { undone } from "../commands/without-session.js";

/** Starts the recorder for a session. Rejects if the engine's second half cannot be loaded. */
export const record = (desk: Desk): Promise<Recorder> => startRecorder(desk, runCommand);
