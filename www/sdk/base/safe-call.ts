/** Calls that must not throw: into the site's own code, or from it. Comes in: a function, unchecked. Goes out: it was called. */

/** Calls a function, if it is one; its failure is for the console, and for us to survive. */
export function safeCall(callback: unknown, ...args: unknown[]): void {
  if (typeof callback !== "function") return;
  try {
    (callback as (...args: unknown[]) => void)(...args);
  } catch (error) {
    console.error("escale", error);
  }
}
