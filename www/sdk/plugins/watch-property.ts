/**
 * Watcher of a property of the page. In: its name, a callback. Out: its value now, at each assignment and at intervals.
 * Never: an error in the page's assignment, a new property, or one that the page can no longer define.
 */

/** Interval of the comparison, in milliseconds. A function declaration replaces an accessor without a call. */
const COMPARE_MS = 200;

/** Calls back with the value of `window[key]`: now, after each assignment, and every 200 ms. It may repeat a value. */
export function watchProperty(key: string, onValue: (value: unknown) => void): void {
  const page = window as unknown as Record<string, unknown>;
  const compare = (): void => {
    try {
      onValue(page[key]);
    } catch {
      // A getter of the page may throw, and its value may be anything: the next comparison tries again.
    }
  };
  const watch = (): void => {
    compare();
    const property = Object.getOwnPropertyDescriptor(page, key);
    // A property declared with `var`, or watched by another script already, is compared only.
    if (!property?.configurable || !property.writable) return;
    let current = property.value as unknown;
    Object.defineProperty(page, key, {
      configurable: true,
      enumerable: true,
      get: () => current,
      set: (value: unknown) => {
        current = value;
        compare();
      },
    });
  };
  watch();
  setInterval(watch, COMPARE_MS);
}
