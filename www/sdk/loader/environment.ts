/**
 * The queue's host in a real page. Comes in: options. Goes out: what the browser says of itself, slots held
 * back for at most their deadline, the state on `<html data-escale>`. Must not read or store anything.
 */
import { databaseName } from "../storage/keys.js";
import type { Host } from "./consent-gate.js";
import type { Options, State } from "../base/types.js";

const BOTS = /bot|crawl|spider|slurp|headless|lighthouse|preview|facebookexternal/i;

/** The browser's own signals, which no type library knows yet. */
interface Signals {
  readonly globalPrivacyControl?: boolean;
  readonly prerendering?: boolean;
}

/** The host for this document; `load` brings the client. */
export function browserHost(options: Options, load: Host["load"]): Host {
  return {
    options,
    load,
    barred: options.bots !== "allow" && (navigator.webdriver || BOTS.test(navigator.userAgent)),
    privacyControl: () => !!(navigator as Signals).globalPrivacyControl,
    // A browser that cannot list them is looked at as if there were one: that creates nothing.
    stored: async () =>
      !("databases" in indexedDB) ||
      (await indexedDB.databases()).some((found) => found.name === databaseName(options.site)),
    shown: () =>
      new Promise((resolve) => {
        if ((document as Signals).prerendering)
          document.addEventListener("prerenderingchange", resolve, { once: true });
        else resolve(0);
      }),
    wait: () => holdSlots(options.deadlineMs ?? 300),
    mark: (state: State) => {
      document.documentElement.dataset.escale = state;
    },
  };
}

/** Hides undecided slots until the deadline, without a style attribute: a strict CSP refuses those. */
function holdSlots(deadlineMs: number): number {
  const deadlineAt = performance.now() + deadlineMs;
  // What the visitor already looks at is not hidden again.
  if (document.readyState === "complete") return deadlineAt;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("escale-offer:not([data-escale-state]){visibility:hidden}");
  const hide = (): void => {
    document.adoptedStyleSheets.push(sheet);
  };
  // Of a page that was drawn already, the style is not changed in the middle of its own scripts: they would lay it out anew.
  if (performance.getEntriesByType("paint")[0]) setTimeout(hide);
  else hide();
  // Emptied, not taken out: on a page that nobody looks at, timers come late and in any order.
  setTimeout(() => sheet.replaceSync(""), deadlineMs);
  return deadlineAt;
}
