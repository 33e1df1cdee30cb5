/** Rendered on the site's server: the offer in the HTML is the browser's own choice, and nothing changes when it takes over. */
import assert from "node:assert/strict";
import { picture } from "../out.mjs";
import { startRendering } from "../rendered.mjs";
import { flush, visitPages, slot, storage, tell, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

/** The edge as at a content network's: given the modules, since a worker has neither files nor a document. */
const EDGE_WORKER = `
  import { openEdge } from "/escale/edge.js";
  // An engine that traps once isFaulty is set, and from then on at every call.
  const { Instance } = WebAssembly;
  let isFaulty = false;
  WebAssembly.Instance = class {
    constructor(...args) {
      let isBroken = false;
      this.exports = Object.fromEntries(Object.entries(new Instance(...args).exports).map(([name, own]) => [name, typeof own === "function" ? (...given) => {
        isBroken ||= isFaulty;
        if (isBroken) throw new WebAssembly.RuntimeError("unreachable");
        return own(...given);
      } : own]));
    }
  };
  onmessage = async ({ data: { cookie, module, later, config } }) => {
    try {
      const edge = await openEdge({ site: "demo", config, module, later });
      const page = edge.page({ cookie, language: "fr", url: "/" }, ["home-hero"]);
      const offer = () => edge.page({ cookie, language: "fr", url: "/" }, ["home-hero"]).choices.get("home-hero")?.[0]?.offer ?? "own";
      isFaulty = true;
      const trapped = [offer()];
      isFaulty = false;
      trapped.push(offer(), offer());
      postMessage({ trapped, offer: page.choices.get("home-hero")?.[0]?.offer, isPersonal: page.isPersonal, html: page.slot("home-hero", "own"), nobody: edge.page({ cookie: "", language: "fr" }, ["home-hero"]).isPersonal });
    } catch (error) {
      postMessage({ error: String(error) });
    }
  };
`;

/** @typedef {import("../../browser/driver/browser.mjs").Browser} Browser */
/** @typedef {import("../story.mjs").Scene} Scene */
/** @typedef {Awaited<ReturnType<typeof startRendering>>} Rendering */

/** Before the page's own scripts: every offer that is ever painted, and every layout shift that a visitor did not cause. */
const WATCH = `
  window.painted = new Set(); window.shifts = [];
  try { new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(({ value, startTime, sources }) => ({ value, startTime, of: (sources ?? []).map(({ node }) => node?.nodeName) })))).observe({ type: "layout-shift", buffered: true }); } catch {}
  const watch = () => {
    for (const slot of document.querySelectorAll("escale-offer[placement=home-hero]")) {
      const shown = [...slot.children].filter((child) => child.localName !== "template" && child.getClientRects().length > 0 && getComputedStyle(child).visibility === "visible");
      window.painted.add(shown.map((child) => child.querySelector("h1, h2, h3")?.textContent).join(" + "));
    }
    requestAnimationFrame(watch);
  };
  requestAnimationFrame(watch);
`;

/**
 * A story on a site that renders on its server.
 * @param {string} name
 * @param {(scene: Scene & { rendering: Rendering }) => Promise<void>} run
 */
const rendered = (name, run) =>
  story(name, async (scene) => {
    const rendering = await startRendering(scene.world.origin);
    scene.gate.server = new URL(rendering.origin);
    scene.gate.rewrite = (html) => html.replace(" data-site=", ' data-cookie="on" data-site=');
    try {
      await run({ ...scene, rendering });
    } finally {
      await rendering.close();
    }
  });

/**
 * Blocks in a slot as HTML, and the place of the first one.
 * @param {Browser} browser
 * @param {string} placement
 */
const slotContent = (browser, placement) =>
  browser.run((/** @type {string} */ name) => {
    const element = /** @type {HTMLElement} */ (
      document.querySelector(`escale-offer[placement="${name}"]`)
    );
    const blocks = [...element.children].filter((child) => child.slot === "escale");
    const { x, y, width, height } = blocks[0]?.getBoundingClientRect() ?? {};
    return {
      html: blocks.map((block) => block.outerHTML),
      place: [x, y, width, height],
      offer: element.dataset["escaleOffer"],
      at: element.dataset["escaleAt"] ?? null,
    };
  }, placement);

/**
 * A picture of the home page's slot, as text. WebKitGTK's driver cuts pictures of elements, and no two are alike: there the HTML and its
 * place are compared alone.
 * @param {string} engine
 * @param {Browser} browser
 * @returns {Promise<string>}
 */
async function sightOf(engine, browser) {
  const hero = await browser.find("escale-offer[placement=home-hero]");
  return engine === "webkit" ? "" : browser.send("GET", `/element/${hero.id}/screenshot`);
}

export const edgeStories = [
  rendered(
    "the edge renders the offer that the browser chooses, which takes over without a change",
    async ({ engine, visit, gate, at, rendering }) => {
      gate.prelude = WATCH;
      const browser = await visit();
      const { offer } = await becomeCityLover(browser, at);
      await flush(browser);
      let release = () => {};
      gate.held.set(
        "/escale/escale_bg.wasm",
        new Promise((resolve) => (release = () => resolve(undefined))),
      );
      await browser.open(at("/"));
      assert.match(
        rendering.sent.get("home-hero") ?? "",
        new RegExp(`data-escale-offer="${offer}"`),
      );
      const before = {
        hero: await slotContent(browser, "home-hero"),
        row: await slotContent(browser, "home-row"),
      };
      const sight = await sightOf(engine, browser);
      await browser.screenshot(picture(engine, "edge-rendered"));
      assert.ok(before.hero.at !== null, "the server states when it chose");
      release();
      await untilState(browser, "ready");
      const after = {
        hero: await slotContent(browser, "home-hero"),
        row: await slotContent(browser, "home-row"),
      };
      for (const placement of /** @type {const} */ (["hero", "row"])) {
        assert.equal(after[placement].offer, before[placement].offer);
        assert.deepEqual(
          after[placement].html,
          before[placement].html,
          "the same HTML, to the letter",
        );
        assert.deepEqual(after[placement].place, before[placement].place);
        assert.equal(after[placement].at, null, "it is the browser's own now");
      }
      for (const html of after.hero.html)
        assert.ok(rendering.sent.get("home-hero")?.includes(html), "what the server sent");
      assert.ok((await sightOf(engine, browser)) === sight, "the same picture");
      const { painted, shifts } = await browser.run(() => ({
        painted: [.../** @type {any} */ (window).painted],
        shifts: /** @type {any} */ (window).shifts,
      }));
      assert.equal(
        painted.filter(Boolean).length,
        1,
        `nothing else was ever painted: ${painted.join(" | ")}`,
      );
      assert.deepEqual(
        shifts.filter((/** @type {any} */ { of }) => of.includes("ESCALE-OFFER")),
        [],
      );
      await browser.click("escale-offer[placement=home-hero] .escale-why");
      await browser.find("dialog.escale-why-panel");
    },
  ),

  rendered(
    "the edge knows nobody without the cookie, which goes with a pause, a withdrawal and an erasure",
    async ({ visit, gate, at, rendering }) => {
      const browser = await visit();
      const cookies = async () => (await storage(browser)).cookies;
      await browser.open(at("/"));
      await untilState(browser, "pending");
      assert.equal(await cookies(), "", "none before consent");
      assert.doesNotMatch(rendering.sent.get("home-hero") ?? "", /data-escale-at/);
      const { rewrite } = gate;
      gate.rewrite = (html) => rewrite(html).replace('data-cookie="on"', 'data-cookie="off"');
      await becomeCityLover(browser, at);
      assert.equal(await cookies(), "", "off is off");
      gate.rewrite = rewrite;
      await visitPages(browser, [at("/")]);
      await flush(browser);
      assert.match(await cookies(), /^escale-demo=[\w-]+$/);
      await browser.runAsync(
        () =>
          new Promise((done) =>
            /** @type {any} */ (window).escale("profile.pause", () => done(true)),
          ),
      );
      assert.equal(await cookies(), "");
      await browser.open(at("/"));
      await untilState(browser, "paused");
      assert.doesNotMatch(rendering.sent.get("home-hero") ?? "", /data-escale-at/);
      await browser.runAsync(
        () =>
          new Promise((done) =>
            /** @type {any} */ (window).escale("profile.resume", () => done(true)),
          ),
      );
      await flush(browser);
      assert.match(await cookies(), /^escale-demo=/);
      await browser.open(at("/"));
      await untilState(browser, "ready");
      assert.equal((await slot(browser)).state, "offer");
      await tell(browser, "consent", "denied");
      await untilState(browser, "denied");
      await browser.until("the cookie to be gone", () => document.cookie === "");
      assert.equal((await slot(browser)).state, "default");
    },
  ),

  rendered(
    "a cookie that is no profile is no harm to the edge",
    async ({ enter, at, rendering }) => {
      const browser = await enter();
      await browser.run(
        () => void (document.cookie = "escale-demo=AQAAAAAAAAAAAAj_____________; Path=/"),
      );
      for (const cookie of [
        "escale-demo=AQAAAAAAAAAAAAj_____________",
        "escale-demo=",
        "escale-demo=%%%",
        `escale-demo=${"A".repeat(9_000)}`,
      ]) {
        const answer = await fetch(rendering.origin, { headers: { cookie } });
        assert.equal(answer.status, 200);
        assert.doesNotMatch(await answer.text(), /data-escale-at/);
      }
      await browser.open(at("/"));
      await untilState(browser, "ready");
      assert.equal((await slot(browser)).state, "default");
    },
  ),

  story(
    "the edge in a worker, from precompiled modules, chooses what the page does; a trap costs one page its offer",
    async ({ visit, gate, at }) => {
      gate.rewrite = (html) => html.replace(" data-site=", ' data-cookie="on" data-site=');
      // This page asks for trusted addresses of workers; the story has none.
      gate.policy = (policy) => policy.replace(/; require-trusted-types-for 'script'/, "");
      gate.answers.set("/edge-worker.js", {
        status: 200,
        type: "text/javascript",
        body: EDGE_WORKER,
      });
      const browser = await visit();
      const shown = await becomeCityLover(browser, at);
      await flush(browser);
      const results = await browser.runAsync(async () => {
        const compiled = (/** @type {string} */ file) =>
          WebAssembly.compileStreaming(fetch(`/escale/${file}`));
        const [module, later, config] = await Promise.all([
          compiled("escale_bg.wasm"),
          compiled("later_bg.wasm"),
          fetch("/v1/config?site=demo").then(
            async (answer) => new Uint8Array(await answer.arrayBuffer()),
          ),
        ]);
        const worker = new Worker("/edge-worker.js", { type: "module" });
        worker.postMessage({ cookie: document.cookie, module, later, config });
        return new Promise((done) => (worker.onmessage = ({ data }) => done(data)));
      });
      assert.deepEqual(
        [results.error, results.offer, results.isPersonal, results.nobody],
        [undefined, shown.offer, true, false],
      );
      assert.match(results.html, /shadowrootmode="open".*own/s);
      assert.deepEqual(results.trapped, ["own", shown.offer, shown.offer]);
    },
  ),
];
