/**
 * Follows the document's life. Comes in: the browser's events. Goes out: calls of `Life`, each bounded.
 * Must not keep the page out of the back-forward cache (no `unload`) nor throw into the site's navigation.
 */

/** What a document goes through. */
export interface LifecycleListener {
  /** A new page of a single-page site: another path or query. */
  moved(): void;
  /** Out of sight, perhaps for ever: the last moment mobiles grant. */
  hidden(): void;
  /** Leaving: frozen or closed; only synchronous work is sure to happen. */
  left(): void;
  /** Back from the back-forward cache. */
  restored(): void;
}

/** Single-page sites may call `pushState` thousands of times: at most one view per this time. */
const SETTLE_MS = 150;

/** Follows the document until the returned function is called. */
export function follow(life: LifecycleListener): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let seen = location.pathname + location.search;
  let gone = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const noticed = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      const now = location.pathname + location.search;
      if (signal.aborted || now === seen) return;
      seen = now;
      life.moved();
    }, SETTLE_MS);
  };
  followHistory(noticed, signal);
  document.addEventListener(
    "visibilitychange",
    () => {
      // Some browsers tell it after `pagehide`: work begun then would keep the page from being frozen.
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
  return () => stop.abort();
}

/** The Navigation API where it exists; else the history's own functions, passed on unchanged. */
function followHistory(noticed: () => void, signal: AbortSignal): void {
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) {
    navigation.addEventListener("currententrychange", noticed, { signal });
    return;
  }
  addEventListener("popstate", noticed, { signal });
  for (const name of ["pushState", "replaceState"] as const) {
    const own = history[name].bind(history);
    const followed: typeof own = (...state) => {
      own(...state);
      noticed();
    };
    history[name] = followed;
    signal.addEventListener("abort", () => {
      // Somebody may have wrapped it again since: then ours stays below, and does nothing any more.
      if (history[name] === followed) history[name] = own;
    });
  }
}
