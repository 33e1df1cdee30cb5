/** The command table: the loader's compact sets are generated from it, and mean the same. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { MUTATING, WAITING } from "./command-sets.js";
import { COMMANDS, specOf, type CommandName, type CommandSpec } from "./table.js";

const FILE = "www/sdk/commands/command-sets.ts";
const NAMES = Object.keys(COMMANDS) as CommandName[];
const namesWith = (isWanted: (spec: CommandSpec) => boolean): CommandName[] =>
  NAMES.filter((name) => isWanted(COMMANDS[name]));

/**
 * Writes names as a regular expression. Names of a group such as `profile.` are distinguished by
 * their first letter, so that the loader stays small.
 */
function asPattern(names: readonly CommandName[]): string {
  const groups = new Set(names.flatMap((name) => /^\w+\./.exec(name) ?? []));
  const single = names.filter((name) => !name.includes("."));
  const grouped = [...groups].map((group) => {
    const letter = (name: string): string => name.charAt(group.length);
    const remaining = NAMES.filter((name) => name.startsWith(group) && !names.includes(name));
    return `${group.replace(".", "\\.")}[^${[...new Set(remaining.map(letter))].sort().join("")}]`;
  });
  return `/^(${[...single, ...grouped].join("|")})/`;
}

const generated = `/** Generated from \`table.ts\`. Do not edit: \`ESCALE_UPDATE=1 npm test\` writes this file. */

/** Commands of kind \`mutation\`. */
export const MUTATING = ${asPattern(namesWith(({ kind }) => kind === "mutation"))};

/** Commands that wait until consent is decided. */
export const WAITING = [${namesWith(({ beforeConsent }) => beforeConsent === "wait")
  .map((name) => `"${name}"`)
  .join(", ")}];
`;

test("the loader's sets are those that the table generates", () => {
  if (process.env["ESCALE_UPDATE"]) writeFileSync(FILE, generated);
  assert.equal(readFileSync(FILE, "utf8"), generated);
});

test("the loader's sets agree with the table on every command", () => {
  for (const name of NAMES) {
    assert.equal(MUTATING.test(name), specOf(name)?.kind === "mutation", name);
    assert.equal(WAITING.includes(name), specOf(name)?.beforeConsent === "wait", name);
  }
});

test("a command that changes the profile needs no consent, and runs during a pause", () => {
  for (const name of namesWith(({ kind }) => kind === "mutation"))
    assert.deepEqual([specOf(name)?.beforeConsent, specOf(name)?.whilePaused], ["run", true], name);
});

test("names of the object prototype are no commands", () => {
  for (const name of ["constructor", "toString", "__proto__", "nonsense"])
    assert.equal(specOf(name), undefined, name);
});
