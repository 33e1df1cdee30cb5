/**
 * Follower of the page's dataLayer. In: its name, a callback. Out: each entry, past and future.
 * Never: an error in the page's `push`, a change of an entry, or a kept reference.
 */

type Layer = unknown[];

/** Interval at which a layer that cannot be watched is compared, in milliseconds. */
const COMPARE_MS = 200;

/**
 * Calls back for every entry, in order. A missing dataLayer is created, as its other readers do. A page may assign a new
 * array later: it is followed too, from its first entry.
 */
export function followLayer(name: string | undefined, onEntry: (entry: unknown) => void): void {
  const page = window as unknown as Record<string, unknown>;
  const key = name ? name : "dataLayer";
  page[key] ??= [];
  const followed = new WeakSet<Layer>();
  const report = (entry: unknown): void => {
    try {
      onEntry(entry);
    } catch {
      // Entries may be anything: one that cannot be read is ignored.
    }
  };
  const follow = (layer: unknown): void => {
    if (!Array.isArray(layer) || followed.has(layer)) return;
    followed.add(layer);
    for (const entry of layer.slice()) report(entry);
    followPushes(layer, report);
  };
  follow(page[key]);
  watchAssignments(page, key, follow);
}

/** Calls back with each value that is assigned to a property of the page. */
function watchAssignments(
  page: Record<string, unknown>,
  key: string,
  onValue: (value: unknown) => void,
): void {
  const property = Object.getOwnPropertyDescriptor(page, key);
  if (property?.configurable && "value" in property) {
    let current = page[key];
    Object.defineProperty(page, key, {
      configurable: true,
      enumerable: true,
      get: () => current,
      set: (value: unknown) => {
        current = value;
        onValue(value);
      },
    });
  } else {
    // Declared with `var`, or watched by another script already.
    setInterval(() => {
      onValue(page[key]);
    }, COMPARE_MS);
  }
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
