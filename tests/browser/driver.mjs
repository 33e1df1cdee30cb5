/**
 * Opens and closes browsers: an engine's name goes in, a `Browser` with a profile folder of its own comes out.
 * Must never leave a browser, a driver or a folder behind.
 */
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser, HEIGHT, WIDTH } from "./driver/browser.mjs";
import { display } from "./driver/display.mjs";
import { ENGINES, homeIn, locate } from "./driver/engines.mjs";
import { Program, freePort } from "./driver/launch.mjs";
import { command } from "./driver/wire.mjs";

export { ENGINES } from "./driver/engines.mjs";
export { WireError } from "./driver/wire.mjs";

const START_LIMIT_MS = 30_000;
const TIMEOUTS = { script: 60_000, pageLoad: 60_000, implicit: 0 };

/**
 * A person's browser over its whole life: opened, closed and opened again with the same profile folder.
 */
export class Visitor {
  /** Programs that were started, in order. They are stopped in reverse order. @type {Program[]} */
  #programs = [];
  #folder = "";

  /** @param {EngineName} engine */
  constructor(engine) {
    this.engine = engine;
    /** @type {Browser | undefined} */
    this.browser = undefined;
  }

  /**
   * Starts the browser, with an empty profile the first time.
   * @param {string[]} [traced] kinds of events that Chromium notes from its start on: see `traceOf`
   * @returns {Promise<Browser>}
   */
  async open(traced = []) {
    this.#folder ||= await mkdtemp(join(tmpdir(), `escale-${this.engine}-`));
    const place = await prepare(this.engine, this.#folder);
    if (place.ownEnv) this.#programs.push(await startBrowser(place));
    const driver = startDriver(place);
    this.#programs.push(driver);
    await driver.until("being ready", () => answers(place.base), START_LIMIT_MS);
    this.browser = await startSession(place, traced);
    return this.browser;
  }

  /**
   * Ends the browser as a person would, and then its driver.
   * By SIGINT, unwritten data may be missing in the profile folder.
   * @param {NodeJS.Signals} [signal]
   */
  async close(signal = "SIGTERM") {
    await this.browser?.send("DELETE", "").catch(() => undefined);
    this.browser = undefined;
    for (const program of this.#programs.splice(0).reverse()) await program.stop(signal);
  }

  /** Ends the browser as a power cut would: at once, whatever it is doing. */
  async kill() {
    this.browser = undefined;
    for (const program of this.#programs.splice(0).reverse()) {
      program.kill();
      await program.ended();
    }
    // What a browser leaves behind to say that it is still there.
    for (const name of [
      "SingletonLock",
      "SingletonCookie",
      "SingletonSocket",
      "lock",
      ".parentlock",
    ])
      await rm(join(this.#folder, "profile", name), { force: true });
  }

  /** Keeps a copy of the closed browser's profile folder, as a backup does. */
  async backUp() {
    await cp(join(this.#folder, "profile"), join(this.#folder, "backup"), { recursive: true });
  }

  /** Puts the copy back in the place of the closed browser's profile folder. */
  async rollBack() {
    await rm(join(this.#folder, "profile"), { recursive: true });
    await rename(join(this.#folder, "backup"), join(this.#folder, "profile"));
  }

  /** Closes the browser and forgets its profile. */
  async leave() {
    await this.close("SIGINT");
    if (this.#folder) await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    this.#folder = "";
  }
}

/**
 * @typedef {import("./driver/engines.mjs").EngineName} EngineName
 * @typedef {Awaited<ReturnType<typeof prepare>>} Place where one browser runs: its binaries, ports, folder and environment
 *
 * @param {EngineName} name
 * @param {string} folder
 */
async function prepare(name, folder) {
  const engine = ENGINES[name];
  const binaries = [engine.drivers, engine.browsers, engine.libraries ?? engine.browsers].map(
    (names) => locate(names, engine.remedy),
  );
  const [driver = "", browser = ""] = binaries;
  const profile = join(folder, "profile");
  await mkdir(profile, { recursive: true });
  const [port, browserPort] = [await freePort(), await freePort()];
  const env = homeIn(folder, process.env);
  if (engine.needsDisplay) env["DISPLAY"] = await display();
  return {
    name,
    engine,
    driver,
    browser,
    profile,
    port,
    browserPort,
    env,
    ownEnv: engine.ownStart?.(browserPort),
    base: `http://127.0.0.1:${port}`,
  };
}

/** @param {Place} place */
async function startBrowser({ browser, profile, env, ownEnv }) {
  const program = new Program(browser, [profile], { env: { ...env, ...ownEnv } });
  await program.until("being ready", () => program.log.includes("ready"), START_LIMIT_MS);
  return program;
}

/** @param {Place} place */
const startDriver = ({ engine, driver, port, browserPort, env }) =>
  new Program(driver, engine.driverArgs(port, browserPort), { env });

/** @param {string} base */
const answers = (base) =>
  command(base, "GET", "/status").then(
    (status) => status.ready !== false,
    () => false,
  );

/** @param {Place} place @param {string[]} traced */
async function startSession({ name, engine, base, browser, profile }, traced) {
  if (traced.length > 0 && name !== "chromium") throw new Error(`${name} cannot be traced`);
  const alwaysMatch = { ...engine.capabilities(browser, profile, traced), timeouts: TIMEOUTS };
  const { sessionId } = await command(base, "POST", "/session", { capabilities: { alwaysMatch } });
  const started = new Browser(name, `${base}/session/${sessionId}`);
  await started.resize(WIDTH, HEIGHT);
  return started;
}
