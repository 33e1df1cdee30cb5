/**
 * The command line's `escale build`: a config's JSON text goes in, the compiled bytes come out.
 * Must never compile in another way than a site would: it runs the binary.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The binary that is under test. */
export const ESCALE = join(
  process.env["CARGO_TARGET_DIR"] ?? fileURLToPath(new URL("../../target", import.meta.url)),
  "debug",
  "escale",
);

/** @param {string} json */
export async function compileConfig(json) {
  const folder = await mkdtemp(join(tmpdir(), "escale-config-"));
  try {
    const source = join(folder, "escale.json");
    const target = join(folder, "escale.bin");
    await writeFile(source, json);
    await promisify(execFile)(ESCALE, ["build", source, "--output", target]);
    return await readFile(target);
  } finally {
    await rm(folder, { recursive: true });
  }
}
