# Two commands set everything up on a fresh machine: `make demo` and `make test`. Both need Python 3.11 or later, make
# and a package index; what else a test wants (Java, a browser, nginx …) it names when it is skipped.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test test-servers check coverage-page accuracy-page lock clean help
.DEFAULT_GOAL := help

help: ## Show these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

demo: $(VENV)/.run ## Audit a small real estate on this machine; writes demo-report/report.html
	$(BIN)/auditor demo

test: check ## Everything a change must pass: checks, and tests on the servers of the CI list
	$(BIN)/python -m pytest -m "not servers_all" --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

test-servers: $(VENV)/.dev ## The tests on every real server this machine can start (long, many downloads)
	$(BIN)/python -m pytest tests/real $(PYTEST_ARGS)

check: $(VENV)/.dev ## Style, types and the floors of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

coverage-page: $(VENV)/.dev ## Write docs/coverage.md anew
	$(BIN)/python -m tests.matrix

accuracy-page: $(VENV)/.dev ## Write docs/classification.md anew
	$(BIN)/python -m benchmarks.accuracy

lock: $(VENV)/.dev ## Write the locked requirements anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade \
		pyproject.toml requirements/build.in --extra demo -o requirements/run.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --upgrade \
		pyproject.toml requirements/build.in --extra demo --extra stdnum --group dev -c requirements/run.lock -o requirements/dev.lock

clean: ## Remove what these commands made
	rm -rf $(VENV) demo-report build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage .coverage.* .import_linter_cache

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "auditor needs Python 3.11 or later, and found none on PATH (set PYTHON=…)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Stamps: installed once, and again when the lock changes. The lock is complete, so pip resolves nothing (--no-deps): its
# resolver looks past the pin of a package that is also wanted with an extra, and fails once a newer one is published.
$(VENV)/.run: requirements/run.lock pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.lock
	@touch $@
