// Builds the browser's package into pkg/: the two wasm modules and their glue, the bundles, the types. A module
// whose sources did not change is not built again. `--bindings` stops once the glue is there to check types against.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { build } from "esbuild";
import ts from "typescript";
import { ENTRIES, EXPORTS, PEERS, TYPED } from "./entries.mjs";
import { FIRST, split } from "./split.mjs";

const root = join(import.meta.dirname, "..");
const made = join(root, "target", "web");
const pkg = join(root, "pkg");
const sdk = join(root, "www", "sdk");
const tools = join(process.env.ESCALE_TOOLS ?? join(homedir(), ".cache", "escale", "tools"), "bin");
const path = [join(root, "node_modules", ".bin"), tools, process.env.PATH].join(delimiter);

const TARGET = "wasm32-unknown-unknown";
/**
 * The first module is what every page loads, in two halves: what the first choice needs, and what these exports of it
 * reach besides. The second is what a person's question loads.
 */
const FREE = "__wbg_runtime_free";
const LATER = [
  "runtime_page",
  "runtime_turnPage",
  "runtime_apply",
  "runtime_track",
  "runtime_lastError",
  "runtime_question",
  "runtime_save",
  "runtime_loadWith",
  FREE,
];
const MODULES = [
  { name: "runtime", wasm: "escale_bg.wasm", features: [], lean: true, later: LATER },
  { name: "full", wasm: "full_bg.wasm", features: ["--features", "full"], lean: false, later: [] },
];
// SIMD is left out: where a browser has no just-in-time compiler (a locked-down phone) a module with it does not start.
// Not `--all-features`: that writes an encoding which browsers refuse.
const WASM_FEATURES = [
  "bulk-memory",
  "sign-ext",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "multivalue",
];

/** Runs a tool of the chain, and answers what it printed. */
function run(command, args, env = {}) {
  const options = {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
    env: { ...process.env, PATH: path, ...env },
  };
  const { status, error, stdout } = spawnSync(command, args, options);
  if (status === 0) return stdout;
  console.error(
    `${command} ${error ? `could not be started (${error.code}); run: make setup` : "failed"}`,
  );
  process.exit(1);
}

