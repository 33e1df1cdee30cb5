#!/usr/bin/env bash
# Installs what the project needs and this machine lacks: `setup.sh build` for the demo, `setup.sh test` for the tests too.
# Must never install twice, nor upgrade what is there: each step looks first, and says what to do when it cannot go on.
set -euo pipefail
cd "$(dirname "$0")/.."

TOOLS="${ESCALE_TOOLS:-$HOME/.cache/escale/tools}"
export PATH="$TOOLS/bin:$PATH"

WASM_TARGET=wasm32-unknown-unknown
GECKODRIVER_VERSION=0.37.1
CARGO_DENY_VERSION=0.20.2
NODE_MAJOR=20
# What the tests drive: three engines with their drivers, a display for WebKit, and a font to draw with.
TEST_PACKAGES=(chromium chromium-driver firefox-esr webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb xauth fonts-dejavu-core)

bold='' plain=''
if [ -t 1 ]; then bold=$'\033[1m' plain=$'\033[0m'; fi
say() { printf '%s· %s%s\n' "$bold" "$*" "$plain"; }
have() { command -v "$1" >/dev/null 2>&1; }
stop() {
  printf '\nsetup stopped: %s\nWhat to do: %s\n' "$1" "$2" >&2
  exit 1
}

check_rust() {
  have cargo || stop 'Rust (cargo) is missing.' 'install it with rustup, then open a new shell and run this again.'
  if ! rustc --version >/dev/null 2>&1; then
    say 'Rust toolchain of rust-toolchain.toml (downloads about 200 MB)'
    rustup toolchain install || stop 'the Rust toolchain could not be installed.' 'check the network, or run: rustup toolchain install stable'
  fi
}

has_wasm_target() { [ -d "$(rustc --print target-libdir --target $WASM_TARGET 2>/dev/null)" ]; }

add_wasm_target() {
  has_wasm_target && return
  say "Rust target $WASM_TARGET"
  have rustup || stop "the Rust target $WASM_TARGET is missing, and rustup is not there to add it." 'install Rust with rustup.'
  rustup target add $WASM_TARGET || stop "the target $WASM_TARGET could not be added." "check the network, then run: rustup target add $WASM_TARGET"
}

# With the standard library's sources the module is a fifth smaller; without them it is built all the same.
add_std_sources() {
  [ -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/std/Cargo.toml" ] && return
  have rustup || return 0
  say "the standard library's sources: they make the module smaller"
  rustup component add rust-src || say 'rust-src could not be added; the module will be a fifth larger'
}

add_lints() {
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 && return
  say 'rustfmt and clippy'
  rustup component add rustfmt clippy || stop 'rustfmt or clippy could not be added.' 'run: rustup component add rustfmt clippy'
}

# cargo_tool NAME VERSION WHY: the tools run for seconds, so compiling them fast matters more than running them fast.
cargo_tool() {
  local name=$1 version=$2 why=$3
  if have "$name" && "$name" --version 2>/dev/null | grep -qwF "$version"; then return; fi
  say "$name $version: $why (compiled once into $TOOLS, some minutes)"
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    cargo install --locked --root "$TOOLS" --version "$version" "${4:-$name}" ||
    stop "$name $version could not be built." 'read the lines above: a missing C compiler (Debian: build-essential) or no network are the usual causes.'
}

check_node() {
  have node && have npm || stop 'Node.js with npm is missing.' "install Node.js $NODE_MAJOR or newer."
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge $NODE_MAJOR ] || stop "Node.js $(node --version) is too old." "install Node.js $NODE_MAJOR or newer."
}

# npm_packages FOLDER: the stamp is the lock file they were installed from.
npm_packages() {
  local folder=$1 stamp="$1/node_modules/.installed-lock.json"
  cmp -s "$folder/package-lock.json" "$stamp" && return
  say "npm packages of $folder"
  npm --prefix "$folder" ci --no-audit --no-fund || stop 'npm ci failed.' "check the network, then run: npm --prefix $folder ci"
  cp "$folder/package-lock.json" "$stamp"
}

