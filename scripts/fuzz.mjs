// Coverage-guided fuzzing of every decoder: `make fuzz`. In: how many inputs, of which decoders. Out: how many each was given, how
// it went, and where an input lies that found a fault, with the command that runs it again. Never: another run the next time, unless FUZZ_SEED says so.
import { execFileSync, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const OUT = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "fuzz");
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 1_000_000);
const SEED = process.env.FUZZ_SEED ?? "1";
const JOBS = Number(process.env.FUZZ_JOBS ?? Math.min(availableParallelism(), 8));
const WORDS = process.argv.slice(2);
/** The engine's decoders and the browser's alone: the server's program takes some minutes to build. */
const ENGINE_ALONE = WORDS.includes("--without-server");
const ONLY = WORDS.filter((word) => !word.startsWith("--"));
/** One input takes micro- to milliseconds; one that takes this long would hold a server up. */
const INPUT_LIMIT_S = 30;
/** Of the whole process, the fuzzer's own tables among it; what a decoder may take is bounded by its program. */
const PROCESS_MIB_MAX = 256;
const TELL_EVERY_MS = 10_000;

/** What counts coverage on the stable toolchain; cargo-fuzz passes the same. `fuzzing` is known to the dependencies. */
const FLAGS = [
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "--cfg=fuzzing",
].join(" ");
/** The engine's first. */
const PROGRAMS = [["fuzz-engine", "--no-default-features"], ["fuzz-server"]];

const shown = (path) => relative(process.cwd(), path) || path;
const counted = (number) => Math.round(number).toLocaleString("en");

/** Builds both programs for a named host: build scripts and macros then do without the flags, which they could not be linked with. */
function buildNative() {
  const host = /^host: (.*)$/m.exec(execFileSync("rustc", ["-vV"], { encoding: "utf8" }))[1];
  const folder = join(OUT, "build");
  const manifest = ["--manifest-path", join(ROOT, "fuzz/Cargo.toml"), "--locked"];
  return PROGRAMS.slice(0, ENGINE_ALONE ? 1 : undefined).flatMap(([name, ...features]) => {
    execFileSync(
      "cargo",
      [
        "build",
        "--release",
        ...manifest,
        "--bin",
        name,
        ...features,
        "--target",
        host,
        "--target-dir",
        folder,
      ],
      {
        stdio: "inherit",
        env: { ...process.env, RUSTFLAGS: FLAGS },
      },
    );
    return decodersOf(join(folder, host, "release", name));
  });
}

/** The program's decoders; the most work first, so that none is waited for alone. */
function decodersOf(program) {
  const lines = execFileSync(program, { encoding: "utf8" }).trim().split("\n");
  return lines.map((line) => {
    const [name, longest, share] = line.split(" ");
    return {
      name,
      inputs: Math.ceil(INPUTS / Number(share)),
      work: Number(share),
      run: (inputs) => libFuzzer(program, name, longest, inputs),
    };
  });
}

