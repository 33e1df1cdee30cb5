/**
 * Leaves the profile with the browser's requests, where the site opted in. Comes in: a desk, the store, the profile's bytes.
 * Goes out: the cookie, as old as consent allows; or none, during a pause and where nothing is kept.
 */
import { deleteCookie, setCookie, packCookie } from "../storage/cookie.js";
import type { SessionContext } from "./session-types.js";
import { lifetimeMs } from "../storage/records.js";
import type { Store } from "../storage/profile-store.js";

/** Writes the cookie as things stand. */
export function writeCookie(
  { from, known }: SessionContext,
  store: Store | undefined,
  state = known.state,
): void {
  const { site, cookie } = from.options;
  if (cookie === undefined) return;
  const text =
    cookie !== "off" && store && !known.isPaused
      ? packCookie({ visitor: known.visitor, state, remote: known.remote })
      : undefined;
  if (store && text !== undefined)
    setCookie(site, text, store.visitor.sinceMs + lifetimeMs(from.options));
  else deleteCookie(site);
}
