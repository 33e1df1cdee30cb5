/**
 * Profile cookie of sites that opted in. In: a session, the store, the bytes of the profile. Out:
 * the cookie, with the expiry of the consent; none during a pause or without a store.
 */
import { deleteCookie, setCookie, packCookie } from "../storage/cookie.js";
import type { SessionContext } from "./session-types.js";
import { lifetimeMs } from "../storage/records.js";
import type { Store } from "../storage/profile-store.js";

/** Writes or deletes the cookie for the current state. */
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
