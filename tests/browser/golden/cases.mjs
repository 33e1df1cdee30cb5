/**
 * The golden cases: tests/cases/*.json go in. The cases go out with their configs, as text and
 * compiled by the command line. The answers of the native core go out beside them.
 */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileConfig } from "../compile.mjs";

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const CASES = join(ROOT, "tests/cases");
export const BUILDS = /** @type {const} */ (["runtime", "full"]);

/** Offset of the check sum in the compiled bytes. It covers the bytes after it. */
const CHECK_SUM_AT = 8;

/** A case and its config, both as text and as the command line compiles it. @param {string} file */
async function readCase(file) {
  const golden = JSON.parse(await readFile(join(CASES, file), "utf8"));
  if (golden.steps === undefined) return [];
  const { config } = golden;
  const json =
    typeof config === "string"
      ? await readFile(join(ROOT, config), "utf8")
      : JSON.stringify(config);
  const bytes = await compileConfig(json);
  return [
    { golden, json, compiled: bytes.toString("hex"), version: bytes.readUInt32LE(CHECK_SUM_AT) },
  ];
}

/**
 * @typedef {Awaited<ReturnType<typeof readCase>>[number]} Case
 *
 * @param {Case} read
 */
export const expected = ({ golden, version }) => ({
  config: version,
  decisions: golden.steps
    .filter((/** @type {any} */ step) => step.choose !== undefined)
    .map((/** @type {any} */ step) => step.expect),
  profile: golden.profile,
});

const files = (await readdir(CASES)).filter((file) => file.endsWith(".json")).sort();
export const cases = (await Promise.all(files.map(readCase))).flat();
