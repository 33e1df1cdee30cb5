/**
 * Follows the page's dataLayer. Comes in: its name, who is told. Goes out: each entry, from the first to those still
 * to come. Must never throw into the page's `push`, change what is pushed, or hold anything of it.
 */

type Layer = unknown[];

/** Tells every entry, in order. A layer that is not there yet is begun, as its other readers begin it. */
export function followLayer(name: string | undefined, seen: (entry: unknown) => void): void {
  const page = window as unknown as Record<string, unknown>;
  const layer = (page[name ? name : "dataLayer"] ??= []);
  if (!Array.isArray(layer)) return;
  const tell = (entry: unknown): void => {
    try {
      seen(entry);
    } catch {
      // Anything may stand in a layer: what cannot be read is not for us.
    }
  };
  for (const entry of layer.slice()) tell(entry);
  followPushes(layer, tell);
}

function followPushes(layer: Layer, tell: (entry: unknown) => void): void {
  // Whoever wrapped it before us, or wraps it after, goes on being called.
  const { push } = layer;
  try {
    layer.push = function (this: Layer, ...entries: unknown[]): number {
      const length = push.apply(this, entries);
      entries.forEach(tell);
      return length;
    };
  } catch {
    // A layer that is frozen has no future.
  }
}
