/**
 * Calls that must not throw, into the site's code or from it. In: a function, unchecked. Out: one
 * call of it.
 */

/** Calls a function, if the value is one. Its error is logged on the console. */
export function safeCall(callback: unknown, ...args: unknown[]): void {
  if (typeof callback !== "function") return;
  try {
    (callback as (...args: unknown[]) => void)(...args);
  } catch (error) {
    console.error("escale", error);
  }
}
