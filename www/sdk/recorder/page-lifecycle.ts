/**
 * Lifecycle of the document. In: events of the browser. Out: calls of a `LifecycleListener`, each
 * bounded. Never: an `unload` listener, which bars the back-forward cache, or an error in the
 * site's navigation.
 */

import { isAnotherPage } from "./page-address.js";

/** Callbacks for the document's lifecycle. */
export interface LifecycleListener {
  /** Returns the address of the page. */
  address(): string;
  /** Reports another page of a single-page site, and when it was first seen by `performance.now()`. */
  moved(sinceMs: number): void;
  /** Reports a hidden page. On mobiles it is the last chance to send. */
  hidden(): void;
  /** Reports a page that is frozen or closed. Only synchronous work is certain to run. */
  left(): void;
  /** Reports a return from the back-forward cache. */
  restored(): void;
}

/** Least time between two page views. Single-page sites may call `pushState` thousands of times. */
const VIEW_INTERVAL_MS = 150;

/** Follower of a document. */
export interface Lifecycle {
  /** Reports a move now if one is about to be reported, unless the last one was just reported. */
  reportMove(): void;
  stop(): void;
}

/** Follows the document. */
export function follow(life: LifecycleListener): Lifecycle {
  const stop = new AbortController();
  const { signal } = stop;
  let seen = life.address();
  let gone = false;
  let isPushed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let [noticedAt, reportedAt] = [0, -Infinity];
  const report = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const [before, now, wasPushed] = [seen, life.address(), isPushed];
    [seen, isPushed] = [now, false];
    if (signal.aborted || !isAnotherPage(before, now, wasPushed)) return;
    reportedAt = performance.now();
    life.moved(noticedAt);
  };
  const noticed = (isNewEntry: boolean): void => {
    isPushed ||= isNewEntry;
    if (timer !== undefined) return;
    noticedAt = performance.now();
    timer = setTimeout(report, VIEW_INTERVAL_MS);
  };
  followHistory(noticed, signal);
  document.addEventListener(
    "visibilitychange",
    () => {
      // Some browsers report it after `pagehide`: work begun then would keep the page from being
      // frozen.
      if (document.visibilityState === "hidden" && !gone) life.hidden();
    },
    { signal },
  );
  addEventListener(
    "pagehide",
    () => {
      gone = true;
      life.left();
    },
    { signal },
  );
  addEventListener(
    "pageshow",
    (event) => {
      gone = false;
      if (event.persisted) life.restored();
    },
    { signal },
  );
  return {
    reportMove: () => {
      if (timer !== undefined && performance.now() - reportedAt >= VIEW_INTERVAL_MS) report();
    },
    stop: () => stop.abort(),
  };
}

/** Navigation of the Navigation API, which the type library lacks. */
interface EntryChange extends Event {
  readonly navigationType?: string | null;
}

/**
 * Uses the Navigation API where it exists, else wraps the history's own functions. Reports `true` for another entry of
 * the history, `false` for a replaced one.
 */
function followHistory(noticed: (isNewEntry: boolean) => void, signal: AbortSignal): void {
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) {
    navigation.addEventListener(
      "currententrychange",
      ({ navigationType }: EntryChange) =>
        noticed(navigationType === "push" || navigationType === "traverse"),
      { signal },
    );
    return;
  }
  for (const name of ["popstate", "hashchange"])
    addEventListener(name, () => noticed(true), { signal });
  for (const name of ["pushState", "replaceState"] as const) {
    const own = history[name].bind(history);
    const followed: typeof own = (...state) => {
      own(...state);
      noticed(name === "pushState");
    };
    history[name] = followed;
    signal.addEventListener("abort", () => {
      // Another script may have wrapped it since: then ours stays below, without effect.
      if (history[name] === followed) history[name] = own;
    });
  }
}
