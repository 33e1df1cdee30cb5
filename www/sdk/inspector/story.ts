/**
 * A decision as a story. Comes in: an explanation, the profile it was made of. Goes out: JSON for a folder of stories, which
 * `escale check` tells again: the same visitor, the same profile, the same moment, the same offer.
 */
import type { ExportedProfile, Explanation } from "../base/types.js";

/** The story of what a placement shows. */
export function asStory(
  placement: string,
  told: Explanation,
  { replica, remote, exported_ms }: ExportedProfile,
): string {
  const at = `${new Date(exported_ms).toISOString().slice(0, 19)}Z`;
  const shows = told.offer === null ? { default: true } : { offer: told.offer };
  const story = {
    name: `${placement} shows ${told.offer ?? "the page's own content"}`,
    ...(told.visitor !== null && { visitor: told.visitor }),
    replica,
    others: remote,
    steps: [{ at }],
    then: [{ placement, shows }],
  };
  return JSON.stringify(story, undefined, 2);
}
