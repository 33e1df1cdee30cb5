/**
 * Refresh of the config for the next page. In: the config version in each answer of the server.
 * Out: a current config in the browser's cache. This page keeps its own config.
 */
import { PRIVATE } from "../base/fetch-options.js";
import type { Options } from "../base/types.js";

/**
 * Returns a function that receives versions. It refreshes once: a config from elsewhere may always
 * differ from the server's.
 */
export function configRefresher(ownVersion: number, options: Options): (version: unknown) => void {
  const own = (ownVersion >>> 0).toString(16).padStart(8, "0");
  let hasAsked = false;
  return (version) => {
    if (hasAsked || typeof version !== "string" || version === own) return;
    hasAsked = true;
    fetch(new URL(options.config, location.href), { cache: "no-cache", ...PRIVATE })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined);
  };
}
