// Whether the fuzzer tries out what is shipped: a crate of both lock files has the same versions in both. In: the two files. Out: nothing,
// or each crate that differs, and the command that mends it. Never: a file that is changed.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const SHIPPED = "Cargo.lock";
const TRIED = "fuzz/Cargo.lock";

/** Versions by name: of some crates there are two. */
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

/** Of those shipped, the one that takes its place: of the same major version, or the same minor one below 1.0. */
function nearest(version, known) {
  const line = (text) => /^(0\.\d+|\d+)/.exec(text)?.[0];
  return known.find((other) => line(other) === line(version)) ?? known.at(-1);
}

const shipped = versionsIn(SHIPPED);
/** The fuzzer needs fewer crates: that one version of two is missing there is no fault, that it has another is. */
const faults = [...versionsIn(TRIED)].flatMap(([name, versions]) => {
  const known = shipped.get(name);
  const others = known ? versions.filter((version) => !known.includes(version)) : [];
  return others.map((version) => ({ name, version, known }));
});
for (const { name, version, known } of faults) {
  console.error(`${name}: ${version} in ${TRIED}, ${known.join(" and ")} in ${SHIPPED}`);
  console.error(
    `  cargo update --manifest-path fuzz/Cargo.toml -p ${name}@${version} --precise ${nearest(version, known)}`,
  );
}
if (faults.length > 0) {
  console.error(
    `The fuzzer tries out other versions than are shipped: run the command${faults.length > 1 ? "s" : ""} above.`,
  );
  process.exitCode = 1;
}