function libFuzzer(program, name, longest, inputs) {
  const folder = join(OUT, name);
  rmSync(folder, { recursive: true, force: true });
  const [seeds, corpus] = ["seeds", "corpus"].map((part) => join(folder, part));
  mkdirSync(corpus, { recursive: true });
  const env = { ...process.env, ESCALE_FUZZ: name };
  execFileSync(program, {
    env: { ...env, ESCALE_FUZZ_SEEDS: seeds },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const args = [
    `-runs=${inputs}`,
    `-seed=${SEED}`,
    `-max_len=${longest}`,
    `-timeout=${INPUT_LIMIT_S}`,
    `-rss_limit_mb=${PROCESS_MIB_MAX}`,
    `-artifact_prefix=${folder}/`,
    "-reload=0",
    "-print_final_stats=1",
    corpus,
    seeds,
  ];
  const again = (input) => `ESCALE_FUZZ=${name} ${shown(program)} ${shown(input)}`;
  return { command: program, args, env, folder, again };
}

/** The decoders of the browser's own code: a generator of ours, for Node has no coverage-guided fuzzer that is kept. */
async function buildWeb() {
  const outfile = join(OUT, "web.mjs");
  await build({
    entryPoints: [join(ROOT, "fuzz/web/main.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "warning",
  });
  const names = execFileSync("node", [outfile], { encoding: "utf8" }).trim().split("\n");
  return names.map((line) => {
    const [name, share] = line.split(" ");
    return {
      name,
      inputs: Math.ceil(INPUTS / Number(share)),
      work: 0,
      run: (inputs) => mutator(outfile, name, inputs),
    };
  });
}

function mutator(program, name, inputs) {
  const folder = join(OUT, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const again = (input) =>
    `node ${shown(program)} ${name} ${SEED} 1 ${readFileSync(input, "utf8")}`;
  return {
    command: "node",
    args: [program, name, SEED, String(inputs), "0", folder],
    env: process.env,
    folder,
    again,
  };
}

/** Runs one decoder to its end. */
async function tryOut(decoder) {
  const { command, args, env, folder, again } = decoder.run(decoder.inputs);
  const started = Date.now();
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(join(folder, "log"));
  const ended = new Promise((resolve) => child.on("close", resolve));
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      log.write(`${line}\n`);
      decoder.done = Number(/^#(\d+)/.exec(line)?.[1] ?? decoder.done ?? 0);
      decoder.peakMib = Number(/peak_rss_mb: *(\d+)/.exec(line)?.[1] ?? decoder.peakMib ?? 0);
    });
  }
  decoder.started = started;
  const code = await ended;
  log.end();
  const seconds = Math.max((Date.now() - started) / 1000, 0.001);
  decoder.started = undefined;
  if (code === 0) {
    console.log(
      `  ${decoder.name.padEnd(10)} ${counted(decoder.inputs).padStart(12)} inputs  ${counted(decoder.inputs / seconds).padStart(9)}/s  ${seconds.toFixed(0).padStart(4)} s  ${String(decoder.peakMib).padStart(3)} MiB`,
    );
    return true;
  }
  tellFault(decoder, folder, again);
  return false;
}

function tellFault({ name, done }, folder, again) {
  const input = readdirSync(folder).find((file) =>
    /^(crash|oom|timeout|leak|slow-unit)-/.test(file),
  );
  const lines = readFileSync(join(folder, "log"), "utf8")
    .split("\n")
    .filter((line) => line && !/^(#|INFO|WARNING|\t)|stat::/.test(line));
  console.error(
    `\n${name}: a fault after ${counted(done ?? 0)} inputs\n${lines.slice(-25).join("\n")}`,
  );
  if (!input)
    return console.error(`\nNo input was left; all that was said: ${shown(join(folder, "log"))}\n`);
  console.error(
    `\nThe input: ${shown(join(folder, input))}\nAgain:     ${again(join(folder, input))}\n`,
  );
}

async function work(waiting, faults) {
  for (let decoder = waiting.shift(); decoder; decoder = waiting.shift())
    if (!(await tryOut(decoder))) faults.push(decoder.name);
}

const all = [...buildNative(), ...(await buildWeb())];
const unknown = ONLY.filter((name) => !all.some((decoder) => decoder.name === name));
if (unknown.length > 0) {
  console.error(
    `there is no decoder ${unknown.join(", ")}: there are ${all.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}
const chosen = all
  .filter(({ name }) => ONLY.length === 0 || ONLY.includes(name))
  .sort((a, b) => b.work - a.work);
const faults = [];
const ticking = setInterval(() => {
  const running = chosen.filter(({ started }) => started);
  console.log(
    `· ${running.map(({ name, done = 0, inputs, started }) => `${name} ${counted(done)} of ${counted(inputs)}, ${counted((done * 1000) / (Date.now() - started))}/s`).join(" · ")}`,
  );
}, TELL_EVERY_MS);
console.log(
  `${chosen.length} decoders, ${JOBS} at once, seed ${SEED}; what is found lies in ${shown(OUT)}`,
);
console.log(
  `of ${counted(INPUTS)} inputs each is given its share: ${chosen.map(({ name, inputs }) => `${name} ${counted(inputs)}`).join(" · ")}`,
);
if (ENGINE_ALONE)
  console.log(
    "what the server alone reads is neither built nor tried: leave --without-server out for it",
  );
const waiting = [...chosen];
await Promise.all(Array.from({ length: JOBS }, () => work(waiting, faults)));
clearInterval(ticking);
if (faults.length > 0) {
  console.error(`faults in: ${faults.join(", ")}`);
  process.exit(1);
}
