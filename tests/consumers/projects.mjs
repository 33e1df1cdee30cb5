/**
 * Projects that use the package as any site would: its tarball goes in, installed and built projects come out, in a
 * folder that is thrown away. Must never let a project find the package but as it was packed.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { compileConfig } from "../browser/compile.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PKG = fileURLToPath(new URL("../../pkg", import.meta.url));
const TSC = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));
const DRAWN = ["ssr-react", "ssr-vue"];
const BUNDLED = ["react", "vue", ...DRAWN];

const run = promisify(execFile);

/**
 * @typedef {{ site: (name: string) => string, pkg: string, leave: () => Promise<void> }} Projects
 * @returns {Promise<Projects>}
 */
export async function makeProjects() {
  const folder = await mkdtemp(join(tmpdir(), "escale-consumers-"));
  const site = (/** @type {string} */ name) => join(folder, name, "dist");
  await cp(HERE, folder, { recursive: true });
  await install(folder);
  const config = await compileConfig(await readFile(join(HERE, "escale.json"), "utf8"));
  await run(TSC, ["-p", join(folder, "types")]).catch((error) => Promise.reject(new Error(`the types: ${error.stdout}`)));
  for (const name of BUNDLED) await run(join(folder, "node_modules/.bin/vite"), ["build", "--logLevel", "warn", join(folder, name)]);
  await mkdir(site("script"));
  await cp(join(folder, "script/index.html"), join(site("script"), "index.html"));
  for (const name of DRAWN) await drawByServer(join(folder, name));
  for (const name of ["script", ...BUNDLED]) await writeFile(join(site(name), "escale.bin"), config);
  return { site, pkg: PKG, leave: () => rm(folder, { recursive: true, force: true }) };
}

/** Packs the package as it would be published, and installs it with what the projects need. @param {string} folder */
async function install(folder) {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder, PKG]);
  const [{ filename }] = JSON.parse(stdout);
  await run("npm", ["install", "--no-audit", "--no-fund", join(folder, filename)], { cwd: folder });
}

/** Puts what plain Node draws into the page that was built. @param {string} folder */
async function drawByServer(folder) {
  const { stdout } = await run(process.execPath, [join(folder, "server.js")]);
  const page = join(folder, "dist", "index.html");
  const built = await readFile(page, "utf8");
  if (!built.includes("<!--page-->") || !stdout.includes("Where to next?")) throw new Error(`nothing was drawn by ${folder}`);
  await writeFile(page, built.replace("<!--page-->", stdout));
}
