/**
 * Makes the bench's pages: subjects' names go in, one page and one script each come out in a folder.
 * Must never measure sources: what is timed is minified, as a site would ship it.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compileConfigs } from "./configs.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/**
 * @param {string[]} subjects
 * @param {number[]} counts of offers
 * @param {string} out
 */
export async function bundleSubjects(subjects, counts, out) {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  for (const subject of subjects) await bundle(subject, out);
  await compileConfigs(counts, out);
}

/** @param {string} subject @param {string} out */
async function bundle(subject, out) {
  const contents = `import { prepare } from "./subjects/${subject}.mjs";
    import { measure } from "./page.mjs";
    globalThis.measure = (count) => measure(prepare, count);`;
  await build({
    stdin: { contents, resolveDir: HERE },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    outfile: join(out, `${subject}.js`),
    logLevel: "warning",
  });
  const page = `<!doctype html><html lang="en"><title>${subject}</title><script type="module" src="${subject}.js"></script></html>\n`;
  await writeFile(join(out, `${subject}.html`), page);
}
