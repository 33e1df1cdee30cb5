// The package's other files: what an option or a framework asks for. Each is a module of its own, of which the page
// loads nothing until then.

/** The source, what it is called in the package if not the same, and what stays a file beside it. */
export const ENTRIES = [
  { source: "consent-tcf" },
  { source: "consent-google" },
  { source: "signals" },
  { source: "inspector" },
  { source: "centre" },
  { source: "edge-slots" },
  { source: "edge", external: ["node:fs/promises"] },
  { source: "tag", name: "element" },
  { source: "react", external: ["react", "./index.js"] },
  { source: "vue", external: ["vue", "./index.js"] },
];

/** Files that `index.js` brings when they are needed. */
export const BROUGHT = ["./client.js*", "./signals.js", "./inspector.js", "./consent-tcf.js", "./consent-google.js"];

/** The sources whose types the package tells, and the names it tells them under. */
export const TYPED = { index: "index", types: "types", react: "react", vue: "vue", tag: "element", element: "slot", inspector: "inspector", centre: "centre", edge: "edge", error: "error" };

const DOORS = ["react", "vue", "element", "inspector", "centre", "edge"];

/** What can be imported by name. */
export const EXPORTS = {
  ".": { types: "./index.d.ts", default: "./index.js" },
  ...Object.fromEntries(DOORS.map((name) => [`./${name}`, { types: `./${name}.d.ts`, default: `./${name}.js` }])),
  "./*": "./*",
};

/** Frameworks are the site's own; whoever uses none needs none. */
export const PEERS = {
  peerDependencies: { react: ">=18", vue: ">=3.4" },
  peerDependenciesMeta: { react: { optional: true }, vue: { optional: true } },
};
