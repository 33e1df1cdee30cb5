/**
 * A decision as a story for `escale check --stories`. In: an explanation, the profile behind it. Out: JSON. Never: a
 * story that differs in visitor, profile, moment or offer.
 */
import { toJson } from "../base/json.js";
import type { ExportedProfile, Explanation } from "../base/types.js";

/** Returns the story of a placement's decision, as JSON. */
export function toStory(
  placement: string,
  { offer, visitor }: Explanation,
  { replica, remote, exported_ms }: ExportedProfile,
): string {
  const at = `${new Date(exported_ms).toISOString().slice(0, 19)}Z`;
  const story = {
    name: `${placement} shows ${offer ?? "the page's own content"}`,
    ...(visitor !== null && { visitor }),
    replica,
    remote,
    steps: [{ at }],
    then: [{ placement, shows: offer === null ? { default: true } : { offer } }],
  };
  return toJson(story, "  ");
}
