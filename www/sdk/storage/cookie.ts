/**
 * Profile as a first-party cookie, for sites that opted in and render on a server. In: a visitor
 * hash and the bytes of the profile. Out: text that a cookie can hold, and back. The cookie is
 * deleted with the profile. Never: an error, whatever a browser sends.
 */
import type { VisitorHash } from "../base/hash.js";
import { fromBase64url, toBase64url } from "./codec.js";

/** Inputs of a decision on a server, which equal the browser's. */
export interface CookieProfile {
  readonly visitor: VisitorHash;
  readonly state: Uint8Array;
  readonly remote: Uint8Array;
}

const FORM = 1;
/** Flag beside the form: the browser may purge its history, see `VisitorHash`. */
const HISTORY_MAY_BE_PURGED = 0x80;
const HEAD = 11;
/** Browsers reject longer cookies. A server's limit is for all cookies of a site together. */
const TEXT_MAX = 3_800;

/** Returns the name of a site's cookie. */
export const cookieName = (site: string): string =>
  `escale-${encodeURIComponent(site).replace(/%/g, ".")}`;

/** Packs the profile as a cookie's text; `undefined` if it is too long. */
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

/** Reads a site's profile from a request's `Cookie` header; `undefined` if there is none. */
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

/** Sets the cookie until a time. */
export function setCookie(site: string, text: string, untilMs: number): void {
  const seconds = Math.floor((untilMs - Date.now()) / 1000);
  if (seconds > 0) write(site, text, seconds);
}

/** Deletes the cookie. */
export const deleteCookie = (site: string): void => write(site, "", 0);

function write(site: string, text: string, seconds: number): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  try {
    document.cookie = `${cookieName(site)}=${text}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
  } catch {
    // A document without an origin has no cookies.
  }
}
