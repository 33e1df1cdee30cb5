/** In whatever order things happen on a page: before the visitor's clear yes nothing is read, stored or sent. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { platformScript } from "../platform.mjs";
import { story } from "../story.mjs";

const ORDERS = 125;
const BATCH = 25;
const SOURCES = ["tcf", "google"];
/** A clear no looks whether there is anything to erase: it lists the names of databases, and opens none. */
const AFTER_A_NO = ["indexedDB.databases"];

/** @typedef {{ what: string, isAllowed: boolean, isRefused: boolean }} Use */
/** @typedef {{ number: number, source: string, begins: boolean, used: Use[], files: string[] }} Played */

/** @param {string} name */
const script = (name) => readFile(new URL(`../page/${name}.js`, import.meta.url), "utf8");

/** A page that consents by a source, in a frame. @param {string} source */
const frameOf = (
  source,
) => `<!doctype html><html lang="fr"><head><script src="/e2e/spy.js"></script><script src="/e2e/platform.js"></script>
<script>window.dataLayer=[];window.gtag=function(){dataLayer.push(arguments)};window.escale=window.escale||function(){(escale.q=escale.q||[]).push(arguments)}</script>
<script async src="/escale/escale.js" data-site="demo" data-config="/v1/config?site=demo" data-server="" data-bots="allow" data-consent="${source}" data-layer=""></script>
<script>parent["begin${source}"]?.()</script></head><body><escale-offer placement="home-hero"><p>default</p></escale-offer></body></html>`;

/** @param {import("../gate.mjs").Gate} gate */
async function serve(gate) {
  const give = (
    /** @type {string} */ path,
    /** @type {string} */ type,
    /** @type {string} */ body,
  ) => gate.answers.set(path, { status: 200, type, body });
  give("/e2e/spy.js", "text/javascript", await script("spy"));
  give("/e2e/orders.js", "text/javascript", await script("orders"));
  give("/e2e/platform.js", "text/javascript", await platformScript());
  give(
    "/e2e/orders",
    "text/html",
    '<!doctype html><html><body><script src="/e2e/orders.js"></script></body></html>',
  );
  for (const source of SOURCES) give(`/e2e/frame-${source}`, "text/html", frameOf(source));
}

/** @param {Played} played */
function assertClean({ number, source, begins, used, files }) {
  const early = used.filter(
    ({ what, isAllowed, isRefused }) => !isAllowed && !(isRefused && AFTER_A_NO.includes(what)),
  );
  assert.deepEqual(early, [], `order ${number} by ${source} before its yes`);
  const own = files.filter((file) => file.startsWith("/escale/") || file.startsWith("/v1/"));
  if (begins)
    assert.ok(
      used.some(({ what }) => what === "indexedDB.open"),
      `order ${number}: the spy sees what follows a yes`,
    );
  else
    assert.deepEqual(
      [...new Set(own)].sort(),
      [`/escale/consent-${source}.js`, "/escale/escale.js"],
      `order ${number}`,
    );
}

export const orderStories = SOURCES.map((source) =>
  story(
    `in ${ORDERS} orders nothing happens before the yes of ${source}`,
    { tags: ["r1"] },
    async ({ visit, gate, at }) => {
      await serve(gate);
      const browser = await visit();
      await browser.open(at("/e2e/orders"));
      for (let first = 0; first < ORDERS; first += BATCH) {
        const played = await browser.runAsync(
          (
            /** @type {number} */ from,
            /** @type {number} */ to,
            /** @type {string} */ by,
            /** @type {number} */ all,
          ) => /** @type {any} */ (window).playOrders({ from, to, all }, by),
          first,
          first + BATCH,
          source,
          ORDERS,
        );
        for (const one of played) assertClean(one);
      }
    },
  ),
);
