# The commands of SplitBench. `make run` and `make test` need nothing but Swift 6.2 and a Debian to install the rest.
SWIFT ?= swift
# Statically linked: what is installed needs no Swift.
# lld: the toolchain's other linker warns of a mktemp in Foundation that nothing here calls.
RELEASE := $(SWIFT) build -c release --static-swift-stdlib --disable-local-rpath -Xswiftc -use-ld=lld --product
ARGS ?=
PREFIX ?= /usr/local
SECONDS ?= 60
PYTHON_ENV := .build/python
PYTEST := $(PYTHON_ENV)/bin/python -B -m pytest -p no:cacheprovider -q

# What no sanitizer can say anything of: SplitBenchTests starts programs and reads what they leave, BrowserTests a browser.
UNSANITIZED := ^(SplitBenchTests\.|PagesTests\.BrowserTests)
SANITIZE = $(SWIFT) test --scratch-path .build/$(1) --no-parallel --skip "$(UNSANITIZED)"

.PHONY: run columns results-index results-comparison test test-emulated emulated-shell test-fleet sanitize fuzzers fuzz soak \
  bench bench-fleet bench-peers docs lint format install package bundle test-package installable dependencies release clean

## Measure this machine with the defaults: prints the table, writes results/<run>/.
run: release
	.build/release/splitbench run $(ARGS)

## results/index.html, from all runs in results/<machine>/<run>/. A test compares it.
results-index: release
	.build/release/splitbench report results/*/*/ --index --output results/index.html

## results/<machine>/comparison.md: each machine against itself on another day, and beside published numbers. A test compares them.
results-comparison: release
	for machine in $$(dirname $$(dirname results/*/*/run.json) | sort -u); do \
	  scripts/compare-results $(abspath .build/release/splitbench) "$$(basename "$$machine")" > "$$machine/comparison.md" || exit; \
	done

## All tests, on the debug build; the disassembly test reads the release build too. Of fleet/ what needs neither root nor hosts. Screenshots
## of the pages: .build/report-shots.
test: release $(PYTHON_ENV)/ready
	scripts/install-dependencies test
	$(SWIFT) build --build-tests
	$(PYTEST) $(addprefix Tests/Fleet/,test_duckdb.py test_gather.py)
	SPLITBENCH_PYTHON=$(abspath $(PYTHON_ENV))/bin/python SPLITBENCH_CHROMIUM=$$(command -v chromium) $(SWIFT) test --no-parallel

## Linux's own split-lock code on an emulated CPU: all boots, or BOOT=name. The first call builds QEMU.
test-emulated: release $(PYTHON_ENV)/ready
	BOOT="$(BOOT)" $(PYTEST) Tests/EmulatedMachine

## The same machine with a shell; BOOT=name chooses which, Ctrl-A X leaves.
emulated-shell: release
	python3 -B Tests/EmulatedMachine/machine.py --shell $(if $(BOOT),--boot $(BOOT))

## fleet/ on hosts made of namespaces, and the queries of docs/duckdb.md. Needs root; without, what needs it is skipped.
test-fleet: package bundle $(PYTHON_ENV)/fleet-ready
	scripts/install-dependencies fleet
	$(PYTEST) -rs Tests/Fleet

## The tests of every module but those that start the built binary, under ThreadSanitizer, AddressSanitizer and, what is C,
## UndefinedBehaviorSanitizer: on Linux Swift has none for Swift, and its runtime is not needed where what it finds is an illegal
## instruction. The marks that it sets in front of functions would move kernels off their cache lines.
sanitize: dependencies
	$(call SANITIZE,thread) --sanitize=thread
	LSAN_OPTIONS=suppressions=scripts/leaks.txt $(call SANITIZE,address) --sanitize=address
	$(call SANITIZE,undefined) -Xcc -fsanitize=undefined -Xcc -fno-sanitize=function -Xcc -fsanitize-trap=undefined

## libFuzzer on every parser, or on PARSER=name, for SECONDS each, from fuzz/Corpus/<name> on; some minutes more the first time.
## What it finds lies in .build/fuzz/: give it a name in fuzz/Corpus/<name>, which `make test` replays.
fuzz: fuzzers
	python3 -B soak/fuzzers.py $(SECONDS) $(PARSER)

fuzzers: dependencies
	$(SWIFT) build --package-path fuzz --scratch-path .build/fuzz -c release \
	  -Xswiftc -sanitize=address,fuzzer -Xswiftc -use-ld=lld

## Two hundred runs with random options and signals here, fifty in the emulated machine, ten minutes of every fuzzer: an hour and a half on
## two cores. Writes soak/report.md. ARGS: --native N, --emulated N, --fuzz SECONDS, --seed N.
soak: release fuzzers $(PYTHON_ENV)/ready
	$(PYTHON_ENV)/bin/python -B soak/soak.py $(ARGS)

## Against plain C programs, pandas and SciPy, and a run against runs before it; the policy model's time and memory; about twelve minutes.
bench: release $(PYTHON_ENV)/bench-ready
	$(RELEASE) bench-against-c
	bench/run

## Reading 500 result folders that never were: a minute.
bench-fleet: release
	work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && python3 -B bench/fleet.py .build/release/splitbench "$$work"

## Against stress-ng, plain C programs and a core-to-core ping-pong, in turn; 40 seconds once all is built: docs/benchmarks.md.
bench-peers: release $(PYTHON_ENV)/bench-ready
	scripts/install-dependencies peers
	$(RELEASE) bench-against-c
	bench/peers

lint: dependencies
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests bench fuzz

## The tables of results/README.md, as the program describes them.
columns: release
	.build/release/splitbench list --json | python3 scripts/columns.py

format:
	$(SWIFT) format format --in-place --recursive Package.swift Sources Tests bench fuzz

## The API of the library modules and the articles, as a web site in .build/docs.
docs: dependencies
	SWIFT="$(SWIFT)" scripts/docs .build/docs

## The binary, its man pages, shell completions and licence, below PREFIX.
install: installable
	scripts/install "$(DESTDIR)$(PREFIX)"

## .build/package/splitbench_<version>_amd64.deb, which needs no Swift.
package: installable
	scripts/install-dependencies package
	scripts/package .build/package

## .build/bundle/splitbench-<version>-x86_64.tar.gz, the binary with its libraries: it runs where it is unpacked, and needs no root.
bundle: release
	scripts/bundle .build/bundle

## Installs, uses and removes it in a clean Debian 12. Needs root.
test-package: package
	scripts/test-package .build/package/splitbench_$$(.build/release/splitbench --version)_amd64.deb .build/package

# What scripts/stage takes.
installable: release
	$(RELEASE) generate-manual

release: dependencies
	$(RELEASE) splitbench

dependencies:
	scripts/install-dependencies

# frictionless, pandas and duckdb judge the result folders, jsonschema the scenarios.
$(PYTHON_ENV)/ready: scripts/requirements.txt | dependencies
	python3 -m venv $(PYTHON_ENV)
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check --requirement scripts/requirements.txt
	touch $@

# SciPy, which only the benchmarks take.
$(PYTHON_ENV)/bench-ready: bench/requirements.txt $(PYTHON_ENV)/ready
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check --requirement bench/requirements.txt
	touch $@

# ansible-core and Kubernetes' schemas, which only the tests of fleets take.
$(PYTHON_ENV)/fleet-ready: Tests/Fleet/requirements.txt $(PYTHON_ENV)/ready
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check --requirement Tests/Fleet/requirements.txt
	touch $@

clean:
	rm -rf .build
