/**
 * Viewable impressions: half of a block in view for one second, in a visible page. A block taller than the screen is in
 * view when it fills half of the screen. In: an element. Out: one call. Never: an observer left behind after the call or a
 * stop.
 */

const HALF = 0.5;
const VIEWABLE_AFTER_MS = 1_000;
/** Shares of a block at which the browser reports: the half, and each hundredth for blocks taller than the screen. */
const STEPS = 100;

/** Calls back once the element was viewable. The returned function stops observing. */
export function whenViewable(element: Element, onViewable: () => void): () => void {
  if (!("IntersectionObserver" in window)) return () => undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let inView = false;
  const stop = (): void => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener("visibilitychange", restart);
  };
  const restart = (): void => {
    clearTimeout(timer);
    if (!inView || document.visibilityState !== "visible") return;
    timer = setTimeout(() => {
      stop();
      onViewable();
    }, VIEWABLE_AFTER_MS);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      const entry = entries.at(-1);
      const before = inView;
      inView =
        !!entry &&
        (entry.intersectionRatio >= HALF ||
          entry.intersectionRect.height >= HALF * (entry.rootBounds?.height ?? innerHeight));
      if (inView !== before) restart();
    },
    { threshold: [...Array(STEPS).keys()].map((step) => (step + 1) / STEPS) },
  );
  observer.observe(element);
  document.addEventListener("visibilitychange", restart);
  return stop;
}
