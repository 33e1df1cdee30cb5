/**
 * Inputs by chance that is no chance: the same seed and number give the same input. Comes in: good inputs. Goes out: what a
 * careless or hostile hand would make of them.
 */

/** Numbers from a seed: mulberry32, whose steps are a handful of integer operations. */
export class Chance {
  #state: number;

  constructor(seed: number, input: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(input + 1, 0x85ebca6b)) | 0;
  }

  /** A whole number under `end`. */
  under(end: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % end;
  }

  one<T>(of: readonly T[]): T {
    return of[this.under(of.length)] as T;
  }
}

/** Fragments that commonly break the parsing of texts from outside. */
const SHARDS = [
  "",
  "\0",
  "\x1e",
  "\x1f",
  "\n",
  " ",
  "&",
  "=",
  "?",
  "#",
  "%",
  "%00",
  "%ZZ",
  "%E0%A4%A",
  "+",
  ",",
  ":",
  ";",
  ".",
  "/",
  "\\",
  '"',
  "'",
  "[",
  "]",
  "{",
  "}",
  "<script>",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "escale_send",
  "utm_medium",
  "escale_family",
  "@type",
  "@graph",
  "true",
  "null",
  "NaN",
  "-0",
  "1e999",
  "9007199254740993",
  "-1",
  "\u{1f600}",
  "\ud800",
  "\u2028",
  "é",
  "\u0130",
  "A".repeat(70),
  "[".repeat(100),
  '{"a":'.repeat(100),
  "a@b.example",
  "message_clicked",
  "data:,",
  "javascript:",
];
const EDITS_MAX = 6;
const TEXT_MAX = 4_096;

/** A text that was edited a few times. */
export function edited(chance: Chance, texts: readonly string[]): string {
  let text = chance.one(texts);
  for (let edits = chance.under(EDITS_MAX + 1); edits > 0; edits--)
    text = edit(chance, text, texts).slice(0, TEXT_MAX);
  return text;
}

function edit(chance: Chance, text: string, texts: readonly string[]): string {
  const at = chance.under(text.length + 1);
  const to = Math.min(text.length, at + chance.under(12));
  const [before, after] = [text.slice(0, at), text.slice(to)];
  switch (chance.under(6)) {
    case 0:
      return before + after;
    case 1:
      return before + chance.one(SHARDS) + text.slice(at);
    case 2:
      return before + chance.one(SHARDS) + after;
    case 3:
      return before + String.fromCharCode(chance.under(chance.under(2) ? 128 : 65_536)) + after;
    case 4:
      return before + text.slice(at, to).repeat(chance.under(5)) + after;
    default:
      return before + chance.one(texts).slice(chance.under(40));
  }
}

/** Bytes that were edited a few times. */
export function editedBytes(chance: Chance, seeds: readonly Uint8Array[]): Uint8Array {
  let bytes = Array.from(chance.one(seeds));
  for (let edits = chance.under(EDITS_MAX + 1); edits > 0; edits--) {
    const at = chance.under(bytes.length + 1);
    const edge = chance.one([0, 1, 127, 128, 254, 255, chance.under(256)]);
    switch (chance.under(4)) {
      case 0:
        bytes.splice(at, chance.under(9));
        break;
      case 1:
        bytes.splice(at, 0, edge);
        break;
      case 2:
        bytes[Math.min(at, Math.max(bytes.length - 1, 0))] = edge;
        break;
      default:
        bytes = bytes.slice(0, at).concat(Array.from(chance.one(seeds)).slice(chance.under(20)));
    }
  }
  return Uint8Array.from(bytes.slice(0, TEXT_MAX));
}

/**
 * Makers of values that replace an expected value. Each input gets new ones, so that no input sees
 * changes by another.
 */
const ODD: readonly (() => unknown)[] = [
  ...[
    undefined,
    null,
    true,
    false,
    0,
    -0,
    -1,
    1,
    1.5,
    NaN,
    Infinity,
    2 ** 53,
    1e308,
    "",
    "true",
    "1",
    "__proto__",
    "x".repeat(300),
    5n,
  ].map((plain) => () => plain),
  () => [],
  () => ({}),
  () => [[]],
  () => Symbol("odd"),
  () => () => "odd",
  () => new Date(NaN),
  () => new Map(),
  () => new Uint8Array(3),
  () => Object.create(null) as unknown,
  () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error("broken");
        },
      },
    ),
  () => ({
    get trap(): never {
      throw new Error("trap");
    },
  }),
  () => ({ toString: null, valueOf: null }),
];
const KEYS = [
  "__proto__",
  "constructor",
  "length",
  "0",
  "1",
  "5",
  "6",
  "id",
  "purpose",
  "consents",
  "event",
  "items",
  "value",
  "x",
];
const DEPTH_MAX = 4;

/** A value like that one, here and there another one. */
export function editedValue(chance: Chance, value: unknown, depth = 0): unknown {
  if (chance.under(14) === 0) return chance.one(ODD)();
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEPTH_MAX || value instanceof Uint8Array || value instanceof Map)
    return structuredClone(value);
  if (Array.isArray(value)) {
    const items = (value as unknown[])
      .filter(() => chance.under(20) > 0)
      .map((item) => editedValue(chance, item, depth + 1));
    return chance.under(12) === 0 ? [...items, chance.one(ODD)()] : items;
  }
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value))
    if (chance.under(20) > 0) own(copy, key, editedValue(chance, inner, depth + 1));
  if (chance.under(8) === 0) own(copy, chance.one(KEYS), chance.one(ODD)());
  return copy;
}

/** A field of its own, whatever it is called. */
function own(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** The value of a field of its own, by its descriptor: no getter and no trap is run. */
export function valueIn(object: unknown, key: string): unknown {
  return typeof object === "object" && object !== null
    ? Object.getOwnPropertyDescriptor(object, key)?.value
    : undefined;
}
