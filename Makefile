# The front door. Every target sets itself up; on a fresh machine Python >= 3.11 and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_TEST := $(VENV)/.ready-test
READY_BENCH := $(VENV)/.ready-bench
REPLAY := .venv-replay
TESTED := $(VENV)/.tested
WATCHED := src tests benchmarks docs README.md pyproject.toml constraints.txt Makefile
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist worksteal
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check format docs bench bench-million screenshots replay try-replay clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 15

demo: $(READY) ## Archive a small fictional portal into ./archive.db, and search it
	@$(BIN)/portal-archiver demo

test: $(READY_TEST) try-replay ## Run the tests
	@touch $(TESTED).new && $(PYTEST) && mv $(TESTED).new $(TESTED)

check: $(READY_TEST) ## Lint, types, and the tests, unless nothing has changed since they passed
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@if [ -e $(TESTED) ] && [ -z "$$(find $(WATCHED) -type f -newer $(TESTED) -not -name '*.pyc' -not -path '*.egg-info/*' -print -quit)" ]; \
	then echo "The tests have passed, and nothing has changed since: make test runs them again."; \
	else $(MAKE) --no-print-directory test; fi

format: $(READY_TEST) ## Put the code into its form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(READY) ## Write docs/schema.md from the migrations
	@$(BIN)/python -m portal_archiver.store.describe > docs/schema.md.new
	@mv docs/schema.md.new docs/schema.md

bench: $(READY_BENCH) ## Measure speed, beside well-known peers in the same run
	@$(BIN)/python -m benchmarks

bench-million: $(READY_BENCH) ## Measure saving into a million reports: half an hour, 28 GB in TMPDIR
	@$(BIN)/python -m benchmarks.saving 0 1000000

screenshots: $(READY_TEST) ## Make the pictures of the README (needs Chromium)
	@$(BIN)/python tests/screenshots.py docs/screenshots

replay: $(REPLAY)/.ready ## Install pywb and wacz, with which the tests replay and validate exports

# Tests that need pywb or wacz skip where these cannot be installed.
try-replay: | $(VENV)
	@[ -e $(REPLAY)/.ready ] || PIP_RETRIES=1 $(MAKE) --no-print-directory replay || \
	echo "pywb and wacz cannot be installed here: the tests that need them skip" >&2

clean: ## Remove what the targets made, but never an archive
	rm -rf $(VENV) $(REPLAY) build src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# python3 may be older than the project wants while a newer one stands beside it.
$(VENV):
	@for python in $(PYTHON) python3.13 python3.12 python3.11; do \
	  if command -v $$python >/dev/null && $$python -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then exec $$python -m venv $(VENV); fi; \
	done; echo "error: Python 3.11 or newer is needed: install it, or say make PYTHON=/path/to/python" >&2; exit 2

$(READY): pyproject.toml constraints.txt | $(VENV)
	@echo "Setting up $(VENV) (once; about a minute) ..."
	@$(PIP) --editable .
	@touch $@

# What the tests need is there with one call of pip, the rest included.
$(READY_TEST): pyproject.toml constraints.txt | $(VENV)
	@echo "Setting up $(VENV) (once; about a minute) ..."
	@$(PIP) --editable '.[test]'
	@touch $(READY) $@

$(READY_BENCH): $(READY)
	@$(PIP) --editable '.[bench]'
	@touch $@

# In an environment of its own: pywb needs other versions of what we need, and a brotli that would take the place of ours.
$(REPLAY)/.ready: | $(VENV)
	@echo "Setting up $(REPLAY) (once; about a minute) ..."
	@$(BIN)/python -m venv $(REPLAY)
	@$(REPLAY)/bin/python -m pip install --quiet --disable-pip-version-check pywb==2.10.0 wacz==0.6.0
	@touch $@
