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
const WHOLE = ["landing", "jsonld", "tcf"];
const PULSE = 1 << 16;
const UNTOUCHED = describe();

/** What a page shares with everybody. */
function describe(): string {
  const names = [Object.prototype, Array.prototype, String.prototype, Function.prototype].map((shared) => Object.getOwnPropertyNames(shared));
  return JSON.stringify(names);
}

/** The process's highest memory, in MiB. */
const peakMib = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

function tryOut(decoder: (chance: Chance) => void): void {
  const end = Number(first) + Number(inputs);
  for (let input = Number(first); input < end; input++) {
    try {
      decoder(new Chance(Number(seed), input));
      if (input % PULSE === PULSE - 1 || input === end - 1) {
        process.stdout.write(`#${input + 1 - Number(first)}\n`);
        if (describe() !== UNTOUCHED) throw new Error(`a prototype that all share was changed by one of the last ${PULSE} inputs`);
      }
    } catch (error) {
      console.error(error);
      if (folder !== undefined) writeFileSync(join(folder, `crash-${seed}-${input}`), String(input));
      process.exitCode = 1;
      return;
    }
  }
  process.stdout.write(`peak_rss_mb: ${peakMib()}\n`);
}

const decoder = name === undefined ? undefined : DECODERS[name];
if (decoder) tryOut(decoder);
else for (const known of Object.keys(DECODERS)) process.stdout.write(`${known} ${WHOLE.includes(known) ? 1 : 4}\n`);
