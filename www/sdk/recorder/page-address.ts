/**
 * Address of a page. In: the location, the site's routes. Out: path and query in their canonical spelling, and the
 * question of whether a changed address is another page. Never: a campaign parameter that makes a view.
 */
import { canonicalAddress } from "../base/address.js";
import type { Options } from "../base/types.js";

/** Route in a fragment: `#/ski` or `#!/ski`. */
const HASH_ROUTE = /^#!?(?=\/)/;
/** Parameters of campaigns and of Escale's messages. */
const CAMPAIGN =
  /^(?:utm_\w+|escale\w*|[a-z]{1,3}clk?id|gclsrc|g?braid|wbraid|mc_[ce]id|_g[al]|li_fat_id|igshid|epik)$/i;
/** Parameters of the camera of a map. */
const CAMERA =
  /^(?:lat|lon|lng|long|latitude|longitude|ll|z|zoom|bounds|bbox|cent(?:er|re)|viewport|map)$/i;
/** Camera of a map in the path: `/@38.72,-9.13,12z`. */
const CAMERA_PATH = /\/@-?\d[^/]*/;

/** Returns path and query of the page; with hash routes, those in the fragment. */
export function pageAddress({ routes }: Options, { pathname, search, hash }: Location): string {
  const isRoute = routes === "hash" && HASH_ROUTE.test(hash);
  // A route may have a fragment of its own.
  const address = isRoute ? hash.replace(HASH_ROUTE, "").split("#", 1)[0] : pathname + search;
  return canonicalAddress(address ?? "");
}

/**
 * Returns `true` if the page is another one. `isNewEntry`: the history has another entry. A replaced query is the
 * same page, and so is one that differs in campaigns or a camera.
 */
export function isAnotherPage(before: string, now: string, isNewEntry: boolean): boolean {
  return pathOf(before) !== pathOf(now) || (isNewEntry && queryOf(before) !== queryOf(now));
}

const pathOf = (address: string): string =>
  address
    .split("?", 1)[0]
    ?.replace(CAMERA_PATH, "")
    .replace(/(.)\/$/, "$1") ?? "";

function queryOf(address: string): string {
  const parameters = address.split("?").slice(1).join("?").split("&");
  return parameters
    .filter((parameter) => {
      const [name = ""] = parameter.split("=", 1);
      return parameter && !CAMPAIGN.test(name) && !CAMERA.test(name);
    })
    .join("&");
}
