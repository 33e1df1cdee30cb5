// Runs stages of the Makefile side by side: a list goes in, each stage's output and a table of minutes come out.
// In: `node scripts/ci.mjs ci|test`. Out: target/ci/STAGE.log, target/ci/minutes.txt. Never: a stage beside one that measures time.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const OUT = join(process.env.CARGO_TARGET_DIR ?? "target", "ci");
/** Most stages keep one core busy and wait for the rest of their time. */
const LANES = 2;

const PREPARED = ["build", "compile"];
/**
 * Stages in the order in which they start as soon as what they need is done. `isAlone`: nothing else runs meanwhile.
 * @type {Record<string, { needs?: string[], isAlone?: boolean }>}
 */
const TEST = {
  "setup-test": { isAlone: true },
  compile: { needs: ["setup-test"] },
  build: { needs: ["setup-test"] },
  stories: { needs: PREPARED, isAlone: true },
  native: { needs: PREPARED, isAlone: true },
  "fuzz-http": { needs: PREPARED },
  golden: { needs: PREPARED },
  "stories-alone": { needs: ["stories"], isAlone: true },
};
const CHECKS = {
  "check-rust": { needs: ["compile"] },
  "fuzz-some": { needs: ["setup-test"] },
  "check-web": { needs: PREPARED },
  "check-docs": { needs: ["compile"] },
  consumers: { needs: PREPARED },
  "check-format": { needs: ["setup-test"] },
  "check-dependencies": { needs: ["setup-test"] },
  size: { needs: ["build"] },
};
const SUITES = { test: TEST, ci: { ...TEST, ...CHECKS } };

const suite = SUITES[process.argv[2] ?? ""];
if (!suite) {
  console.error(`say which stages: node scripts/ci.mjs ${Object.keys(SUITES).join(" | ")}`);
  process.exit(2);
}

/** @typedef {{ name: string, needs: string[], isAlone: boolean, state: "due" | "running" | "ok" | "failed", from: number, seconds: number }} Stage */

const began = Date.now();
/** @type {Stage[]} */
const stages = Object.entries(suite).map(([name, { needs = [], isAlone = false }]) => ({
  name,
  needs,
  isAlone,
  state: "due",
  from: 0,
  seconds: 0,
}));
const inState = (/** @type {Stage["state"]} */ state) =>
  stages.filter((stage) => stage.state === state);

/** The next stage that may start now. Stages that run alone wait until all others are done, except the first. */
function nextStage() {
  const running = inState("running");
  if (inState("failed").length > 0 || running.some(({ isAlone }) => isAlone)) return undefined;
  const done = inState("ok").map(({ name }) => name);
  const ready = inState("due").filter(({ needs }) => needs.every((need) => done.includes(need)));
  const shared = ready.find(({ isAlone }) => !isAlone);
  if (shared) return running.length < LANES ? shared : undefined;
  return running.length === 0 ? ready[0] : undefined;
}

/** Runs one stage; its output is shown at its end, in one piece. @param {Stage} stage */
async function run(stage) {
  const path = join(OUT, `${stage.name}.log`);
  const log = createWriteStream(path);
  Object.assign(stage, { state: "running", from: Date.now() });
  console.log(`=== ${stage.name} begins after ${minutes(stage.from - began)} min`);
  // What the stages share is made by stages of its own: made again, it would change beneath those that run.
  const isPrepared = inState("ok").some(({ name }) => name === "setup-test");
  const child = spawn("make", ["--no-print-directory", stage.name], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...(isPrepared && { ESCALE_STAGE: stage.name }) },
  });
  for (const stream of [child.stdout, child.stderr]) stream.pipe(log, { end: false });
  const code = await new Promise((resolve) => child.on("close", resolve));
  await new Promise((resolve) => log.end(resolve));
  stage.seconds = (Date.now() - stage.from) / 1000;
  stage.state = code === 0 ? "ok" : "failed";
  console.log(`\n=== ${stage.name}\n${readFileSync(path, "utf8")}`);
  console.log(`=== ${stage.name}: ${stage.state} in ${minutes(stage.seconds * 1000)} min\n`);
}

const minutes = (/** @type {number} */ ms) => (ms / 60_000).toFixed(1);

/** The table of minutes; stages overlap, so that the last line is less than the sum. */
function table() {
  const rows = stages.map(({ name, state, from, seconds }) =>
    state === "due"
      ? [name, state, "", ""]
      : [name, state, minutes(from - began), minutes(seconds * 1000)],
  );
  rows.unshift(["stage", "state", "from", "minutes"]);
  rows.push([
    "all",
    inState("failed").length > 0 ? "failed" : "ok",
    "0.0",
    minutes(Date.now() - began),
  ]);
  const [first, ...rest] = [20, 8, 6, 8];
  return rows
    .map(([name, ...cells]) =>
      [name.padEnd(first), ...cells.map((cell, index) => cell.padStart(rest[index]))].join(" "),
    )
    .join("\n");
}

mkdirSync(OUT, { recursive: true });
/** @type {Set<Promise<void>>} */
const running = new Set();
for (;;) {
  for (let stage = nextStage(); stage; stage = nextStage()) {
    const work = run(stage).finally(() => running.delete(work));
    running.add(work);
  }
  if (running.size === 0) break;
  await Promise.race(running);
}
writeFileSync(join(OUT, "minutes.txt"), `${table()}\n`);
console.log(`${table()}\n\nminutes by stage: ${join(OUT, "minutes.txt")}`);
process.exit(inState("ok").length === stages.length ? 0 : 1);
