/**
 * The two wasm modules. Input: the crate. Output: `target/web/runtime` (two halves, short names) and
 * `target/web/full` (one module with wasm-bindgen's own binding). Invariant: a half-built folder is never left.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { checkExports, declaredExports } from "./binding.mjs";
import { compile } from "./compile.mjs";
import { split } from "./split.mjs";
import { filesUnder, MODULES_DIR, ROOT, run, step } from "./tools.mjs";

/**
 * Features of WebAssembly that wasm-opt may use. Without SIMD: browsers that have no just-in-time compiler refuse it.
 * Not `--all-features`: it includes an encoding that browsers refuse.
 */
const FEATURES = [
  "--enable-bulk-memory",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-multivalue",
];
const OPTIMISE = [...FEATURES, "--low-memory-unused", "--zero-filled-memory", "-Oz"];
const MODULES = [
  { name: "runtime", features: [], small: true, finish: finishRuntime },

];

/** Builds each module whose sources have changed. */
export function buildModules() {
  const hash = sourcesHash();
  for (const module of MODULES) buildModule(module, hash);
}

/** Returns a hash of everything that a module is made from. */
function sourcesHash() {
  const names = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "package-lock.json"];
  const scripts = ["compile", "modules", "split"].map((name) => `scripts/build/${name}.mjs`);
  const files = [...names, ...scripts].map((name) => join(ROOT, name));
  files.push(...filesUnder(join(ROOT, "src")));
  const { first, second } = declaredExports();
  const hash = createHash("sha256").update(JSON.stringify([...first, ...second]));
  for (const file of files) hash.update(`${relative(ROOT, file)}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function buildModule({ name, features, small, finish }, hash) {
  const folder = join(MODULES_DIR, name);
  const stamp = join(folder, "stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) {
    console.log(`  ${name}: unchanged`);
    return;
  }
  // Built in a temporary folder: another build may be running, or this one may be interrupted.
  const draft = `${folder}-${process.pid}`;
  const compiled = step(`${name}: compile`, () => compile({ features, small }));
  step(`${name}: wasm-bindgen`, () => {
    run("cargo", ["run", "--quiet", "--locked", "-p", "escale-bindgen", "--", compiled, draft]);
  });
  step(`${name}: wasm-opt`, () => finish(draft));
  writeFileSync(join(draft, "stamp"), hash);
  rmSync(folder, { recursive: true, force: true });
  renameSync(draft, folder);
}

/** Optimises the full module in place. Its binding is wasm-bindgen's, unchanged. @param {string} folder */
function finishFull(folder) {
  const wasm = join(folder, "escale_bg.wasm");
  run("wasm-opt", [...OPTIMISE, wasm, "-o", wasm]);
}

/**
 * Cuts the runtime into halves: `escale_bg.wasm` and `later_bg.wasm`. Also leaves `whole.wasm`, which the tests
 * compare with the merged halves, and `names.json`: the short name of each export.
 *
 * @param {string} folder
 */
function finishRuntime(folder) {
  const { first, second } = declaredExports();
  const declared = new Map([...first, ...second]);
  const whole = join(folder, "whole.wasm");
  checkExports(join(folder, "escale_bg.wasm.d.ts"), declared);
  closeImports(join(folder, "escale_bg.wasm"), whole);
  keepExports(whole, [...declared.keys()]);
  const minify = ["--minify-imports-and-exports-and-modules", "-g"];
  const { exports } = JSON.parse(run("wasm-opt", [...OPTIMISE, ...minify, whole, "-o", whole]));
  const names = Object.fromEntries(exports);
  writeFileSync(join(folder, "names.json"), JSON.stringify(names));
  const halves = split(
    run("wasm-dis", [...FEATURES, whole]),
    [...second.keys()].map((name) => names[name]),
  );
  assemble(halves.first, join(folder, "escale_bg.wasm"));
  assemble(halves.second, join(folder, "later_bg.wasm"));
  for (const file of ["escale.js", "escale.d.ts"]) rmSync(join(folder, file));
}

/**
 * Links the module with its imports, so that it has none left. wasm-bindgen's `throw` becomes a trap: it reports
 * that the engine is used after a trap, and the text of its message is not needed.
 */
function closeImports(wasm, output) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(wasm)));
  const bodies = imports.map(({ name, kind }) => {
    if (name.startsWith("__wbg___wbindgen_throw_"))
      return `(func (export "${name}") (param i32 i32) unreachable)`;
    // No object of JavaScript ever enters the runtime.
    if (name === "__wbindgen_init_externref_table") return `(func (export "${name}"))`;
    throw new Error(`the runtime has an import that is not expected: ${kind} ${name}`);
  });
  const text = `${output}.imports.wat`;
  writeFileSync(text, `(module ${bodies.join(" ")})`);
  const [{ module }] = imports;
  run("wasm-merge", [...FEATURES, "-g", wasm, "runtime", text, module, "-o", output]);
  rmSync(text);
}

/** Removes all other exports, and what only they need. @param {string} wasm @param {readonly string[]} names */
function keepExports(wasm, names) {
  const graph = `${wasm}.graph.json`;
  const exports = names.map((name) => ({ name, export: name }));
  writeFileSync(graph, JSON.stringify([{ name: "root", root: true, reaches: names }, ...exports]));
  run("wasm-metadce", [...FEATURES, "-g", wasm, "--graph-file", graph, "-o", wasm]);
  rmSync(graph);
}

/** Writes an optimised module. @param {string} text in WebAssembly's text format @param {string} wasm */
function assemble(text, wasm) {
  const wat = `${wasm}.wat`;
  writeFileSync(wat, text);
  run("wasm-as", [...FEATURES, wat, "-o", wasm]);
  run("wasm-opt", [...OPTIMISE, wasm, "-o", wasm]);
  rmSync(wat);
}
