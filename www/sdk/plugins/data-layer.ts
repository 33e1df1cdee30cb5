/**
 * Events that a page emits without Escale: its dataLayer, the address it was opened by. In: both,
 * after consent. Out: commands to the consent gate, which drops them without consent. Never: a
 * buffered entry.
 */
import { readLayer } from "./layer-reader.js";
import { landingAddress, landingEvent } from "./campaign.js";
import { followLayer } from "./data-layer-follow.js";
import type { Dispatch } from "../base/client-types.js";
import type { Options } from "../base/types.js";

/** Starts to follow, once a page. */
export function install(dispatch: Dispatch, { dataLayer }: Options): void {
  const landing = landingEvent(landingAddress());
  if (landing) dispatch(["track", ...landing]);
  if (dataLayer === undefined) return;
  const read = readLayer();
  followLayer(dataLayer, (entry) => {
    const event = read(entry);
    if (event) dispatch(["ga4", ...event]);
  });
}
