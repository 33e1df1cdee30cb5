/**
 * What a page says without being asked to: its dataLayer, the address it was reached by. Comes in: both, once consent
 * is there. Goes out: commands to the gate, which drops them whenever consent is not there. Must hold nothing back.
 */
import { readLayer } from "./ga4.js";
import { landingAddress, landingEvent } from "./campaign.js";
import { followLayer } from "./data-layer-follow.js";
import type { Dispatch } from "../base/client-types.js";
import type { Options } from "../base/types.js";

/** Begins to listen, once a page. */
export function install(take: Dispatch, { dataLayer }: Options): void {
  const landing = landingEvent(landingAddress());
  if (landing) take(["track", ...landing]);
  if (dataLayer === undefined) return;
  const read = readLayer();
  followLayer(dataLayer, (entry) => {
    const event = read(entry);
    if (event) take(["ga4", ...event]);
  });
}
