/**
 * Tests by tag: the sources go in, each tagged test with its file, name and tags comes out.
 * `node tests/tags.mjs TAG FOLDER` prints the names of the Rust tests in a folder, as filters for `cargo test`.
 * A tag is a number of docs/reliability.md (`f44`) or docs/privacy.md (`r8`).
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = ["tests", "server/tests", "server/src", "src", "www/sdk"];

/** `/// Tags: f44, r8.` above the attributes and the name of a test. */
const RUST = /^ *\/\/\/ Tags: (.+)\.\n(?: *(?:\/\/\/|#\[).*\n)* *(?:pub )?fn (\w+)/gm;
/** The name and the options `{ tags: [...] }` as the first arguments of a test or of a story. */
const SCRIPT = /(["`])((?:(?!\1)[^\\]|\\.)+)\1,\s*\{ tags: \[([^\]]+)\] \},/g;

/**
 * @typedef {{ file: string, name: string, tags: string[] }} TaggedTest
 *
 * @param {string[]} [folders] under the root of the repository
 * @returns {TaggedTest[]}
 */
export const taggedTests = (folders = FOLDERS) =>
  folders
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map((name) =>
        join(folder, name),
      ),
    )
    .filter((file) => /\.(rs|mjs|ts)$/.test(file) && !file.includes("node_modules"))
    .flatMap((file) => {
      const source = readFileSync(join(ROOT, file), "utf8");
      return file.endsWith(".rs") ? rustTests(file, source) : scriptTests(file, source);
    });

/** @param {string} file @param {string} source @returns {TaggedTest[]} */
const rustTests = (file, source) =>
  [...source.matchAll(RUST)].map(([, tags = "", name = ""]) => ({
    file,
    name,
    tags: tags.split(", "),
  }));

/** @param {string} file @param {string} source @returns {TaggedTest[]} */
const scriptTests = (file, source) =>
  [...source.matchAll(SCRIPT)].map(([, , name = "", tags = ""]) => ({
    file,
    name,
    tags: [...tags.matchAll(/"(\w+)"/g)].map(([, tag = ""]) => tag),
  }));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [tag = "", folder = "."] = process.argv.slice(2);
  const names = taggedTests([folder])
    .filter(({ file, tags }) => file.endsWith(".rs") && tags.includes(tag))
    .map(({ name }) => name);
  if (names.length === 0) throw new Error(`no test under ${folder} has the tag ${tag}`);
  console.log(names.join(" "));
}
