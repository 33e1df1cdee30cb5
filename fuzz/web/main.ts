/**
 * Tries a decoder out: `NAME SEED INPUTS FIRST FOLDER`. Without a name it tells the names. The number of an input that finds a
 * fault is left in the folder: with it as FIRST, and 1 of INPUTS, the same comes again.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Chance } from "./chance.js";
import { DECODERS } from "./decoders.js";

const [name, seed = "1", inputs = "1", first = "0", folder] = process.argv.slice(2);
/** These are given all inputs that are asked for, the others a share. */
const WHOLE = ["landing", "jsonld", "tcf", "google"];
const PULSE = 1 << 16;
/** To look at all that is shared costs as much as some inputs. */
const CHECK_EVERY = 1 << 8;

/** Built-in objects that all scripts of a page share. */
const SHARED: readonly object[] = [
  Object,
  Array,
  String,
  Number,
  Boolean,
  Function,
  Symbol,
  Promise,
  Map,
  Set,
  RegExp,
  Error,
  Date,
  Uint8Array,
]
  .flatMap((of): object[] => [of, of.prototype as unknown as object])
  .concat(JSON, Math, Reflect);

/** Its properties: each by name, with its value or its getter and setter. */
const described = (): Description[] =>
  SHARED.map(
    (own) =>
      new Map(
        Reflect.ownKeys(own).map((key) => [
          key,
          Object.getOwnPropertyDescriptor(own, key) as Described,
        ]),
      ),
  );
type Description = ReadonlyMap<PropertyKey, Described>;
const UNTOUCHED = described();

/** Key of the first shared property that has changed. `undefined` if none has. */
function touched(): string | undefined {
  const now = described();
  for (const [at, before] of UNTOUCHED.entries()) {
    for (const key of new Set([...before.keys(), ...(now[at]?.keys() ?? [])]))
      if (!isSame(before.get(key), now[at]?.get(key))) return String(key);
  }
  return undefined;
}

const PARTS = ["value", "get", "set", "writable", "enumerable", "configurable"] as const;
type Described = Readonly<Record<string, unknown>> | undefined;
const isSame = (a: Described, b: Described): boolean =>
  a !== undefined && b !== undefined && PARTS.every((part) => Object.is(a[part], b[part]));

/** The process's highest memory, in MiB. */
const peakMib = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

function tryOut(decoder: (chance: Chance) => void): void {
  const end = Number(first) + Number(inputs);
  for (let input = Number(first); input < end; input++) {
    try {
      decoder(new Chance(Number(seed), input));
      const isLast = input === end - 1;
      if (input % PULSE === PULSE - 1 || isLast)
        process.stdout.write(`#${input + 1 - Number(first)}\n`);
      const key = input % CHECK_EVERY === CHECK_EVERY - 1 || isLast ? touched() : undefined;
      if (key !== undefined)
        throw new Error(
          `\`${key}\`, which all share, was changed by this input or one of the ${CHECK_EVERY - 1} before`,
        );
    } catch (error) {
      console.error(error);
      if (folder !== undefined)
        writeFileSync(join(folder, `crash-${seed}-${input}`), String(input));
      process.exitCode = 1;
      return;
    }
  }
  process.stdout.write(`peak_rss_mb: ${peakMib()}\n`);
}

const decoder = name === undefined ? undefined : DECODERS[name];
if (decoder) tryOut(decoder);
else
  for (const known of Object.keys(DECODERS))
    process.stdout.write(`${known} ${WHOLE.includes(known) ? 1 : 4}\n`);