function step(what, work) {
  const began = performance.now();
  const result = work();
  console.log(`  ${what.padEnd(48)} ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return result;
}

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Changes with everything that a module is made from. */
function sourcesHash() {
  const single = [
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "package-lock.json",
    "scripts/build.mjs",
    "scripts/split.mjs",
  ];
  const hash = createHash("sha256");
  for (const file of [
    ...single.map((name) => join(root, name)),
    ...filesUnder(join(root, "src")),
  ]) {
    hash.update(relative(root, file)).update("\0").update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** Compiles one module, and writes its glue and its smallest form. */
function buildModule(module, hash) {
  const { name } = module;
  const folder = join(made, name);
  const stamp = join(folder, "stamp");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash)
    return console.log(`  ${name}: nothing new`);
  // Made aside and then put in place: another build may be at work, or this one be interrupted.
  const aside = `${folder}-${process.pid}`;
  const compiled = step(`${name}: compile`, () => compile(module));
  step(`${name}: glue`, () => {
    const args = [
      "--target",
      "web",
      "--omit-default-module-path",
      "--remove-producers-section",
      "--encode-into",
      "always",
    ];
    run("wasm-bindgen", [...args, "--out-name", "escale", "--out-dir", aside, compiled]);
  });
  step(`${name}: wasm-opt`, () => shrink(aside, module.later));
  writeFileSync(join(aside, "stamp"), hash);
  rmSync(folder, { recursive: true, force: true });
  renameSync(aside, folder);
}

/** Compiles with the toolchain's own standard library, or a leaner one, and says where the module is. */
function compile({ features, lean }) {
  const args = [
    "rustc",
    "--locked",
    "--quiet",
    "--lib",
    "--crate-type",
    "cdylib",
    "--profile",
    "wasm",
    "--target",
    TARGET,
  ];
  const own = [...args, "--no-default-features", ...features];
  const usual = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  // Another folder: the flags would make cargo build everything anew each time.
  const folder = lean && hasStdSources() ? join(usual, "lean") : usual;
  if (folder === usual) run("cargo", own);
  else {
    // The standard library compiled for size, and panics that only trap: no texts, no formatting.
    const std = ["-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size"];
    const flags = "-Zunstable-options -Cpanic=immediate-abort";
    run("cargo", [...own, ...std, "--target-dir", folder], {
      RUSTC_BOOTSTRAP: "1",
      RUSTFLAGS: flags,
    });
  }
  return join(folder, TARGET, "wasm", "escale.wasm");
}

function hasStdSources() {
  const { stdout } = spawnSync("rustc", ["--print", "sysroot"], { cwd: root, encoding: "utf8" });
  const there = existsSync(
    join(stdout.trim(), "lib", "rustlib", "src", "rust", "library", "std", "Cargo.toml"),
  );
  if (!there)
    console.log(
      "  the component rust-src is missing: the module grows by a fifth (rustup component add rust-src)",
    );
  return there;
}

const FEATURES = WASM_FEATURES.map((feature) => `--enable-${feature}`);
const SMALL = [...FEATURES, "--low-memory-unused", "--zero-filled-memory", "-Oz"];

/** Optimises in place, gives imports and exports short names, in the module and in its glue, and cuts off what may come later. */
function shrink(folder, later) {
  const [wasm, glue] = [join(folder, "escale_bg.wasm"), join(folder, "escale.js")];
  const short = [...SMALL, "--minify-imports-and-exports-and-modules", "-g"];
  const { imports, exports } = JSON.parse(run("wasm-opt", [...short, wasm, "-o", wasm]));
  const imported = new Map(imports.map(([, long, name]) => [long, name]));
  const exported = new Map(exports);
  const text = readFileSync(glue, "utf8")
    .replace('"./escale_bg.js":', '"a":')
    .replace(/(?<=^ {8})__w\w+(?=: function)/gm, (long) => imported.get(long))
    .replace(/(?<=\bwasm\.)\w+/g, (long) => exported.get(long))
    // How older releases of the glue were called; ours gives a compiled module, by its name.
    .replace(/if \(module !== undefined\) \{[^]*?\n {4}\}\n/, "({module} = module);\n")
    .replace(/if \(!\(module instanceof WebAssembly\.Module\)\) \{[^]*?\n {4}\}\n/, "")
    // What is given back when the browser tidies up may trap, if the engine did: nobody could catch that, and the page would see it.
    .replace(
      /(new FinalizationRegistry\(ptr => )(wasm\.\w+\(ptr, 1\))\)/g,
      "$1{ try { $2; } catch {} })",
    );
  if (/FinalizationRegistry\(ptr => wasm/.test(text))
    throw new Error("the glue has another form: what is given back late may throw into the page");
  writeFileSync(glue, later.length > 0 ? lighten(text) + extension(exported.get(FREE)) : text);
  if (later.length > 0) extendTypes(join(folder, "escale.d.ts"));
  if (later.length > 0)
    cut(
      folder,
      later.map((long) => exported.get(long)),
    );
  else run("wasm-opt", [...FEATURES, "--strip-debug", wasm, "-o", wasm]);
}

/** Takes out of the glue what no page needs: texts that only a fault of the glue itself tells, ways that are never taken, sums by one. */
function lighten(glue) {
  const text = glue
    .replace("getStringFromWasm0(arg0, arg1)", '"escale"')
    .replace(/^function getStringFromWasm0[^]*?^}\n/m, "")
    .replace(/^let cachedTextDecoder[^]*?^}\n/m, "")
    .replace(/^ {4}if \(realloc === undefined\) \{[^]*?^ {4}\}\n/m, "")
    .replace(/^if \(Symbol\.dispose\).*\n/m, "")
    .replace(/^ +__proto__: null,\n/gm, "")
    .replace(/^ {4}wasm(?:Instance = instance|Module = module);\n/gm, "")
    // One runtime lives as long as its page: nothing of it is given back when the browser tidies up.
    .replace(/^ {8}RuntimeFinalization\.register.*\n/m, "")
    .replace(/^ {4}__destroy_into_raw\(\) \{[^]*?^ {4}\}\n/m, "")
    .replace(/^ {4}free\(\) \{[^]*?^ {4}\}\n/m, "")
    .replace(/^const RuntimeFinalization[^]*?;\n/m, "")
    .replace(/ [*/] 1(?![\w.])/g, "");
  if (
    /TextDecoder|decodeText|realloc ===|dispose|__proto__|wasmInstance =|Finalization|free\(/.test(
      text,
    )
  )
    throw new Error("the glue has another form: it cannot be lightened");
  return text;
}

/** Leaves `escale_bg.wasm` with what the first choice needs, and writes the rest to `later_bg.wasm`. */
function cut(folder, later) {
  const whole = join(folder, "whole.wat");
  run("wasm-dis", [...FEATURES, join(folder, "escale_bg.wasm"), "-o", whole]);
  const { first, second } = split(readFileSync(whole, "utf8"), later);
  rmSync(whole);
  for (const [name, text] of [
    ["escale_bg", first],
    ["later_bg", second],
  ]) {
    const [wat, wasm] = [join(folder, `${name}.wat`), join(folder, `${name}.wasm`)];
    writeFileSync(wat, text);
    run("wasm-as", [...FEATURES, wat, "-o", wasm]);
    run("wasm-opt", [...SMALL, wasm, "-o", wasm]);
    rmSync(wat);
  }
}

/** The types of the glue that is left. */
function extendTypes(file) {
  const text = readFileSync(file, "utf8").replace(
    /^ {4}free\(\): void;\n {4}\[Symbol\.dispose\]\(\): void;\n/m,
    "",
  );
  writeFileSync(file, text + EXTEND_TYPE);
}

/** The glue's way to take in the second half: what it exports stands beside what the first does; `free` is one of these. */
const extension = (free) => `
/** Gives the running instance its second half. */
export function extend(module) {
    const { exports } = new WebAssembly.Instance(module, { ...__wbg_get_imports(), ${FIRST}: wasm });
    wasm = { ...wasm, ...exports };
}

/** Leaves the running instance: the next \`initSync\` begins another. */
export function abandon() {
    wasm = undefined;
}

/** Gives a runtime's memory back. */
export function dispose(runtime) {
    wasm.${free}(runtime.__wbg_ptr, 0);
}
`;
const EXTEND_TYPE = `
/** Gives the running instance its second half. */
export function extend(module: WebAssembly.Module): void;
/** Leaves the running instance: the next \`initSync\` begins another. */
export function abandon(): void;
/** Gives a runtime's memory back. */
export function dispose(runtime: Runtime): void;
`;

function integrity(file) {
  return `sha384-${createHash("sha384").update(readFileSync(file)).digest("base64")}`;
}

/** A chunk that another chunk imports dynamically, or that a framework's adapter imports, stays a file of its own. */
const chunks = {
  name: "chunks",
  setup({ onResolve }) {
    const files = new Map(
      ENTRIES.map(({ source, name }) => [join(sdk, `${source}.js`), `./${name}.js`]),
    );
    onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir, importer }) => {
      const [file, query = ""] = path.split("?");
      const chunk = files.get(join(resolveDir, file));
      const shared =
        kind === "dynamic-import" || (chunk === "./index.js" && importer.includes("frameworks"));
      return chunk && shared
        ? { path: query ? `${chunk}?${query}` : chunk, external: true }
        : undefined;
    });
  },
};

/** The bundles: the loader as a plain script, the others as modules that find each other by name. */
async function bundle() {
  const hash = (wasm) => JSON.stringify(integrity(join(pkg, wasm)));
  const common = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    legalComments: "none",
    target: "es2022",
    logLevel: "warning",
    define: {
      WASM_INTEGRITY: hash("escale_bg.wasm"),
      LATER_INTEGRITY: hash("later_bg.wasm"),
      FULL_INTEGRITY: hash("full_bg.wasm"),
    },
  };
  const entry = (source, name, options) =>
    build({
      ...common,
      plugins: [chunks],
      entryPoints: [join(sdk, `${source}.ts`)],
      outfile: join(pkg, `${name}.js`),
      ...options,
    });
  await entry("loader/snippet", "escale", { format: "iife" });
  for (const { source, name, external = [] } of ENTRIES)
    await entry(source, name, { format: "esm", external });
}

/** The types of the package's door, and of what it names. */
function declare() {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(
    Object.keys(TYPED).map((name) => join(sdk, `${name}.ts`)),
    { ...options, noEmit: false, declaration: true, emitDeclarationOnly: true },
  );
  for (const [source, name] of Object.entries(TYPED)) {
    program.emit(program.getSourceFile(join(sdk, `${source}.ts`)), (_, text) => {
      const flat = text.replace(
        /"(\.\.?\/[^"]+)\.js"/g,
        (_, path) => `"./${TYPED[relative(sdk, join(sdk, dirname(source), path))] ?? path}.js"`,
      );
      writeFileSync(join(pkg, `${name}.d.ts`), flat.replaceAll('"#accounts"', '"./accounts.js"'));
    });
  }
  copyFileSync(join(root, "src", "web", "full", "types.ts"), join(pkg, "accounts.d.ts"));
}

function describe() {
  const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
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
  writeFileSync(join(pkg, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

console.log("The browser's package:");
const hash = sourcesHash();
for (const module of MODULES) buildModule(module, hash);
if (!process.argv.includes("--bindings")) {
  rmSync(pkg, { recursive: true, force: true });
  mkdirSync(pkg, { recursive: true });
  for (const { name, wasm } of MODULES)
    copyFileSync(join(made, name, "escale_bg.wasm"), join(pkg, wasm));
  copyFileSync(join(made, "runtime", "later_bg.wasm"), join(pkg, "later_bg.wasm"));
  await bundle();
  step("types", declare);
  describe();
  const bytes = filesUnder(pkg).reduce((sum, file) => sum + statSync(file).size, 0);
  console.log(`  pkg/: ${filesUnder(pkg).length} files, ${Math.round(bytes / 1024)} KiB`);
}
