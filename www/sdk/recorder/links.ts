/**
 * Links of the page that open a part of Escale: `<a href="/privacy" data-escale-open="centre">`.
 * In: clicks. Out: the command that the link names. Without Escale the link leads to its `href`.
 */
import type { Command } from "../base/client-types.js";

const OPENS = ["centre"];

/** Follows such links until the signal aborts. */
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
