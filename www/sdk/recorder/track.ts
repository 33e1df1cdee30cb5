/** Events of the site. In: a name, fields. Out: the event in the engine and the store, or the engine's reason against it. */
import type { Fields } from "../base/client-types.js";
import { packFields } from "../storage/codec.js";
import type { Recorder } from "./recorder.js";

/** Reason for which the engine refuses an event. */
export type TrackError = "unknown event" | "bad field";

/** Errors by the engine's code. */
const ERRORS = [undefined, "unknown event", "bad field"] as const;

/** Records an event. Returns the error of the call, if there is one. */
export function trackEvent(
  recorder: Recorder,
  name: string,
  fields: Fields | undefined,
): TrackError | undefined {
  const { runtime } = recorder.session;
  recorder.take(runtime.track(recorder.session.nowMs(), name, packFields(fields)));
  return ERRORS[runtime.lastError()];
}

/** Returns the error that an event would have. Nothing is recorded. */
export function errorOf(
  { session }: Recorder,
  name: string,
  fields: Fields,
): TrackError | undefined {
  session.runtime.track(session.nowMs(), name, packFields(fields));
  return ERRORS[session.runtime.lastError()];
}
