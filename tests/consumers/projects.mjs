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
import { Program, freePort } from "../browser/driver/launch.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PKG = fileURLToPath(new URL("../../pkg", import.meta.url));
const TSC = fileURLToPath(new URL("../../node_modules/.bin/tsc", import.meta.url));
const DRAWN = ["ssr-react", "ssr-vue"];
const BUNDLED = ["react", "vue", "react-router", "vue-router", ...DRAWN];
/** Sites of plain HTML, and the libraries in their pages. */
const PLAIN = {
  script: {},
  turbo: { "turbo.js": "@hotwired/turbo/dist/turbo.es2017-esm.js" },
  htmx: { "htmx.js": "htmx.org/dist/htmx.js", "idiomorph.js": "idiomorph/dist/idiomorph-ext.js" },
};

const VITE = "node_modules/.bin/vite";
const START_LIMIT_MS = 30_000;

const run = promisify(execFile);

/**
 * @typedef {{ site: (name: string) => string, pkg: string, develop: (name: string) => Promise<{ origin: string, close: () => Promise<void> }>, leave: () => Promise<void> }} Projects
 * @returns {Promise<Projects>}
 */
export async function makeProjects() {
  const folder = await mkdtemp(join(tmpdir(), "escale-consumers-"));
  const site = (/** @type {string} */ name) => join(folder, name, "dist");
  await cp(HERE, folder, { recursive: true });
  await install(folder);
  const config = await compileConfig(await readFile(join(HERE, "escale.json"), "utf8"));
  await run(TSC, ["-p", join(folder, "types")]).catch((error) =>
    Promise.reject(new Error(`the types: ${error.stdout}`)),
  );
  for (const name of BUNDLED) {
    await mkdir(join(folder, name, "public"));
    await writeFile(join(folder, name, "public/escale.bin"), config);
  }
  for (const name of BUNDLED)
    await run(join(folder, VITE), ["build", "--logLevel", "warn", join(folder, name)]);
  for (const name of DRAWN) await drawByServer(join(folder, name));
  for (const [name, libraries] of Object.entries(PLAIN)) {
    await cp(join(HERE, name), site(name), { recursive: true });
    await writeFile(join(site(name), "escale.bin"), config);
    for (const [file, source] of Object.entries(libraries))
      await cp(join(folder, "node_modules", source), join(site(name), "vendor", file));
  }
  return {
    site,
    pkg: PKG,
    develop: (name) => develop(folder, name),
    leave: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Packs the package as it would be published, and installs it with what the projects need. @param {string} folder */
async function install(folder) {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder, PKG]);
  const [{ filename }] = JSON.parse(stdout);
  await run("npm", ["install", "--no-audit", "--no-fund", join(folder, filename)], { cwd: folder });
}

/** Serves a project as its author sees it while working on it. @param {string} folder @param {string} name */
async function develop(folder, name) {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const server = new Program(join(folder, VITE), [
    join(folder, name),
    "--host",
    "127.0.0.1",
    "--port",
    String(port),
    "--strictPort",
  ]);
  await server.until(
    "being ready",
    () =>
      fetch(origin).then(
        ({ ok }) => ok,
        () => false,
      ),
    START_LIMIT_MS,
  );
  return { origin, close: () => server.stop() };
}

/** Puts what plain Node draws into the page that was built. @param {string} folder */
async function drawByServer(folder) {
  const { stdout } = await run(process.execPath, [join(folder, "server.js")]);
  const page = join(folder, "dist", "index.html");
  const built = await readFile(page, "utf8");
  if (!built.includes("<!--page-->") || !stdout.includes("Where to next?"))
    throw new Error(`nothing was drawn by ${folder}`);
  await writeFile(page, built.replace("<!--page-->", stdout));
}
