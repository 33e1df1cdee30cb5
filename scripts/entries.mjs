// The package's other files: what an option or a framework asks for. Each is a module of its own, of which the page
// loads nothing until then.

/** Each chunk: its source, its file in the package, and what stays a file beside it. */
export const ENTRIES = [
  { source: "client/session", name: "client" },
  { source: "client/deferred", name: "later" },
  { source: "full/index", name: "full" },
  { source: "index", name: "index" },
  { source: "plugins/consent-tcf", name: "consent-tcf" },
  { source: "plugins/consent-google", name: "consent-google" },
  { source: "plugins/data-layer", name: "signals" },
  { source: "inspector/index", name: "inspector" },
  { source: "privacy-centre/index", name: "centre" },
  { source: "slots/server-rendered", name: "edge-slots" },
  { source: "edge/index", name: "edge", external: ["node:fs/promises"] },
  { source: "slots/define", name: "element" },
  { source: "frameworks/react", name: "react", external: ["react"] },
  { source: "frameworks/vue", name: "vue", external: ["vue"] },
];

/** The sources whose types the package declares, and the names of the declaration files. */
export const TYPED = {
  index: "index",
  "base/types": "types",
  "base/events": "events",
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

const DOORS = ["react", "vue", "element", "inspector", "centre", "edge"];

/** What can be imported by name. */
export const EXPORTS = {
  ".": { types: "./index.d.ts", default: "./index.js" },
  ...Object.fromEntries(
    DOORS.map((name) => [`./${name}`, { types: `./${name}.d.ts`, default: `./${name}.js` }]),
  ),
  "./*": "./*",
};

/** Frameworks are the site's own; whoever uses none needs none. */
export const PEERS = {
  peerDependencies: { react: ">=18", vue: ">=3.4" },
  peerDependenciesMeta: { react: { optional: true }, vue: { optional: true } },
};
