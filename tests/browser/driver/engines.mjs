/**
 * The three engines: where their driver is, how it is started, and the capabilities it is asked for.
 * Must never touch the home folder of the person who runs the tests: each browser gets one of its own.
 */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * @typedef {"chromium" | "firefox" | "webkit"} EngineName
 * @typedef {object} Engine
 * @property {string[]} drivers names of the driver's binary, the first one found is taken
 * @property {string[]} browsers names or paths of the browser itself
 * @property {string[]} [libraries] paths of what else it needs, one of which must be there
 * @property {string} remedy what to install when either is missing
 * @property {boolean} needsDisplay whether it can only draw on an X display
 * @property {(port: number, browserPort: number) => string[]} driverArgs
 * @property {(browser: string, folder: string, traced: string[]) => object} capabilities
 * @property {(browserPort: number) => NodeJS.ProcessEnv} [ownStart] of a browser that is started before its driver: what makes it
 *   listen on a port for it
 */

const WEBKIT_BROWSER = fileURLToPath(new URL("webkit-browser.py", import.meta.url));
const WEBKIT_TYPES = ["x86_64-linux-gnu", "aarch64-linux-gnu"].map(
  (arch) => `/usr/lib/${arch}/girepository-1.0/WebKit2-4.1.typelib`,
);

/** @type {Record<EngineName, Engine>} */
export const ENGINES = {
  chromium: {
    drivers: ["chromedriver"],
    browsers: ["chromium", "chromium-browser", "google-chrome"],
    remedy: "install the packages chromium and chromium-driver (make setup-test)",
    needsDisplay: false,
    driverArgs: (port) => [`--port=${port}`],
    capabilities: (binary, folder, traced) => ({
      "goog:chromeOptions": {
        binary,
        args: chromiumArgs(folder),
        ...(traced.length > 0 && { perfLoggingPrefs: perfLogging(traced) }),
      },
      ...(traced.length > 0 && { "goog:loggingPrefs": { performance: "ALL" } }),
    }),
  },
  firefox: {
    drivers: ["geckodriver"],
    browsers: ["firefox-esr", "firefox"],
    remedy:
      "install the package firefox-esr and `cargo install geckodriver --locked` (make setup-test)",
    needsDisplay: false,
    driverArgs: (port) => ["--port", String(port), "--websocket-port", "0"],
    capabilities: (binary, folder) => ({
      "moz:firefoxOptions": {
        binary,
        args: ["-headless", "-profile", folder],
        prefs: FIREFOX_PREFS,
      },
    }),
  },
  webkit: {
    drivers: ["WebKitWebDriver"],
    browsers: [WEBKIT_BROWSER],
    libraries: WEBKIT_TYPES,
    remedy:
      "install the packages webkit2gtk-driver, gir1.2-webkit2-4.1, python3-gi and xvfb (make setup-test)",
    needsDisplay: true,
    driverArgs: (port, browserPort) => [`--port=${port}`, `--target=127.0.0.1:${browserPort}`],
    capabilities: () => ({}),
    ownStart: (browserPort) => ({ WEBKIT_INSPECTOR_SERVER: `127.0.0.1:${browserPort}` }),
  },
};

/** Nothing but the loopback is ever asked for, and no first-run page or background fetch disturbs a test. */
const chromiumArgs = (/** @type {string} */ folder) => [
  "--headless",
  // Chromium refuses its sandbox to root and in most containers; the pages are our own.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*, EXCLUDE localhost",
  `--user-data-dir=${folder}`,
];

/** The driver hands out a trace as part of its log. @param {string[]} traced */
const perfLogging = (traced) => ({
  traceCategories: traced.join(","),
  enableNetwork: false,
  enablePage: false,
});

const FIREFOX_PREFS = {
  "app.normandy.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

/** @param {string} folder @param {NodeJS.ProcessEnv} env @returns {NodeJS.ProcessEnv} */
export const homeIn = (folder, env) => ({
  ...env,
  HOME: folder,
  XDG_CONFIG_HOME: join(folder, "config"),
  XDG_DATA_HOME: join(folder, "local"),
  XDG_CACHE_HOME: join(folder, "cache"),
  XDG_RUNTIME_DIR: folder,
  // WebKit's sandbox needs user namespaces, which containers rarely grant; the pages are our own.
  WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
  // Without a graphics card both draw in software; with buffers shared by DMA a story takes twice the CPU time.
  WEBKIT_DISABLE_COMPOSITING_MODE: "1",
  WEBKIT_DISABLE_DMABUF_RENDERER: "1",
  // No session bus is there to answer for accessibility, and looking for one costs seconds.
  NO_AT_BRIDGE: "1",
});

/**
 * Finds a binary by name on the path and in the project's tools, or by its full path.
 * @param {string[]} names
 * @param {string} remedy
 */
export function locate(names, remedy) {
  const tools = join(process.env["ESCALE_TOOLS"] ?? join(homedir(), ".cache/escale/tools"), "bin");
  const folders = [tools, ...(process.env["PATH"] ?? "").split(delimiter)];
  const candidates = names.flatMap((name) =>
    name.startsWith("/") ? [name] : folders.map((folder) => join(folder, name)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (!found) throw new Error(`${names[0]} is missing: ${remedy}`);
  return found;
}
