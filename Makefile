# The commands of SplitBench. `make run` and `make test` need nothing but Swift 6.2 and a Debian to install the rest.
SWIFT ?= swift
ARGS ?=
PREFIX ?= /usr/local
PYTHON_ENV := .build/python

SANITIZED := WindowTests|TrapExperimentTests|ContentionExperimentTests|ContentionTests|PairCheckTests|HostTests

.PHONY: run test test-emulated emulated-shell sanitize bench lint format install dependencies release clean

## Measure this machine with the defaults: prints the table, writes results/<run>/.
run: release
	.build/release/splitbench run $(ARGS)

## All tests, on the debug build; the disassembly test reads the release build too.
test: release $(PYTHON_ENV)/ready
	$(SWIFT) build --build-tests
	SPLITBENCH_PYTHON=$(abspath $(PYTHON_ENV))/bin/python $(SWIFT) test --no-parallel

## Linux's own split-lock code on an emulated CPU: all boots, or BOOT=name. The first call builds QEMU.
test-emulated: release $(PYTHON_ENV)/ready
	BOOT="$(BOOT)" $(PYTHON_ENV)/bin/python -B -m pytest -p no:cacheprovider -q Tests/EmulatedMachine

## The same machine with a shell; BOOT=name chooses which, Ctrl-A X leaves.
emulated-shell: release
	python3 -B Tests/EmulatedMachine/machine.py --shell $(if $(BOOT),--boot $(BOOT))

## The tests of threads and signals under ThreadSanitizer and AddressSanitizer.
sanitize: dependencies
	$(SWIFT) test --scratch-path .build/thread --sanitize=thread --no-parallel --filter "$(SANITIZED)"
	LSAN_OPTIONS=suppressions=scripts/leaks.txt $(SWIFT) test --scratch-path .build/address --sanitize=address --no-parallel --filter "$(SANITIZED)"

## Against a plain C program, and a run against runs before it; about ten minutes.
bench: release $(PYTHON_ENV)/ready
	$(SWIFT) build -c release --product bench-against-c
	bench/run

lint: dependencies
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests bench

format:
	$(SWIFT) format format --in-place --recursive Package.swift Sources Tests bench

## The binary, its man pages and its shell completions, below PREFIX.
install: release
	SWIFT="$(SWIFT)" scripts/install "$(DESTDIR)$(PREFIX)"

release: dependencies
	$(SWIFT) build -c release --product splitbench

dependencies:
	scripts/install-dependencies

# frictionless and pandas judge the result folders, jsonschema the scenarios.
$(PYTHON_ENV)/ready: scripts/requirements.txt | dependencies
	python3 -m venv $(PYTHON_ENV)
	$(PYTHON_ENV)/bin/pip install --quiet --disable-pip-version-check --requirement scripts/requirements.txt
	touch $@

clean:
	rm -rf .build
