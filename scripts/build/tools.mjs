/**
 * Tools of the build: folders, child processes, timings. Input: a command. Output: its standard output.
 * Invariant: a tool that fails ends the build.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

export const ROOT = join(import.meta.dirname, "..", "..");
/** Folder of the two wasm modules, with their bindings. */
export const MODULES_DIR = join(ROOT, "target", "web");
export const PKG = join(ROOT, "pkg");
export const SDK = join(ROOT, "www", "sdk");

const TOOLS = join(process.env.ESCALE_TOOLS ?? join(homedir(), ".cache", "escale", "tools"), "bin");
const PATH = [join(ROOT, "node_modules", ".bin"), TOOLS, process.env.PATH].join(delimiter);

/**
 * Runs a tool and returns its standard output.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [env]
 */
export function run(command, args, env = {}) {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: Infinity,
    encoding: "utf8",
    env: { ...process.env, PATH, ...env },
  });
  if (status === 0) return stdout;
  const reason = error ? `could not be started (${error.code}); run: make setup` : "failed";
  console.error(`${command} ${reason}`);
  process.exit(1);
}

/**
 * Runs one step of the build and prints its duration.
 *
 * @template T
 * @param {string} title
 * @param {() => T} work
 */
export function step(title, work) {
  const start = performance.now();
  const result = work();
  console.log(`  ${title.padEnd(48)} ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** Lists all files under a folder, sorted. @param {string} folder */
export function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Returns the value for a fetch's `integrity`. @param {string} file */
export function integrity(file) {
  return `sha384-${createHash("sha384").update(readFileSync(file)).digest("base64")}`;
}
