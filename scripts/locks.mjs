// Comparison of the two lock files: the fuzzer must test the shipped versions. Input: both files. Output: each crate that differs, with
// the command that repairs it. Invariant: no file is changed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const SHIPPED = "Cargo.lock";
const TRIED = "fuzz/Cargo.lock";

/** Returns versions by name. Some crates have two. */
function versionsIn(file) {
  const versions = new Map();
  for (const [, name, version] of readFileSync(join(ROOT, file), "utf8").matchAll(
    /^name = "(.+)"\nversion = "(.+)"$/gm,
  )) {
    versions.set(name, [...(versions.get(name) ?? []), version]);
  }
  if (versions.size === 0) throw new Error(`${file}: no crate was found in it`);
  return versions;
}

/** Returns the shipped version with the same major version, or the same minor one below 1.0. */
function nearest(version, known) {
  const line = (text) => /^(0\.\d+|\d+)/.exec(text)?.[0];
  return known.find((other) => line(other) === line(version)) ?? known.at(-1);
}

const shipped = versionsIn(SHIPPED);
/** Crates with a version that is not shipped. A shipped version may be missing: the fuzzer needs fewer crates. */
const differences = [...versionsIn(TRIED)].flatMap(([name, versions]) => {
  const known = shipped.get(name);
  const unshipped = known ? versions.filter((version) => !known.includes(version)) : [];
  return unshipped.map((version) => ({ name, version, known }));
});
for (const { name, version, known } of differences) {
  console.error(`${name}: ${version} in ${TRIED}, ${known.join(" and ")} in ${SHIPPED}`);
  console.error(
    `  cargo update --manifest-path fuzz/Cargo.toml -p ${name}@${version} --precise ${nearest(version, known)}`,
  );
}
if (differences.length > 0) {
  console.error(
    `The fuzzer tests versions that are not shipped: run the command${differences.length > 1 ? "s" : ""} above.`,
  );
  process.exitCode = 1;
}
