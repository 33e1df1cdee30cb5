/**
 * Tells when a block was really seen: half of it in view for one second, in a page that is visible. Comes in:
 * an element. Goes out: one call. Must hold nothing once it has told, or is stopped.
 */

const HALF = 0.5;
const SEEN_AFTER_MS = 1_000;

/** Watches until seen; the returned function stops watching. */
export function whenViewable(element: Element, seen: () => void): () => void {
  if (!("IntersectionObserver" in window)) return () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inView = false;
  const stop = (): void => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener("visibilitychange", look);
  };
  const look = (): void => {
    clearTimeout(timer);
    if (!inView || document.visibilityState !== "visible") return;
    timer = setTimeout(() => {
      stop();
      seen();
    }, SEEN_AFTER_MS);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      inView = (entries.at(-1)?.intersectionRatio ?? 0) >= HALF;
      look();
    },
    { threshold: HALF },
  );
  observer.observe(element);
  document.addEventListener("visibilitychange", look);
  return stop;
}
