/**
 * The packed package in real projects, in a real browser: `node tests/consumers/run.mjs [--engine NAME] [--only TEXT]`.
 * A script tag, Vite with React, Vite with Vue, both drawn by Node and taken over by the browser.
 */
import assert from "node:assert/strict";
import { runSuite } from "../browser/runner.mjs";
import { serveFolders } from "../browser/static-server.mjs";
import { OUT } from "../e2e/out.mjs";
import { story } from "../e2e/story.mjs";
import { makeProjects } from "./projects.mjs";
import { assertKeptPages, assertLayout, assertRoutes } from "./routers.mjs";

/** @typedef {import("../browser/driver/browser.mjs").Browser} Browser */

/** As for any site; the snippet's stub stands in the page, and Turbo and htmx add styles of their own. */
const POLICY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self'; connect-src 'self'",
};
/**
 * Limit for a hundred drawings of two components, each perhaps done twice. A loop would do
 * thousands.
 */
const DRAWS_MAX = 100 * 2 * 2 + 40;

/** @param {Browser} browser */
const offered = (browser) =>
  browser.until(
    "the offer of the slot",
    () => document.querySelector("escale-offer")?.getAttribute("data-escale-offer") === "lisbon",
  );

/** @param {Browser} browser @param {string} wanted */
const drawn = (browser, wanted) =>
  browser.until(
    `the page's own offer to be ${wanted}`,
    (/** @type {string} */ text) =>
      Array.from(document.querySelectorAll("#own")).every((own) => own.textContent === text),
    wanted,
  );

/** @param {Browser} browser @param {string} answer */
const consent = (browser, answer) =>
  browser.run(
    (/** @type {string} */ given) => /** @type {any} */ (window).escaleOfPage.consent(given),
    answer,
  );

/**
 * Asserts that a hundred drawings by the framework change neither its content nor Escale's.
 * @param {Browser} browser
 */
async function assertStormPasses(browser) {
  await browser.click("#storm");
  await browser.until(
    "a hundred drawings",
    () => document.querySelector("[data-turn]")?.getAttribute("data-turn") === "100",
  );
  await offered(browser);
  await drawn(browser, "Rome, four days");
  const { draws, own } = await browser.run(() => ({
    draws: /** @type {any} */ (window).draws,
    own: document.querySelector("escale-offer > p")?.textContent,
  }));
  assert.equal(own, "Where to next? 100");
  assert.ok(draws <= DRAWS_MAX, `${draws} drawings`);
}

/** Pages of the projects with a router. @type {import("./routers.mjs").Routes} */
const ROUTED = { home: ["/", "page-"], trips: ["/trips", "page-trips"], plain: "/plain" };
/** @type {import("./routers.mjs").Routes} */
const SWAPPED = {
  home: ["/", "page-index"],
  trips: ["/trips.html", "page-trips"],
  plain: "/plain.html",
};

/**
 * A project's pages behind a gate of their own.
 * @param {string} name
 * @param {(browser: Browser) => Promise<void>} [more]
 * @param {string} [title]
 */
const project = (name, more, title = name) =>
  story(`the package in a project: ${title}`, async ({ world, visit, gate, at }) => {
    const site = await serveFolders({ "/": world.site(name), "/escale/": world.pkg }, POLICY);
    try {
      gate.server = new URL(site.origin);
      const browser = await visit();
      await browser.open(at("/"));
      await offered(browser);
      await more?.(browser);
      assert.deepEqual(gate.reports, []);
    } finally {
      await site.close();
    }
  });

/** The page of a project that its author works on, with modules as they stand. @param {string} name */
const developed = (name) =>
  story(`the package in Vite's development server: ${name}`, async ({ world, visit, gate, at }) => {
    const server = await world.develop(name);
    try {
      gate.server = new URL(server.origin);
      const browser = await visit();
      await browser.open(at("/"));
      await offered(browser);
      await assertFramework(browser);
      assert.deepEqual(
        gate.reports.filter(({ kind }) => kind === "error"),
        [],
      );
    } finally {
      await server.close();
    }
  });

/** @param {Browser} browser */
async function assertFramework(browser) {
  await drawn(browser, "Rome, four days");
  await assertStormPasses(browser);
  await consent(browser, "denied");
  await drawn(browser, "default: consent");
  await consent(browser, "granted");
  await drawn(browser, "Rome, four days");
}

/**
 * Asserts that the framework takes over the server's drawing: its content is kept, and the page's
 * offer is drawn.
 * @param {Browser} browser
 */
async function assertTakenOver(browser) {
  await drawn(browser, "Rome, four days");
  assert.equal(
    await browser.run(() => document.querySelector("escale-offer > p")?.textContent),
    "Where to next?",
  );
}

await runSuite({
  title: "the package in real projects",
  limitMs: 240_000,
  out: OUT,
  stories: [
    project("script"),
    // f50: drawn again and again, nothing throws and nothing loops.
    project("react", assertFramework),
    project("vue", assertFramework),
    developed("react"),
    developed("vue"),
    project("ssr-react", assertTakenOver),
    project("ssr-vue", assertTakenOver),
    project("react-router", assertRoutes(ROUTED), "the pages of React Router"),
    project("react-router", assertLayout, "a layout of React Router"),
    project("react-router", assertKeptPages, "pages that stay hidden"),
    project("vue-router", assertRoutes(ROUTED), "the pages of Vue Router"),
    project("vue-router", assertLayout, "a layout of Vue Router"),
    project("turbo", assertRoutes(SWAPPED), "the pages of Turbo"),
    project("htmx", assertRoutes(SWAPPED), "the pages of htmx"),
  ],
  // The stage's origin is of no use here: each project has its own.
  enter: async () => ({ origin: "http://127.0.0.1:9", ...(await makeProjects()) }),
  exit: (world) => world?.leave(),
});
