/**
 * The demo with its real server: nothing goes in, a running server on a free port with an empty database comes out.
 * Must never touch the demo's own data, nor leave a choice to chance: a story would pass or fail by luck.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ESCALE } from "../browser/compile.mjs";
import { Program } from "../browser/driver/launch.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SITE = join(ROOT, "www/demo");
const START_LIMIT_MS = 20_000;

/** API key of the site's back end and of the readers of the report. */
export const API_KEY = "the API key of the stories, long enough";

/** No control group, no exploration, always the best: what is left is what the visitor did. */
const CERTAIN = { holdout: 0, exploration: 0, temperature: 0 };

/**
 * @typedef {{ config: string, origin: string, stop: () => Promise<void> }} Demo
 * @returns {Promise<Demo>}
 */
export async function startDemo() {
  const folder = await mkdtemp(join(tmpdir(), "escale-demo-"));
  const config = join(folder, "escale.json");
  await writeFile(config, await certainConfig());
  const program = new Program(ESCALE, [
    "serve",
    "--site",
    "demo",
    "--config",
    config,
    "--db",
    join(folder, "escale.sqlite"),
    "--demo",
    SITE,
    "--pkg",
    join(ROOT, "pkg"),
    "--demo-visitors",
    "0",
    "--listen",
    "127.0.0.1:0",
    "--api-key",
    API_KEY,
  ]);
  const address = () => /http:\/\/127\.0\.0\.1:\d+/.exec(program.log)?.[0];
  await program.until("its address", () => address() !== undefined, START_LIMIT_MS);
  return {
    config,
    origin: /** @type {string} */ (address()),
    stop: async () => {
      await program.stop("SIGINT");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function certainConfig() {
  const config = JSON.parse(await readFile(join(SITE, "escale.json"), "utf8"));
  return JSON.stringify({ ...config, policy: { ...config.policy, ...CERTAIN } });
}
