/**
 * The config that the next page begins with. Comes in: the version that the server serves, from each of its answers. Goes out:
 * what the browser's cache holds of the config, asked for anew where it is another. This page goes on with its own.
 */
import type { Options } from "../base/types.js";

/** Takes the versions told on one page. Asks once: a config that lies elsewhere may stay another than the server's. */
export function renewal(ownVersion: number, options: Options): (version: unknown) => void {
  const own = (ownVersion >>> 0).toString(16).padStart(8, "0");
  let hasAsked = false;
  return (version) => {
    if (hasAsked || typeof version !== "string" || version === own) return;
    hasAsked = true;
    fetch(options.config, { cache: "no-cache" })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined);
  };
}
