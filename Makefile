# The only commands. Each installs first what it lacks (once), so that any of them works on a fresh machine.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

export ESCALE_TOOLS ?= $(HOME)/.cache/escale/tools
export PATH := $(ESCALE_TOOLS)/bin:$(PATH)
DEMO_PORT ?= 8787

.PHONY: help setup setup-test demo demo-server build package server compile test native fuzz fuzz-some fuzz-http browser golden stories stories-alone consumers tabs kills full-disks bench bench-server size ci fmt clean
.PHONY: check-format check-rust check-web check-api check-dependencies check-docs

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Install what building needs and is missing here
	@scripts/setup.sh build

setup-test:
	@scripts/setup.sh test

# A stage of scripts/ci.mjs finds installed and built what these would make.
SETUP := $(if $(ESCALE_STAGE),,setup)
SETUP_TEST := $(if $(ESCALE_STAGE),,setup-test)
BUILT := $(if $(ESCALE_STAGE),,setup-test build)
PREPARED := $(if $(ESCALE_STAGE),,setup-test build server)

build: $(SETUP) package ## Build the module and the npm package into pkg/

demo: setup ## Build everything, serve the demo site, and say where (DEMO_PORT=8787)
	@$(MAKE) --no-print-directory -j2 demo-server package
	@mkdir -p .demo
	@exec cargo run --quiet -p escale-server -- serve --site demo --config www/demo/escale.json \
		--db .demo/escale.sqlite --demo www/demo --pkg pkg --listen 127.0.0.1:$(DEMO_PORT)

# The linker of the module works on one core: the server is compiled beside it, as in development, which takes half the time.
demo-server:
	@cargo build -p escale-server

package:
	@node scripts/build.mjs

# Builds beside the tests share the features of the tests' dependencies: else cargo would compile the crates a second time.
server: $(SETUP)
	@cargo test --quiet --workspace --test cli --no-run

compile: $(SETUP)
	@cargo test --workspace --no-run

test: ## Run every test: native, the interface, golden cases and the demo in three engines; minutes by stage
	@node scripts/ci.mjs test

native: $(BUILT)
	@cargo test --workspace
	@npm test

fuzz-http: $(PREPARED) ## Try the server's interface out from its own description, on SQLite and PostgreSQL
	@node tests/fuzz/http.mjs

FUZZ_INPUTS ?= 1000000
FUZZ ?=
fuzz: ## Try every decoder out with its share of FUZZ_INPUTS=1000000 inputs, guided by coverage; FUZZ="profile token" those alone
	@scripts/setup.sh fuzz
	@FUZZ_INPUTS=$(FUZZ_INPUTS) node scripts/fuzz.mjs $(FUZZ)

# What browsers and the engine read, as often as fits into some minutes of two cores; a release has FUZZ_INPUTS=100000000, and all decoders.
fuzz-some:
	@$(MAKE) --no-print-directory fuzz FUZZ_INPUTS=100000 FUZZ=--without-server

browser: golden stories stories-alone ## Run the golden cases in Node, and them and the demo's stories in Chromium, Firefox and WebKit

golden: $(PREPARED)
	@node --test --test-reporter=dot tests/browser/golden-node.mjs
	@node tests/browser/golden.mjs

stories: $(PREPARED)
	@node tests/e2e/run.mjs --part shared

# They measure time.
stories-alone: $(PREPARED)
	@node tests/e2e/run.mjs --part alone

tabs: $(PREPARED) ## Many tabs for long: 32 tabs, 1,000 events each, ten times, in each engine
	@ESCALE_TABS=32 ESCALE_EVENTS=1000 ESCALE_ROUNDS=10 ESCALE_LIMIT_MS=7200000 node tests/e2e/run.mjs --only f34

consumers: $(PREPARED) ## Install the packed package in real projects (script tag, React, Vue, SSR) and run them in Chromium
	@node tests/consumers/run.mjs --engine chromium

KILLS ?= 1000
kills: setup-test ## Kill the server in mid-write, KILLS=1000 times on each store, and PostgreSQL itself a tenth as often: nothing acknowledged may be lost
	@ESCALE_KILLS=$(KILLS) cargo test --release -p escale-server --test http --test http-postgres -- $$(node tests/tags.mjs f52 server/tests) --nocapture

FULL_DISKS ?= 100
full-disks: setup-test ## Fill the disk FULL_DISKS=100 times on a tiny file system: reads go on, everything recovers
	@cargo test --release -p escale-server --test http --no-run
	@mkdir -p target/tiny
	@unshare --map-root-user --mount sh -c 'mount -t tmpfs -o size=16m escale target/tiny && \
		TMPDIR=$$PWD/target/tiny ESCALE_FULL_DISKS=$(FULL_DISKS) \
		cargo test --release -p escale-server --test http -- a_full_disk --nocapture'

bench-server: build ## Measure the server beside the machine's own limit: syncs, audiences, a large base, on both stores
	@cargo bench -p escale-server --bench server

bench: build server ## Measure `choose` and whole pages in Chromium beside peers
	@scripts/setup.sh bench
	@node benches/browser/run.mjs
	@node benches/browser/pages.mjs

size: $(BUILT) ## Print what a page loads, in bytes; fails over budget
	@node scripts/size.mjs

fmt: setup-test ## Format the Rust, TypeScript and JavaScript sources
	@cargo fmt --all
	@cargo fmt --manifest-path fuzz/Cargo.toml
	@npx --no-install prettier --write --log-level warn $(PRETTIER_PATHS)

PRETTIER_PATHS := www scripts tests fuzz/web benches docs/examples eslint.config.js
check-format: $(SETUP)
	@cargo fmt --all --check
	@cargo fmt --manifest-path fuzz/Cargo.toml --check
	@npx --no-install prettier --check --log-level warn $(PRETTIER_PATHS)

check-rust:
	@cargo clippy --workspace --all-targets -- -D warnings
	@cargo clippy --manifest-path fuzz/Cargo.toml --locked --all-targets --target-dir $${CARGO_TARGET_DIR:-target} -- -D warnings
	@cargo clippy -p escale --lib --no-default-features -- -D warnings
	@cargo clippy -p escale --lib --target wasm32-unknown-unknown --no-default-features -- -D warnings
	@cargo clippy -p escale --lib --target wasm32-unknown-unknown --no-default-features --features full -- -D warnings

check-web: $(BUILT)
	@npm run --silent check
	@npm run --silent lint
	@$(MAKE) --no-print-directory check-api
	@npx --no-install tsc -p tests
	@npx --no-install eslint -c tests/eslint.config.js tests benches/browser www/report

check-api: ## Check that docs/api/escale.api.md describes the public types (ESCALE_UPDATE=1 writes it)
	@node scripts/api-report.mjs

# Advisories need a database from elsewhere; bans, licences and sources are all in the lock file.
check-dependencies:
	@node scripts/locks.mjs
	@cargo deny --locked --workspace check bans licenses sources
	@cargo deny --locked --manifest-path fuzz/Cargo.toml --config deny.toml check bans licenses sources

check-docs:
	@RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps

ci: ## Everything that must hold before a change is taken; minutes by stage
	@node scripts/ci.mjs ci

clean: ## Remove what was built, and the demo's data
	@rm -rf target pkg .demo tests/e2e/out
