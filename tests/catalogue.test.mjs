/** Coverage of the failure catalogue and of the privacy rules: each number has a test with its tag, or a reason. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { taggedTests } from "./tags.mjs";

const FAILURES = 60;

const tests = taggedTests();
/** @param {string} name */
const page = (name) => readFileSync(new URL(`../docs/${name}.md`, import.meta.url), "utf8");
/** @param {string} tag */
const namesWith = (tag) => tests.filter(({ tags }) => tags.includes(tag)).map(({ name }) => name);

/** Rows of the failure table. The names of the tests stand in backticks; a name may be cut after its first part. */
const failures = [
  ...page("reliability").matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm),
].map(([, number = "", outcome = "", names = ""]) => ({
  number: Number(number),
  tag: `f${number.padStart(2, "0")}`,
  outcome,
  names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
}));

void test("failure catalogue has every number once, in order", () => {
  assert.deepEqual(
    failures.map(({ number }) => number),
    Array.from({ length: FAILURES }, (_, index) => index + 1),
  );
});

void test("failure without a tagged test gives a reason", () => {
  for (const { number, tag, outcome } of failures)
    assert.ok(
      namesWith(tag).length > 0 || outcome.includes("Reason:"),
      `${number} has neither a test with the tag ${tag} nor a reason`,
    );
});

void test("failure names only tests that exist and have its tag", () => {
  for (const { number, tag, outcome, names } of failures) {
    const own = outcome.includes("Reason:") ? tests.map(({ name }) => name) : namesWith(tag);
    for (const name of names.filter((name) => !name.startsWith("make ")))
      assert.ok(
        own.some((one) => one.startsWith(name)),
        `${number}: no test "${name}" has the tag ${tag}`,
      );
  }
});

void test("tag of a test is a number of one of the two pages", () => {
  const rules = [...page("privacy").matchAll(/^\| R(\d+) \|/gm)].map(([, number]) => `r${number}`);
  const known = [...failures.map(({ tag }) => tag), ...rules];
  for (const { file, name, tags } of tests)
    for (const tag of tags) assert.ok(known.includes(tag), `${file}: "${name}" has the tag ${tag}`);
});
