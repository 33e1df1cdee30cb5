/** Time in the SDK is milliseconds since the epoch, wherever the browser is. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const LOCAL =
  /\.get(?:Hours|Day|Date|Month|FullYear|Minutes|TimezoneOffset)\(|\bnew Date\(\d|(?<!new )\bDate\(\)/;

test("no file knows a time zone or daylight saving", { tags: ["f39"] }, () => {
  const folder = join(process.cwd(), "www", "sdk");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".ts") && !name.endsWith(".test.ts"),
  );
  assert.ok(files.length > 40);
  assert.deepEqual(
    files.filter((name) => LOCAL.test(readFileSync(join(folder, name), "utf8"))),
    [],
  );
});
