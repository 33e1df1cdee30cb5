/**
 * The profile as a cookie, for sites that render on a server and ask for it. Comes in: who is kept, their bytes. Goes out:
 * text of letters that a cookie may hold, and back. First-party, opted in, and gone with the profile. Must stay total:
 * whatever a browser sends, nothing or a profile comes out.
 */
import type { VisitorHash } from "../base/hash.js";
import { fromBase64url, toBase64url } from "./codec.js";

/** What the server needs to choose as the browser would. */
export interface CookieProfile {
  readonly visitor: VisitorHash;
  readonly state: Uint8Array;
  readonly remote: Uint8Array;
}

const FORM = 1;
/** A bit beside the form: the browser forgets, see `Who`. */
const HISTORY_MAY_BE_PURGED = 0x80;
const HEAD = 11;
/** Browsers refuse longer ones; a server's limit is for all of a site's cookies together. */
const TEXT_MAX = 3_800;

/** The name of a site's cookie. */
export const cookieName = (site: string): string =>
  `escale-${encodeURIComponent(site).replace(/%/g, ".")}`;

/** As a cookie's text; `undefined`: it would be too long. */
export function packCookie({
  visitor: [hi, lo, historyMayBePurged],
  state,
  remote,
}: CookieProfile): string | undefined {
  const bytes = new Uint8Array(HEAD + state.length + remote.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FORM | (historyMayBePurged ? HISTORY_MAY_BE_PURGED : 0));
  view.setUint32(1, hi);
  view.setUint32(5, lo);
  view.setUint16(9, state.length);
  bytes.set(state, HEAD);
  bytes.set(remote, HEAD + state.length);
  const text = toBase64url(bytes);
  return text.length <= TEXT_MAX ? text : undefined;
}

/** What a request's `Cookie` header carries for a site. */
export function readCookie(
  header: string | null | undefined,
  site: string,
): CookieProfile | undefined {
  const name = `${cookieName(site)}=`;
  const pair = (header ?? "").split(/; */).find((one) => one.startsWith(name));
  const bytes =
    pair === undefined || pair.length > TEXT_MAX + name.length
      ? undefined
      : fromBase64url(pair.slice(name.length));
  if (!bytes || bytes.length < HEAD || ((bytes[0] ?? 0) & ~HISTORY_MAY_BE_PURGED) !== FORM)
    return undefined;
  const view = new DataView(bytes.buffer);
  const end = HEAD + view.getUint16(9);
  if (end > bytes.length) return undefined;
  return {
    visitor: [view.getUint32(1), view.getUint32(5), ((bytes[0] ?? 0) & HISTORY_MAY_BE_PURGED) > 0],
    state: bytes.slice(HEAD, end),
    remote: bytes.slice(end),
  };
}

/** Leaves the cookie with the browser until a time. */
export function setCookie(site: string, text: string, untilMs: number): void {
  const seconds = Math.floor((untilMs - Date.now()) / 1000);
  if (seconds > 0) write(site, text, seconds);
}

/** Takes it away. */
export const deleteCookie = (site: string): void => write(site, "", 0);

function write(site: string, text: string, seconds: number): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  try {
    document.cookie = `${cookieName(site)}=${text}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
  } catch {
    // A document without an origin has no cookies.
  }
}
