/** The message catalogue: both languages have the same keys and placeholders, and sources use every key. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

/** @typedef {{ path: string[], text: string }} Leaf */
/** @typedef {{ [key: string]: string | Tree }} Tree */

/** The sources that read each section. */
const READERS = {
  block: ["www/sdk/slots/labels.ts", "www/sdk/full/why-dialog.ts"],
  why: ["www/sdk/full/why-dialog.ts"],
  explain: ["src/core/introspect/messages.rs"],
  centre: filesOf("www/sdk/privacy-centre"),
  report: filesOf("www/report"),
};

/** @param {string} folder */
function filesOf(folder) {
  return readdirSync(folder)
    .filter((name) => /\.(ts|js|html)$/.test(name) && !name.endsWith(".test.ts"))
    .map((name) => join(folder, name));
}

/** @param {string} language @returns {Record<string, Tree>} */
const catalogue = (language) => JSON.parse(readFileSync(`www/messages/${language}.json`, "utf8"));

/** Lists the messages of a tree with their paths. @param {Tree} tree @param {string[]} path @returns {Leaf[]} */
const leavesOf = (tree, path = []) =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [{ path: [...path, key], text: value }]
      : leavesOf(value, [...path, key]),
  );

/** @param {Leaf} leaf */
const signature = ({ path, text }) =>
  [path.join("."), ...[...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort()].join(" ");

/** @param {readonly string[]} files */
const textOf = (files) => files.map((file) => readFileSync(file, "utf8")).join("\n");

/**
 * `true` if a source names a key: as a property, a string, or in a destructuring.
 * @param {string} source
 * @param {string} key
 */
const names = (source, key) => new RegExp(`(?:[."]|[{,]\\s*)${key}\\b`).test(source);

void test("languages have the same messages with the same placeholders", () => {
  const [en, fr] = ["en", "fr"].map((language) =>
    leavesOf(catalogue(language)).map(signature).sort(),
  );
  assert.ok((en?.length ?? 0) > 100);
  assert.deepEqual(fr, en);
});

void test("messages are not empty, and differ from their placeholders", () => {
  for (const language of ["en", "fr"])
    for (const { path, text } of leavesOf(catalogue(language)))
      assert.match(text.replace(/\{\w+\}/g, "x"), /\S/, `${language}: ${path.join(".")}`);
});

void test("sections have the sources that read them", () => {
  assert.deepEqual(Object.keys(catalogue("en")).sort(), Object.keys(READERS).sort());
});

void test("sources use every message", () => {
  for (const [section, files] of Object.entries(READERS)) {
    const source = textOf(files);
    for (const key of Object.keys(catalogue("en")[section] ?? {}))
      assert.ok(names(source, key), `${section}.${key} is not used in ${files.join(", ")}`);
  }
});
