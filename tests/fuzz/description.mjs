/**
 * Tests of the OpenAPI description. Comes in: the origin of a running server. Goes out: an error if
 * the description is invalid, or if generated code does not compile under `tsc --strict`.
 * Two generators make types and a client.
 * Must never change the description before it is tested.
 */
import { execFile } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A program of the workspace's node_modules. @param {string} name */
const nodeBin = (name) => join(ROOT, "node_modules/.bin", name);

/** Options of the compiler; a generated client gets no types but those of browsers. */
const COMPILER_OPTIONS = {
  strict: true,
  noEmit: true,
  target: "es2022",
  module: "es2022",
  moduleResolution: "bundler",
  lib: ["es2022", "dom"],
  types: [],
};

/** Compiles every TypeScript file below a folder. @param {string} folder */
async function compile(folder) {
  const config = join(folder, "tsconfig.json");
  await writeFile(config, JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["."] }));
  await run(nodeBin("tsc"), ["-p", config]);
}

/** Number of TypeScript files below a folder. @param {string} folder */
async function countSources(folder) {
  const files = await readdir(folder, { recursive: true });
  return files.filter((file) => file.endsWith(".ts")).length;
}

/**
 * Tests the description of a server.
 *
 * @param {string} origin Origin of the server.
 * @param {string} folder Empty folder for the generated files.
 * @param {string} tools Folder of the Python programs.
 * @throws If the description is invalid, or a generated file does not compile.
 */
export async function testDescription(origin, folder, tools) {
  const description = join(folder, "openapi.json");
  const response = await fetch(`${origin}/openapi.json`);
  await writeFile(description, await response.text());
  await run(join(tools, "openapi-spec-validator"), [description]);
  console.log("the description is valid");

  const types = join(folder, "types");
  await run(nodeBin("openapi-typescript"), [description, "-o", join(types, "interface.ts")]);
  await compile(types);
  console.log("the types of openapi-typescript compile");

  const client = join(folder, "client");
  const generator = ["generate", "-i", description, "-g", "typescript-fetch", "-o", client];
  await run(join(tools, "openapi-generator-cli"), generator, { maxBuffer: 64 << 20 });
  const sources = await countSources(client);
  if (sources < 10) throw new Error(`openapi-generator made ${sources} files only`);
  await compile(client);
  console.log(`the client of openapi-generator compiles (${sources} files)`);
}
