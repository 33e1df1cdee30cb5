/**
 * Programs that tests start: a binary and its arguments go in, something to stop comes out.
 * Must never leave one running, nor stop one that it did not start: everything ends by its own process group.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

const STOP_LIMIT_MS = 5_000;
const POLL_MS = 25;
const LOG_MAX_CHARS = 4_000;

/** @type {Set<Program>} */
const running = new Set();

process.on("exit", () => {
  for (const program of running) program.kill();
});
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => process.exit(130));
}

/** A program that runs in a process group of its own, and the end of its output. */
export class Program {
  /**
   * @param {string} binary
   * @param {string[]} args
   * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, extraPipe?: boolean }} [options] `extraPipe` opens file descriptor 3 for reading
   */
  constructor(binary, args, { env = process.env, cwd, extraPipe = false } = {}) {
    this.name = binary.split("/").at(-1) ?? binary;
    this.log = "";
    this.gone = "";
    const stdio = /** @type {("ignore" | "pipe")[]} */ (["ignore", "pipe", "pipe"]);
    this.child = spawn(binary, args, {
      env,
      cwd,
      detached: true,
      stdio: extraPipe ? [...stdio, "pipe"] : stdio,
    });
    this.child.on("error", (error) => this.#ended(error.message));
    this.child.on("exit", (code, signal) => this.#ended(`ended with ${signal ?? code}`));
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on("data", (text) => this.#logText(text));
    running.add(this);
  }

  /** @param {Buffer} text */
  #logText(text) {
    this.log = (this.log + text.toString()).slice(-LOG_MAX_CHARS);
  }

  /** @param {string} how */
  #ended(how) {
    this.gone ||= how;
    running.delete(this);
  }

  /** Ends the whole group at once. */
  kill() {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, "SIGKILL");
    } catch {
      // The group has ended by itself.
    }
  }

  /** Resolves once it has ended. */
  async ended() {
    if (!this.gone) await once(this.child, "exit");
  }

  /**
   * Asks the program to end, and ends what is left of its group.
   * @param {NodeJS.Signals} [signal]
   */
  async stop(signal = "SIGTERM") {
    if (!this.gone && this.child.exitCode === null) {
      const exited = once(this.child, "exit");
      this.child.kill(signal);
      await Promise.race([exited, deadline(STOP_LIMIT_MS)]);
    }
    this.kill();
  }

  /**
   * Waits until `ready` holds; fails as soon as the program ends, with its last words.
   * @param {string} what
   * @param {() => Promise<boolean> | boolean} ready
   * @param {number} limitMs
   */
  async until(what, ready, limitMs) {
    const end = Date.now() + limitMs;
    while (!(await ready())) {
      if (this.gone) throw new Error(`${this.name} ${this.gone} before ${what}\n${this.log}`);
      if (Date.now() > end)
        throw new Error(`${this.name}: no ${what} within ${limitMs} ms\n${this.log}`);
      await pause(POLL_MS);
    }
  }
}

/**
 * Resolves after a while without keeping Node alive; only for polling a condition and for limits.
 * @param {number} ms
 * @returns {Promise<void>}
 */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * @param {number} ms
 * @returns {Promise<void>}
 */
const deadline = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** A loopback port that nobody listens on. @returns {Promise<number>} */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}
