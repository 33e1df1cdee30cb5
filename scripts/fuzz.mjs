// Coverage-guided fuzzing of every decoder: `make fuzz`. Input: the number of inputs, names of decoders. Output: inputs and speed of
// each, and each failing input with the command that repeats it. Invariant: one FUZZ_SEED gives one run.
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
const ARGUMENTS = process.argv.slice(2);
/** True to leave out the server's decoders, whose program takes minutes to build. */
const ENGINE_ALONE = ARGUMENTS.includes("--without-server");
const ONLY = ARGUMENTS.filter((name) => !name.startsWith("--"));
/** Limit for one input, which usually takes micro- to milliseconds. */
const INPUT_LIMIT_S = 30;
/** Limit for the process, with the fuzzer's own tables. Each program also bounds its decoders. */
const PROCESS_MIB_MAX = 256;
const REPORT_EVERY_MS = 10_000;

/** Flags for coverage on the stable toolchain, as cargo-fuzz passes them. Dependencies know `fuzzing`. */
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

/** Builds both programs for a named host. Build scripts and macros then get no flags, with which they would not link. */
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
  reportFailure(decoder, folder, again);
  return false;
}

function reportFailure({ name, done }, folder, again) {
  const input = readdirSync(folder).find((file) =>
    /^(crash|oom|timeout|leak|slow-unit)-/.test(file),
  );
  const lines = readFileSync(join(folder, "log"), "utf8")
    .split("\n")
    .filter((line) => line && !/^(#|INFO|WARNING|\t)|stat::/.test(line));
  console.error(
    `\n${name}: a failure after ${counted(done ?? 0)} inputs\n${lines.slice(-25).join("\n")}`,
  );
  if (!input)
    return console.error(`\nNo input was saved; the log: ${shown(join(folder, "log"))}\n`);
  console.error(
    `\nThe input: ${shown(join(folder, input))}\nAgain:     ${again(join(folder, input))}\n`,
  );
}

async function work(waiting, failures) {
  for (let decoder = waiting.shift(); decoder; decoder = waiting.shift())
    if (!(await tryOut(decoder))) failures.push(decoder.name);
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
const failures = [];
const ticking = setInterval(() => {
  const running = chosen.filter(({ started }) => started);
  console.log(
    `· ${running.map(({ name, done = 0, inputs, started }) => `${name} ${counted(done)} of ${counted(inputs)}, ${counted((done * 1000) / (Date.now() - started))}/s`).join(" · ")}`,
  );
}, REPORT_EVERY_MS);
console.log(`${chosen.length} decoders, ${JOBS} at once, seed ${SEED}; output in ${shown(OUT)}`);
console.log(
  `of ${counted(INPUTS)} inputs each gets its share: ${chosen.map(({ name, inputs }) => `${name} ${counted(inputs)}`).join(" · ")}`,
);
if (ENGINE_ALONE)
  console.log("the server's decoders are left out: run without --without-server to include them");
const waiting = [...chosen];
await Promise.all(Array.from({ length: JOBS }, () => work(waiting, failures)));
clearInterval(ticking);
if (failures.length > 0) {
  console.error(`failures in: ${failures.join(", ")}`);
  process.exit(1);
}
