/**
 * `make bench`: times whole pages in Chromium, from navigation to the offer in its slot, for a returning visitor.
 * Escale is measured by its loader and by its inline form, beside plain JavaScript and GrowthBook.
 * Must never compare runs of different hours: subjects take turns within each round, and ratios are taken within the run.
 */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { Visitor } from "../../tests/browser/driver.mjs";
import { compileConfigs } from "./configs.mjs";
import { FACTS, makeOffers, makeTastes } from "./workload.mjs";

/** @typedef {import("../../tests/browser/driver/browser.mjs").Browser} Browser */
/** @typedef {{ offerMs: number, firstPaintMs: number, requests: number }} Load one load of a page; requests before the offer */

const ROUNDS = Number(process.env["ESCALE_ROUNDS"] ?? 9);
const COUNT = 100;
const HERE = fileURLToPath(new URL(".", import.meta.url));
const OUT = join(HERE, "out");
const PKG = fileURLToPath(new URL("../../pkg", import.meta.url));
const RESULTS = fileURLToPath(new URL("../results/browser-pages.json", import.meta.url));
const PEERS = ["plain", "growthbook"];
const SUBJECTS = [...PEERS, "escale", "escale-inline"];
/** Visits before the measured pages: enough for Escale to know the visitor. */
const PAGES_BEFORE = ["beach", "city", "city", "ski", "city"];

const FAST = {
  offline: false,
  latency: 85,
  downloadThroughput: 9e6 / 8,
  uploadThroughput: 9e6 / 8,
};
const SLOW = { ...FAST, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 };
const CONDITIONS = [
  { name: "warm cache", slower: 1 },
  { name: "warm cache, CPU 4 × slower", slower: 4 },
  { name: "cold cache, 4G (9 Mbit/s, 85 ms)", slower: 1, network: FAST },
  { name: "cold cache, slow 4G (1.6 Mbit/s, 150 ms), CPU 4 × slower", slower: 4, network: SLOW },
];

const TYPES = new Map([
  [".js", "text/javascript"],
  [".json", "application/json"],
  [".wasm", "application/wasm"],
  [".html", "text/html; charset=utf-8"],
]);

/** Notes when the slot has an offer, and which requests were made until then. Runs in the page. */
const WITNESS = `<script>{
  const observer = new MutationObserver(() => {
    if (!document.querySelector("#slot [data-offer], #slot .escale-offer")) return;
    observer.disconnect();
    const offerMs = performance.now();
    const requests = performance.getEntriesByType("resource").length;
    requestAnimationFrame(() => setTimeout(() => { globalThis.seen = { offerMs, requests }; }));
  });
  observer.observe(document, { childList: true, subtree: true });
}</script>`;
const TEXT = `<p>${"Words of a page that takes a moment to read. ".repeat(200)}</p>`;
const HEAD = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Bench</title>${WITNESS}`;
const STUB =
  "<script>window.escale=window.escale||function(){(escale.q=escale.q||[]).push(arguments)}</script>";
const SNIPPET =
  '<script async src="/pkg/escale.js" data-site="bench" data-config="/escale.bin" data-bots="allow"></script>';

/** @param {string} name */
const peerPage = (name) =>
  `${HEAD}<link rel="preload" href="/offers.json" as="fetch" crossorigin><script type="module" src="/${name}.js"></script>
<body><div id="slot"><a href="/">Default</a></div>${TEXT}`;

/** @param {string} stub */
const escalePage = (stub) =>
  `${HEAD}${stub}${SNIPPET}<body><script>escale("consent","granted")</script>
