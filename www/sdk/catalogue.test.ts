/** The catalogue of failures: every number has a test of its name, or says why not. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const HOW_MANY = 60;
const FOLDERS = ["tests", "server/tests", "server/src", "src", "www/sdk"];

function sources(): string {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(process.cwd(), folder), { recursive: true, encoding: "utf8" }).map((name) =>
      join(folder, name),
    ),
  );
  return files
    .filter((name) => /\.(rs|mjs|ts)$/.test(name) && !name.includes("node_modules"))
    .map((name) => readFileSync(join(process.cwd(), name), "utf8"))
    .join("\n");
}

test("every number of the catalogue has a test of its name, or a reason", () => {
  const table = readFileSync(join(process.cwd(), "docs", "reliability.md"), "utf8");
  const rows = [...table.matchAll(/^\| (\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, number]) => Number(number)),
    Array.from({ length: HOW_MANY }, (_, index) => index + 1),
  );
  const all = sources();
  for (const [, number = "", what = "", tests = ""] of rows) {
    const names = [...tests.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
    const own = names.filter((name) =>
      name.split("_").some((part) => part === `f${number.padStart(2, "0")}`),
    );
    assert.ok(
      own.length > 0 || what.includes("Reason:"),
      `${number} has neither a test of its name nor a reason`,
    );
    for (const name of names)
      assert.ok(all.includes(name), `${number}: there is no test "${name}"`);
  }
});
