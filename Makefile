# Every command works on a fresh clone: it installs what is missing by itself,
# says so, and takes no time for that when nothing is. The work is in scripts/.

.DEFAULT_GOAL := help
.PHONY: help run build test lint test-native test-wasm test-page bench fmt setup clean

run:          ## build the page and serve it (PORT=8080)
	@scripts/run

test:         ## every test: lint, native, wasm in Chromium, the page in Chromium
	@scripts/test lint native wasm page

lint:         ## formatting, and clippy natively and for wasm32
	@scripts/test lint

test-native:  ## native tests only
	@scripts/test native

test-wasm:    ## wasm tests in headless Chromium only
	@scripts/test wasm

test-page:    ## build the page, check its types, test it in Chromium
	@scripts/test page

build:        ## build the page into dist/, ready for any static host
	@scripts/build

bench:        ## measure; print the table and write target/bench.json
	@scripts/bench

fmt:          ## format the Rust sources
	@scripts/fmt

setup:        ## install everything that the commands above need
	@scripts/setup

clean:        ## remove what was built (the tools in ~/.cache/netsplit stay)
	rm -rf target dist node_modules

help:         ## this list
	@sed -n 's/^\([a-z-]*\): *## */make \1\t/p' Makefile | expand -t 18
