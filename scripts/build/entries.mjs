/**
 * Contents of the package. Input: none. Output: bundles, declarations and entry points, by source. Invariant: each
 * bundle is loaded on demand; a page loads none of them before an option or a framework asks.
 */

/** Bundles: the source, the name in the package, and modules that stay outside. */
export const ENTRIES = [
  { source: "client/session", name: "client" },
  { source: "client/deferred", name: "later" },
  { source: "full/index", name: "full" },
  { source: "index", name: "index" },
  { source: "plugins/consent-tcf", name: "consent-tcf" },
  { source: "plugins/consent-google", name: "consent-google" },
  { source: "plugins/consent-gpp", name: "consent-gpp" },
  { source: "mistakes/index", name: "mistakes" },
  { source: "plugins/data-layer", name: "signals" },
  { source: "recorder/jsonld-place", name: "jsonld-place" },
  { source: "inspector/index", name: "inspector" },
  { source: "privacy-centre/index", name: "centre" },
  { source: "slots/filled", name: "filled-slots" },
  { source: "edge/index", name: "edge", external: ["node:fs/promises"] },
  { source: "slots/define", name: "element" },
  { source: "frameworks/react", name: "react", external: ["react"] },
  { source: "frameworks/vue", name: "vue", external: ["vue"] },
];

/** Names of the declaration files, by source. */
export const TYPED = {
  index: "index",
  "base/types": "types",
  "base/events": "events",
  "base/client-types": "client-types",
  interface: "interface",
  "frameworks/react": "react",
  "frameworks/vue": "vue",
  "slots/define": "element",
  "slots/element": "slot",
  "inspector/index": "inspector",
  "privacy-centre/index": "centre",
  "edge/index": "edge",
  "base/error": "error",
};

const ENTRY_POINTS = ["react", "vue", "element", "inspector", "centre", "edge"];

/** Names that a site can import. */
export const EXPORTS = {
  ".": { types: "./index.d.ts", default: "./index.js" },
  ...Object.fromEntries(
    ENTRY_POINTS.map((name) => [`./${name}`, { types: `./${name}.d.ts`, default: `./${name}.js` }]),
  ),
  "./*": "./*",
};

/** Frameworks that the site installs itself. */
export const PEERS = {
  peerDependencies: { react: ">=18", vue: ">=3.4" },
  peerDependenciesMeta: { react: { optional: true }, vue: { optional: true } },
};
