/**
 * Host of the consent gate in a real page. In: options. Out: signals of the browser, slots hidden until their deadline at
 * most, the state on `<html data-escale>`. Never: a read or write of storage.
 */
import type { ReportMistake } from "../base/client-types.js";
import type { Options, State } from "../base/types.js";
import { emptyPrepared, fillPrepared } from "../slots/prepared-fill.js";
import { databaseName } from "../storage/keys.js";
import type { Host } from "./consent-gate.js";
import { requestEngine } from "./engine-files.js";

/** Machines, except phones such as "CUBOT NOTE" and "M BOT TAB". */
const BOTS = /(?<!cu|m[ _])bot|crawl|spider|slurp|headless|lighthouse|preview|facebookexternal/i;

/** Browser signals that the type library lacks. */
interface Signals {
  readonly globalPrivacyControl?: boolean;
  readonly prerendering?: boolean;
}

/** Returns `true` for the user agent of a machine. */
export const isMachine = (userAgent: string): boolean => BOTS.test(userAgent);

/** Returns the host for this document. `load` loads the client, `module` is the address of `escale_bg.wasm`. */
export function browserHost(
  options: Options,
  load: Host["load"],
  module: () => string | URL,
  report: ReportMistake,
): Host {
  return {
    options,
    load,
    report,
    isBot: options.bots !== "allow" && (navigator.webdriver || isMachine(navigator.userAgent)),
    globalPrivacyControl: () => !!(navigator as Signals).globalPrivacyControl,
    // A browser without a list of databases is treated as if there were one. That creates nothing.
    stored: async () =>
      !("databases" in indexedDB) ||
      (await indexedDB.databases()).some((found) => found.name === databaseName(options.site)),
    shown: () =>
      new Promise((resolve) => {
        if ((document as Signals).prerendering)
          document.addEventListener("prerenderingchange", resolve, { once: true });
        else resolve(0);
      }),
    requestEngine: () => requestEngine(options, module()),
    fillPrepared: (isAllowed) => {
      emptyPrepared();
      if (isAllowed) fillPrepared(options.site);
    },
    hideSlots: () => hideSlots(Number(options.deadlineMs ?? 300)),
    setState: (state: State) => {
      document.documentElement.dataset.escale = state;
    },
  };
}

/** Hides undecided slots until the deadline. A strict CSP forbids style attributes, hence the style sheet. */
function hideSlots(deadlineMs: number): number {
  const deadlineAt = performance.now() + deadlineMs;
  // The visitor sees the content already: hiding it now would be visible.
  if (document.readyState === "complete") return deadlineAt;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("escale-offer:not([data-escale-state]){visibility:hidden}");
  const hide = (): void => {
    document.adoptedStyleSheets.push(sheet);
  };
  // After the first paint a new style would force a layout in the middle of the page's scripts.
  if (performance.getEntriesByType("paint")[0]) setTimeout(hide);
  else hide();
  // Emptied, not removed: in a background page, timers fire late and in any order.
  setTimeout(() => sheet.replaceSync(""), deadlineMs);
  return deadlineAt;
}
