/**
 * Compilation of the crate to WebAssembly. Input: the features of a module. Output: the path of cargo's module.
 * Invariant: this is the only file with unstable compiler flags.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "./tools.mjs";

const TARGET = "wasm32-unknown-unknown";
/**
 * Flags of `build-std`: the standard library optimised for size, and panics that trap without a message.
 * They shrink the runtime by a fifth. They need the component `rust-src`, and `RUSTC_BOOTSTRAP` on stable.
 */
const BUILD_STD = {
  args: ["-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size"],
  env: { RUSTC_BOOTSTRAP: "1", RUSTFLAGS: "-Zunstable-options -Cpanic=immediate-abort" },
};

/**
 * Compiles a module and returns its path.
 *
 * @param {{ features: readonly string[], small: boolean }} module `small`: with `build-std`, where it is possible
 */
export function compile({ features, small }) {
  const args = ["rustc", "--locked", "--quiet", "--lib", "--crate-type", "cdylib"];
  args.push("--profile", "wasm", "--target", TARGET, "--no-default-features");
  if (features.length > 0) args.push("--features", features.join(","));
  const usual = process.env.CARGO_TARGET_DIR ?? join(ROOT, "target");
  const folder = small && hasStdSources() ? join(usual, "lean") : usual;
  if (folder === usual) run("cargo", args);
  // A folder of its own: cargo would otherwise rebuild everything whenever the flags change.
  else run("cargo", [...args, ...BUILD_STD.args, "--target-dir", folder], BUILD_STD.env);
  return join(folder, TARGET, "wasm", "escale.wasm");
}

function hasStdSources() {
  const { stdout } = spawnSync("rustc", ["--print", "sysroot"], { cwd: ROOT, encoding: "utf8" });
  const manifest = "lib/rustlib/src/rust/library/std/Cargo.toml";
  const found = existsSync(join(stdout.trim(), manifest));
  if (!found)
    console.log(
      "  rust-src is missing: the module grows by a fifth (rustup component add rust-src)",
    );
  return found;
}