has_browsers() {
  have chromedriver && have WebKitWebDriver && have Xvfb || return 1
  have chromium || have chromium-browser || have google-chrome || return 1
  have firefox-esr || have firefox || return 1
  compgen -G '/usr/lib/*/girepository-1.0/WebKit2-4.1.typelib' >/dev/null
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

add_browsers() {
  has_browsers && return
  local wanted="install these (Debian's names): ${TEST_PACKAGES[*]}"
  have apt-get || stop 'browsers for the tests are missing, and this machine has no apt-get.' "$wanted"
  as_root true 2>/dev/null || stop 'browsers for the tests are missing, and installing them needs root.' "$wanted"
  say "browsers and drivers for the tests: ${TEST_PACKAGES[*]}"
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${TEST_PACKAGES[@]}" </dev/null ||
    stop 'apt-get could not install the browsers.' "$wanted"
  has_browsers || stop 'the browsers were installed but are not found.' "$wanted"
}

has_postgres() { have initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

# The tests start a server of their own from it, in a temporary folder and on no port.
add_postgres() {
  has_postgres && return
  local wanted="install PostgreSQL (Debian's name: postgresql), or put its initdb on the PATH"
  have apt-get || stop 'PostgreSQL for the tests is missing, and this machine has no apt-get.' "$wanted"
  as_root true 2>/dev/null || stop 'PostgreSQL for the tests is missing, and installing it needs root.' "$wanted"
  say 'PostgreSQL for the tests'
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql </dev/null ||
    stop 'apt-get could not install PostgreSQL.' "$wanted"
  has_postgres || stop 'PostgreSQL was installed but initdb is not found.' "$wanted"
}

# One of the examples for back ends is run in it.
add_php() {
  have php && return
  local wanted="install PHP 8's command line (Debian's name: php-cli)"
  have apt-get || stop 'PHP for the tests is missing, and this machine has no apt-get.' "$wanted"
  as_root true 2>/dev/null || stop 'PHP for the tests is missing, and installing it needs root.' "$wanted"
  say 'PHP for the tests'
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends php-cli </dev/null ||
    stop 'apt-get could not install PHP.' "$wanted"
}

# The generator of clients from the description of the interface is a Java program.
add_java() {
  have java && return
  local wanted="install a Java runtime of version 11 or newer (Debian's name: default-jre-headless)"
  say 'default-jre-headless: runs the generator of clients from the description of the interface'
  have apt-get || stop 'Java is missing, and this machine has no apt-get.' "$wanted"
  as_root true 2>/dev/null || stop 'Java is missing, and installing it needs root.' "$wanted"
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends default-jre-headless </dev/null ||
    stop 'apt-get could not install Java.' "$wanted"
}

has_python_venv() { have python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; }

# The stamp is the list that it was installed from.
add_schemathesis() {
  local folder="$TOOLS/schemathesis" list=tests/fuzz/requirements.txt
  cmp -s "$list" "$folder/.installed.txt" && return
  say "schemathesis, openapi-spec-validator, openapi-generator: test the interface by its description (into $folder)"
  if ! has_python_venv; then
    local wanted="install Python 3.10 or newer with venv (Debian's names: python3 python3-venv)"
    have apt-get || stop 'Python with venv is missing, and this machine has no apt-get.' "$wanted"
    as_root true 2>/dev/null || stop 'Python with venv is missing, and installing it needs root.' "$wanted"
    as_root apt-get update -qq || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3 python3-venv </dev/null ||
      stop 'apt-get could not install Python.' "$wanted"
  fi
  rm -rf "$folder"
  python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$list" ||
    stop 'schemathesis could not be installed.' "check the network, and that python3 is 3.10 or newer; then run: python3 -m venv $folder && $folder/bin/pip install -r $list"
  cp "$list" "$folder/.installed.txt"
}

# Debian's build-essential, which building needs in any case, has one.
add_cxx() {
  have c++ && return
  local wanted="install a C++ compiler (Debian's name: g++)"
  have apt-get || stop 'a C++ compiler for the fuzzer is missing, and this machine has no apt-get.' "$wanted"
  as_root true 2>/dev/null || stop 'a C++ compiler for the fuzzer is missing, and installing it needs root.' "$wanted"
  say 'a C++ compiler: libFuzzer comes as source'
  as_root apt-get update -qq || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends g++ </dev/null ||
    stop 'apt-get could not install the C++ compiler.' "$wanted"
}

setup_build() {
  check_rust
  check_node
  add_wasm_target
  add_std_sources
  npm_packages .
}

setup_test() {
  setup_build
  add_lints
  add_browsers
  add_postgres
  add_php
  cargo_tool geckodriver $GECKODRIVER_VERSION 'drives Firefox'
  cargo_tool cargo-deny $CARGO_DENY_VERSION 'checks the licences and sources of dependencies'
  add_java
  add_schemathesis
}

# No module and no browser: a compiler, and what bundles the browser's decoders.
setup_fuzz() {
  check_rust
  check_node
  add_cxx
  npm_packages .
}

case "${1:-build}" in
  build) setup_build ;;
  test) setup_test ;;
  fuzz) setup_fuzz ;;
  bench) setup_test && npm_packages benches/browser ;;
  *) stop "unknown part \"$1\"." 'use: scripts/setup.sh build | test | fuzz | bench' ;;
esac
