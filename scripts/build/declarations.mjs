/**
 * The package's type declarations and manifest. Input: the SDK's sources, `entries.mjs`. Output: `pkg/*.d.ts`,
 * `pkg/package.json`. Invariant: a declaration names files of the package only.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { EXPORTS, PEERS, TYPED } from "./entries.mjs";
import { PKG, ROOT, SDK } from "./tools.mjs";

/** Writes the declarations of every typed source, flat in one folder. */
export function writeDeclarations() {
  const { config } = ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(
    Object.keys(TYPED).map((name) => join(SDK, `${name}.ts`)),
    { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true },
  );
  for (const [source, name] of Object.entries(TYPED)) {
    const rename = { afterDeclarations: [renameImports(source)] };
    const write = (/** @type {string} */ _, /** @type {string} */ text) =>
      writeFileSync(join(PKG, `${name}.d.ts`), text);
    const file = program.getSourceFile(join(SDK, `${source}.ts`));
    program.emit(file, write, undefined, true, rename);
  }
  copyFileSync(join(ROOT, "src", "web", "full", "types.ts"), join(PKG, "accounts.d.ts"));
}

/** Returns a transformer that turns paths of the sources into names of the package. @param {string} source */
function renameImports(source) {
  /** @param {string} path */
  const renamed = (path) => {
    if (path === "#accounts") return "./accounts.js";
    if (!path.startsWith(".")) return path;
    const target = relative(SDK, join(SDK, dirname(source), path)).replace(/\.js$/, "");
    if (!TYPED[target])
      throw new Error(`${source}.ts: its types name ${target}.ts, which has none`);
    return `./${TYPED[target]}.js`;
  };
  // Nodes that the compiler made up have no `parent`: the visitor passes it on.
  return (context) => (file) => {
    const visit = (node, parent, grandparent) =>
      ts.isStringLiteral(node) && namesModule(parent, grandparent)
        ? context.factory.createStringLiteral(renamed(node.text))
        : ts.visitEachChild(node, (child) => visit(child, node, parent), context);
    return visit(file);
  };
}

/** Returns true if the text in this place names a module: in an import, an export or `import("…")`. */
function namesModule(parent, grandparent) {
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    (ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(grandparent))
  );
}

/** Writes the package's manifest. */
export function writeManifest() {
  const { version, license } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const manifest = {
    name: "escale",
    version,
    license,
    description: "Client-side personalisation for travel sites.",
    type: "module",
    sideEffects: ["./escale.js"],
    exports: EXPORTS,
    ...PEERS,
    files: ["*.js", "*.wasm", "*.d.ts"],
  };
  writeFileSync(join(PKG, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}
