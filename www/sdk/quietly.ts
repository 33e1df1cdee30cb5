/** Calls into the site's own code. Comes in: a callback, unchecked. Goes out: it was called. Must not throw, whatever it does. */

/** Runs a site's callback; its failure is the site's to read about, and ours to survive. */
export function quietly(callback: unknown, ...args: unknown[]): void {
  if (typeof callback !== "function") return;
  try {
    (callback as (...args: unknown[]) => void)(...args);
  } catch (error) {
    console.error("escale: a callback failed", error);
  }
}
