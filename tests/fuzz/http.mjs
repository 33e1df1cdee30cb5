/**
 * The interface tried out from its own description: a real server goes in, on each store; what schemathesis finds comes out.
 * Must never leave a server running, nor make other requests the next time: what fails once fails again.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ESCALE } from "../browser/compile.mjs";
import { Program } from "../browser/driver/launch.mjs";
import { testDescription } from "./description.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const TOOLS = process.env["ESCALE_TOOLS"] ?? join(homedir(), ".cache/escale/tools");
const PYTHON_TOOLS = join(TOOLS, "schemathesis/bin");
const SCHEMATHESIS = join(PYTHON_TOOLS, "schemathesis");
const START_LIMIT_MS = 20_000;
/** Requests a path and method, beside those that cover each limit of the description. */
const EXAMPLES = process.env["ESCALE_EXAMPLES"] ?? "25";

/** As in schemathesis.toml. */
const API_KEY = "the API key of the fuzzer, long enough";

const MODEL = {
  version: 1,
  from: "2026-05-01",
  to: "2026-07-29",
  success: "clicks",
  least_group: 50,
  rates: { "city-lisbonne": 0.03 },
};

/** A server on that database, with everything that a path may ask for. @param {string} folder @param {string} database */
async function startServer(folder, database) {
  await writeFile(join(folder, "model.json"), JSON.stringify(MODEL));
  const program = new Program(ESCALE, [
    "serve",
    "--site",
    "demo",
    "--config",
    join(ROOT, "www/demo/escale.json"),
    "--db",
    database,
    "--model",
    join(folder, "model.json"),
    "--listen",
    "127.0.0.1:0",
    "--requests-a-minute",
    "1000000",
    "--identity-secret",
    API_KEY,
    "--api-key",
    API_KEY,
  ]);
  const address = () => /http:\/\/127\.0\.0\.1:\d+/.exec(program.log)?.[0];
  await program.until("its address", () => address() !== undefined, START_LIMIT_MS);
  return { program, origin: /** @type {string} */ (address()) };
}

/** @param {string} origin @param {string[]} which */
async function tryOut(origin, which) {
  const config = join(ROOT, "tests/fuzz/schemathesis.toml");
  const run = [
    "--config-file",
    config,
    "run",
    `${origin}/openapi.json`,
    "--url",
    origin,
    "--max-examples",
    EXAMPLES,
  ];
  const fuzzer = spawn(SCHEMATHESIS, [...run, "--phases", "examples,coverage,fuzzing", ...which], {
    stdio: "inherit",
  });
  const [code] = await once(fuzzer, "exit");
  return code === 0;
}

/** Those that erase come last: what they leave has nothing to tell. @param {string} folder @param {string} database */
async function isWell(folder, database) {
  const { program, origin } = await startServer(folder, database);
  const tried = await tryOut(origin, ["--exclude-method", "DELETE"]);
  const erased = await tryOut(origin, ["--include-method", "DELETE"]);
  const lived = program.gone === "";
  if (!lived) console.error(program.log);
  await program.stop("SIGINT");
  return tried && erased && lived;
}

/** @param {(database: string) => Promise<boolean>} use */
async function onPostgres(use) {
  // It becomes that of PostgreSQL's own user, and goes with the server.
  const home = await mkdtemp(join(tmpdir(), "escale-fuzz-postgres-"));
  const server = spawn("sh", [join(ROOT, "server/tests/http/postgres.sh"), home], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [output] = await Promise.race([once(server.stdout, "data"), once(server, "exit")]);
  if (String(output) !== "ready\n")
    throw new Error("PostgreSQL did not start; its words are above");
  try {
    return await use(`postgres:///postgres?user=escale&host=${home}`);
  } finally {
    // It runs until its standard input ends.
    server.stdin.end();
    await once(server, "exit");
  }
}

/** Tests the description that a server sends. @param {string} folder */
async function checkDescription(folder) {
  const { program, origin } = await startServer(folder, join(folder, "description.sqlite"));
  try {
    const generated = await mkdtemp(join(folder, "generated-"));
    await testDescription(origin, generated, PYTHON_TOOLS);
  } finally {
    await program.stop("SIGINT");
  }
}

const folder = await mkdtemp(join(tmpdir(), "escale-fuzz-"));
try {
  console.log("\n· the description");
  await checkDescription(folder);
  console.log("\n· the interface, on SQLite");
  const embedded = await isWell(folder, join(folder, "escale.sqlite"));
  console.log("\n· the interface, on PostgreSQL");
  const shared = await onPostgres((database) => isWell(folder, database));
  if (!embedded || !shared) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
