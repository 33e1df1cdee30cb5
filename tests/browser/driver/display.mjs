/**
 * The X display that WebKit draws on: the one that is there, or one virtual display for the whole run.
 * Must never be started twice, nor outlive the run.
 */
import { locate } from "./engines.mjs";
import { Program } from "./launch.mjs";

const START_LIMIT_MS = 10_000;

/** @type {Promise<string> | undefined} */
let virtual;

/** The value of DISPLAY for a browser that needs one. */
export function display() {
  const own = process.env["DISPLAY"];
  if (own) return Promise.resolve(own);
  virtual ??= startVirtual();
  return virtual;
}

async function startVirtual() {
  const binary = locate(["Xvfb"], "install the package xvfb (make setup-test)");
  // With -displayfd the server chooses a free number itself and writes it once it is ready.
  const args = ["-displayfd", "3", "-screen", "0", "1366x1024x24", "-nolisten", "tcp", "-noreset"];
  const program = new Program(binary, args, { extraPipe: true });
  // A run ends when its tests do: the display must not keep Node alive.
  program.child.unref();
  const pipe = /** @type {import("node:net").Socket} */ (program.child.stdio[3]);
  let number = "";
  pipe.on("data", (text) => (number += String(text)));
  // The number and the end of its line are written apart: closing the pipe in between would end the server.
  await program.until("its number", () => number.endsWith("\n"), START_LIMIT_MS);
  pipe.destroy();
  for (const stream of [program.child.stdout, program.child.stderr])
    /** @type {any} */ (stream)?.unref?.();
  return `:${number.trim()}`;
}
