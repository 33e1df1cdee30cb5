/** Layers of the SDK: a folder imports lower folders only, so that no import cycle exists between folders. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

const SDK = "www/sdk";
/** Folders from the lowest to the highest. `.` is the entry point; the first two are shared with the report page. */
const LAYERS = [
  "../messages",
  "../shared",
  "base",
  "mistakes",
  "storage",
  "engine",
  "sync",
  "slots",
  "full",
  "privacy-centre",
  "plugins",
  "recorder",
  "commands",
  "client",
  "loader",
  "inspector",
  "edge",
  ".",
  "frameworks",
];
/** Static imports, re-exports, dynamic imports and type imports of a relative file. */
const IMPORT = /(?:\bfrom|\bimport\(?)\s*"(\.[^"?]+)/g;

/** Lists the imports of each source that cross a folder, tests apart. */
function imports(): { file: string; from: string; to: string }[] {
  const files = readdirSync(SDK, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
  );
  return files.flatMap((file) => {
    const from = dirname(file);
    const found = readFileSync(join(SDK, file), "utf8").matchAll(IMPORT);
    return Array.from(found, ([, path = ""]) => ({
      file,
      from,
      to: dirname(normalize(join(from, path))),
    })).filter(({ to }) => to !== from);
  });
}

test("a folder imports lower folders only", () => {
  const crossing = imports();
  assert.ok(crossing.length > 100, "the imports are found");
  for (const { file, from, to } of crossing) {
    assert.ok(LAYERS.includes(from), `${from}: give the folder a layer`);
    assert.ok(LAYERS.includes(to), `${file}: ${to} has no layer`);
    assert.ok(
      LAYERS.indexOf(to) < LAYERS.indexOf(from),
      `${file}: ${from} must not import ${to}, which is a higher layer`,
    );
  }
});