<escale-offer placement="hero" id="slot"><a href="/">Default</a></escale-offer>${TEXT}`;

/** A peer's whole script: it reads the visitor's tastes, loads the offers, chooses and renders. @param {string} name */
async function bundlePeer(name) {
  const contents = `import { prepare } from "./subjects/${name}.mjs";
    const tastes = JSON.parse(localStorage.getItem("tastes") ?? ${JSON.stringify(JSON.stringify(makeTastes()))});
    const offers = await (await fetch("/offers.json")).json();
    const id = prepare({ offers, tastes, facts: ${JSON.stringify(FACTS)} })();
    const card = document.createElement("a");
    card.dataset.offer = card.href = id;
    for (const [tag, text] of [["h3", "Offer " + id + ", a long weekend away"], ["p", "Three nights, flights and breakfast."]])
      card.appendChild(document.createElement(tag)).textContent = text;
    document.querySelector("#slot").replaceChildren(card);`;
  await build({
    stdin: { contents, resolveDir: HERE },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    outfile: join(OUT, `${name}.js`),
    logLevel: "warning",
  });
}

/** Writes every file of the site. */
async function prepareSite() {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  await compileConfigs([COUNT], OUT);
  await writeFile(join(OUT, "offers.json"), JSON.stringify(makeOffers(COUNT)));
  await writeFile(join(OUT, "escale.bin"), await readFile(join(OUT, `escale-${COUNT}.bin`)));
  for (const name of PEERS) {
    await bundlePeer(name);
    await writeFile(join(OUT, `${name}.html`), peerPage(name));
  }
  const inline = await readFile(join(PKG, "inline.js"), "utf8");
  await writeFile(join(OUT, "escale.html"), escalePage(STUB));
  await writeFile(
    join(OUT, "escale-inline.html"),
    escalePage(`<script data-site="bench">${inline}</script>`),
  );
}

/** Serves the site as a good host would: compressed, files to be kept, pages to be asked for. */
async function serve() {
  /** @type {Map<string, Promise<Buffer | undefined>>} */
  const bodies = new Map();
  const read = (/** @type {string} */ path) => {
    const file = path.startsWith("/pkg/") ? join(PKG, path.slice(5)) : join(OUT, path);
    const body = readFile(file).then(
      (bytes) => brotliCompressSync(bytes),
      () => undefined,
    );
    bodies.set(path, bodies.get(path) ?? body);
    return bodies.get(path);
  };
  const server = createServer((request, response) => {
    const [, first = "", ...rest] = new URL(request.url ?? "/", "http://bench").pathname.split("/");
    const isPage = SUBJECTS.includes(first);
    const path = isPage ? `/${first}.html` : `/${[first, ...rest].join("/")}`;
    void read(path)?.then((body) => {
      if (!body) return response.writeHead(404).end();
      const headers = {
        "content-type": TYPES.get(extname(path)) ?? "application/octet-stream",
        "content-encoding": "br",
        "cache-control": isPage ? "no-cache" : "public, max-age=31536000, immutable",
      };
      return response.writeHead(200, headers).end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** @param {Browser} browser @param {string} cmd @param {object} [params] */
const devtools = (browser, cmd, params = {}) =>
  browser.send("POST", "/goog/cdp/execute", { cmd, params });

/** Makes the visitor of a subject a returning one. @param {Browser} browser @param {string} address */
async function become(browser, address) {
  for (const topic of PAGES_BEFORE) {
    await browser.open(`${address}/${topic}`);
    if (!address.includes("/escale")) continue;
    await browser.until(
      "Escale to be ready",
      () => document.documentElement.dataset["escale"] === "ready",
    );
    await browser.runAsync(async (/** @type {string} */ name) => {
      const page = /** @type {any} */ (globalThis);
      page.escale("page", { topics: [`trip.${name}`] });
      page.escale("track", "search");
      await new Promise((done) => page.escale("flush", () => done(true)));
    }, topic);
  }
}

/**
 * Loads a page once under a condition.
 * @param {Browser} browser
 * @param {string} address
 * @param {typeof CONDITIONS[number]} condition
 * @returns {Promise<Load>}
 */
async function load(browser, address, { slower, network }) {
  await devtools(browser, "Network.enable");
  if (network) await devtools(browser, "Network.clearBrowserCache");
  await devtools(
    browser,
    "Network.emulateNetworkConditions",
    network ?? { ...FAST, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
  );
  await devtools(browser, "Emulation.setCPUThrottlingRate", { rate: slower });
  await browser.open(address);
  const seen = await browser.until("the offer", () => {
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    const { seen: found } = /** @type {any} */ (globalThis);
    return found && paint && { ...found, firstPaintMs: paint.startTime };
  });
  await devtools(browser, "Emulation.setCPUThrottlingRate", { rate: 1 });
  if (address.includes("/escale"))
    await browser.until(
      "Escale to be ready",
      () => document.documentElement.dataset["escale"] === "ready",
    );
  return seen;
}

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** @param {string} condition @param {Record<string, Load[]>} loads */
function summary(condition, loads) {
  const rows = Object.entries(loads).map(([subject, own]) => ({
    subject,
    medianMs: Math.round(median(own.map(({ offerMs }) => offerMs))),
    firstPaintMs: Math.round(median(own.map(({ firstPaintMs }) => firstPaintMs))),
    inFirstPaint:
      own.filter(({ offerMs, firstPaintMs }) => offerMs <= firstPaintMs).length / own.length,
    requests: median(own.map(({ requests }) => requests)),
  }));
  const best = Math.min(
    ...rows.filter(({ subject }) => PEERS.includes(subject)).map(({ medianMs }) => medianMs),
  );
  return {
    condition,
    rows: rows.map((row) => ({ ...row, ratio: Number((row.medianMs / best).toFixed(2)) })),
  };
}

await prepareSite();
const site = await serve();
/** @type {Record<string, Visitor>} */
const visitors = {};
/** @type {Record<string, Record<string, Load[]>>} */
const loads = {};
try {
  for (const subject of SUBJECTS) {
    visitors[subject] = new Visitor("chromium");
    await become(await visitors[subject].open(), `${site.origin}/${subject}`);
  }
  for (let round = 1; round <= ROUNDS; round += 1) {
    console.log(`round ${round} of ${ROUNDS}`);
    for (const condition of CONDITIONS)
      for (const subject of SUBJECTS) {
        const { browser } = /** @type {Visitor} */ (visitors[subject]);
        if (!browser) throw new Error(`the browser of ${subject} is gone`);
        const seen = await load(browser, `${site.origin}/${subject}/home`, condition);
        ((loads[condition.name] ??= {})[subject] ??= []).push(seen);
      }
  }
} finally {
  for (const visitor of Object.values(visitors)) await visitor.leave();
  site.close();
}
const summaries = Object.entries(loads).map(([name, own]) => summary(name, own));
for (const { condition, rows } of summaries) {
  console.log(`\n${condition}: milliseconds from navigation to the offer`);
  console.table(Object.fromEntries(rows.map(({ subject, ...row }) => [subject, row])));
}
const machine = { cpus: cpus().length, model: cpus()[0]?.model, load: loadavg()[0] };
await mkdir(join(RESULTS, ".."), { recursive: true });
await writeFile(
  RESULTS,
  `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), machine, rounds: ROUNDS, summaries }, null, 2)}\n`,
);
