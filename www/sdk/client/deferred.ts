/**
 * Deferred part of the client, in a file of its own: the recorder with the engine's second half, its commands, and
 * withdrawal. The session loads it after the first choice.
 */
import { runCommand } from "../commands/run.js";
import type { RecorderHandle, SessionContext } from "../recorder/session-types.js";
import { record as startRecorder } from "../recorder/recorder.js";

export { runWithoutSession } from "../commands/without-session.js";

/** Starts the recorder for a session. Rejects if the engine's second half cannot be loaded. */
export const record = (session: SessionContext): Promise<RecorderHandle> =>
  startRecorder(session, runCommand);
