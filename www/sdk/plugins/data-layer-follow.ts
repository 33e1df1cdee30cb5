/**
 * Follower of the page's dataLayer. In: its name, a callback. Out: each entry, past and future.
 * Never: an error in the page's `push`, a change of an entry, or a kept reference.
 */
import { watchProperty } from "./watch-property.js";

type Layer = unknown[];

/**
 * Calls back for every entry, in order. A missing dataLayer is created, as its other readers do. A page may assign a new
 * array later: it is followed too, from its first entry. Entries that bypass `push` are found at the next comparison.
 */
export function followLayer(name: string | undefined, onEntry: (entry: unknown) => void): void {
  const page = window as unknown as Record<string, unknown>;
  const key = name ? name : "dataLayer";
  page[key] ??= [];
  const seen = new WeakSet();
  const followed = new WeakSet<Layer>();
  const report = (entry: unknown): void => {
    if (typeof entry === "object" && entry !== null) seen.add(entry);
    try {
      onEntry(entry);
    } catch {
      // Entries may be anything: one that cannot be read is ignored.
    }
  };
  let compared: readonly unknown[] = [];
  watchProperty(key, (layer) => {
    if (!Array.isArray(layer)) return;
    const state = [layer, layer.length, layer.at(-1)];
    if (state.every((part, index) => part === compared[index])) return;
    compared = state;
    const isNew = !followed.has(layer);
    followed.add(layer);
    for (const entry of layer.slice() as unknown[])
      if (typeof entry === "object" && entry !== null ? !seen.has(entry) : isNew) report(entry);
    if (isNew) followPushes(layer, report);
  });
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
