/**
 * Follower of the page's dataLayer. In: its name, a callback. Out: each entry, past and future.
 * Never: an error in the page's `push`, a change of an entry, or a kept reference.
 */

type Layer = unknown[];

/**
 * Calls back for every entry, in order. A missing dataLayer is created, as its other readers do.
 */
export function followLayer(name: string | undefined, onEntry: (entry: unknown) => void): void {
  const page = window as unknown as Record<string, unknown>;
  const layer = (page[name ? name : "dataLayer"] ??= []);
  if (!Array.isArray(layer)) return;
  const report = (entry: unknown): void => {
    try {
      onEntry(entry);
    } catch {
      // Entries may be anything: one that cannot be read is ignored.
    }
  };
  for (const entry of layer.slice()) report(entry);
  followPushes(layer, report);
}

function followPushes(layer: Layer, report: (entry: unknown) => void): void {
  // Other wrappers of `push`, earlier and later ones, are still called.
  const { push } = layer;
  try {
    layer.push = function (this: Layer, ...entries: unknown[]): number {
      const length = push.apply(this, entries);
      entries.forEach(report);
      return length;
    };
  } catch {
    // A frozen dataLayer has no future entries.
  }
}
