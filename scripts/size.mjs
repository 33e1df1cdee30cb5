// Sizes of the package. Input: pkg/. Output: each file's bytes raw, gzipped and with brotli -11. Fails over budget.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Limits in bytes of brotli: the files before the first choice, and the loader alone. */
const FIRST_CHOICE_MAX = 32_700;
const LOADER_MAX = 3_400;
/** Limit for a source of consent, which is loaded before consent. */
const SOURCE_MAX = 1_600;
/** Limit for the inline form of the snippet. */
const INLINE_MAX = 900;
/** Limit for the stub in each page's HTML, uncompressed, as the guide shows it. */
const STUB_MAX = 400;
const LOADER = "escale.js";
const FIRST_CHOICE = [LOADER, "client.js", "escale_bg.wasm"];

const pkg = join(import.meta.dirname, "..", "pkg");
const files = readdirSync(pkg)
  .filter((name) => /\.(js|wasm)$/.test(name))
  .sort();
const sizes = new Map(files.map((name) => [name, measure(withoutHash(name))]));

/** Returns a file. The hash of the module in the loader is a fixed one: its own would change the size by chance. */
function withoutHash(name) {
  const bytes = readFileSync(join(pkg, name));
  if (name !== LOADER) return bytes;
  const hash = createHash("sha384").digest("base64");
  return Buffer.from(bytes.toString("utf8").replace(/sha384-[\w+/]{64}/, `sha384-${hash}`));
}

function measure(bytes) {
  const options = {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, options).length,
  };
}

function line(name, { raw, gzip, brotli }) {
  return name.padEnd(16) + [raw, gzip, brotli].map((size) => String(size).padStart(10)).join("");
}

console.log(line("bytes", { raw: "raw", gzip: "gzip -9", brotli: "brotli -11" }));
for (const [name, size] of sizes) console.log(line(name, size));

const missing = FIRST_CHOICE.filter((name) => !sizes.has(name));
if (missing.length > 0) {
  console.error(`missing from pkg/: ${missing.join(", ")}; build first`);
  process.exit(1);
}
const guide = readFileSync(join(import.meta.dirname, "..", "docs", "guide-for-sites.md"), "utf8");
const stub = /<script>window\.escale=.*<\/script>/.exec(guide)?.[0].length ?? Infinity;
console.log(`stub: ${stub} bytes`);
if (stub > STUB_MAX) console.log(`the stub is over its budget of ${STUB_MAX} bytes`);
const loader = sizes.get(LOADER).brotli;
const inline = sizes.get("inline.js").brotli;
if (inline > INLINE_MAX) console.log(`the inline form is over its budget of ${INLINE_MAX} bytes`);
const firstChoice = FIRST_CHOICE.reduce((sum, name) => sum + sizes.get(name).brotli, 0);
if (loader > LOADER_MAX) console.log(`the loader is over its budget of ${LOADER_MAX} bytes`);
if (firstChoice > FIRST_CHOICE_MAX)
  console.log(`the first choice is over its budget of ${FIRST_CHOICE_MAX} bytes`);
console.log(`first choice: ${firstChoice} bytes brotli`);
const heavySources = files.filter(
  (name) => name.startsWith("consent-") && sizes.get(name).brotli > SOURCE_MAX,
);
for (const name of heavySources) console.log(`${name} is over its budget of ${SOURCE_MAX} bytes`);
if (
  stub > STUB_MAX ||
  inline > INLINE_MAX ||
  heavySources.length > 0 ||
  loader > LOADER_MAX ||
  firstChoice > FIRST_CHOICE_MAX
)
  process.exitCode = 1;
