/**
 * Links of the page that open something of Escale's: `<a href="/privacy" data-escale-open="centre">`. Comes in: clicks.
 * Goes out: the command that the link names. Where Escale does not run the link is a link, and leads where the site says.
 */
import type { Command } from "../base/client-types.js";

const OPENS = ["centre"];

/** Follows such links until the signal ends it. */
export function followLinks(run: (command: Command) => void, signal: AbortSignal): void {
  document.addEventListener(
    "click",
    (event) => {
      const link =
        event.target instanceof Element ? event.target.closest("[data-escale-open]") : null;
      const what = link?.getAttribute("data-escale-open") ?? "";
      if (event.defaultPrevented || !OPENS.includes(what)) return;
      event.preventDefault();
      run([what, link]);
    },
    { signal },
  );
}
