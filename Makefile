# Two commands matter: `make route` shows Routebook at work, `make test` checks everything.
# Both need only Python 3.11 or newer, make and git; the rest goes into .venv, pinned by constraints.txt.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

VENV := .venv
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input
# The first of these that is Python 3.11 or newer is used; name another with `make setup PYTHON=...`.
PYTHON ?= python3.11 python3.12 python3.13 python3.14 python3
# How many processes run the tests: a number, `auto` (physical cores) or `logical`.
JOBS ?= logical
# More arguments for pytest: `make test ARGS='-k parse'`.
ARGS ?=

CARD := policies/card

.PHONY: help
help: ## Show these targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(VENV)/.dev ## Create .venv with everything that development needs.

.PHONY: route
route: $(VENV)/.core ## Route the card policy's leads, then explain one decision.
	$(BIN)/routebook route $(CARD) --leads $(CARD)/leads.csv --roster $(CARD)/roster.toml
	$(BIN)/routebook explain $(CARD) --lead $(CARD)/lead.json --roster $(CARD)/roster.toml

.PHONY: test
test: lint ## Lint, check types and layers, run the tests.
	@echo '== pytest'
	@$(PY) -m pytest -n $(JOBS) $(ARGS)

# `make test` leaves out what needs Spark where there is no Java; `.ci/run` asks for it by SPARK=1.
SPARK ?= $(shell command -v java)
ifneq ($(SPARK),)
test: $(VENV)/.spark
endif

.PHONY: lint
lint: $(VENV)/.dev ## Check style, types and the direction of imports.
	@echo '== ruff check'
	@$(BIN)/ruff check .
	@echo '== ruff format --check'
	@$(BIN)/ruff format --check .
	@echo '== mypy'
	@$(PY) -m mypy src
	@echo '== lint-imports'
	@$(BIN)/lint-imports --no-logo

.PHONY: bench
bench: $(VENV)/.dev ## Measure speed against other rule engines, and write docs/performance.md.
	@$(INSTALL) -e '.[dev,bench]'
	@$(PY) tests/bench/report.py

.PHONY: spark-bench
spark-bench: $(VENV)/.spark ## Measure what decisions over Spark DataFrames cost, by rules and by partitions.
	@$(PY) tests/bench/spark.py

.PHONY: sql-bench
sql-bench: $(VENV)/.dev ## Measure what a million leads cost in a database, next to a CASE by hand.
	@$(PY) tests/bench/sql.py --sizes 10 100 1000

.PHONY: throughput
throughput: $(VENV)/.dev ## Measure leads a second on SQLite and PostgreSQL, and write docs/throughput.md.
	@$(PY) tests/bench/throughput.py

.PHONY: soak
soak: $(VENV)/.dev ## Kill hundreds of processes, stop the database, and write what became of it (docs/reliability.md).
	@$(PY) tests/faults/soak.py $(ARGS)

.PHONY: simulations
simulations: $(VENV)/.dev ## Play the scenarios of docs/simulations.md, and write its tables and pictures.
	@$(PY) tests/bench/simulations.py

.PHONY: pace
pace: $(VENV)/.dev ## Check that decisions are not slower than they were, as ratios to plain Python.
	@$(PY) tests/bench/one_lead.py --short

.PHONY: mutants
mutants: $(VENV)/.dev ## Plant mistakes in the analyser, and count those that the tests notice.
	@$(INSTALL) -e '.[dev,mutants]'
	@$(PY) tests/mutation/analyser.py $(ARGS)

.PHONY: trust
trust: $(VENV)/.dev ## Count what the analyser is held to: random policies, leads, disagreements (docs/trust.md).
	@$(PY) tests/analysis/trust.py $(ARGS)

.PHONY: proofs
proofs: $(VENV)/.dev ## Measure how long proofs take, and how much memory (docs/proving.md).
	@$(PY) tests/bench/proofs.py

.PHONY: format
format: $(VENV)/.dev ## Format the code and apply the safe fixes.
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

.PHONY: clean
clean: ## Remove .venv, the caches and what was built.
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# The build backend comes first, under the same pins, so that no build fetches one of its own.
INSTALL = $(PIP) install -qq -c constraints.txt hatchling editables \
	&& $(PIP) install -qq -c constraints.txt --no-build-isolation

# What running needs. The development stamp covers this one too.
$(VENV)/.core: pyproject.toml constraints.txt | $(PY)
	@echo '== installing routebook'
	@$(INSTALL) -e .
	@touch $@

# The schema of JUnit XML that Jenkins publishes is in no wheel, but pytest's source distribution carries it.
$(VENV)/.dev: pyproject.toml constraints.txt | $(PY)
	@echo '== installing routebook with its development tools'
	@$(INSTALL) -e '.[dev]'
	@rm -rf $(VENV)/schemas
	@$(PIP) download -qq -c constraints.txt --no-deps --no-build-isolation --no-binary pytest -d $(VENV)/schemas pytest
	@touch $(VENV)/.core $@

$(VENV)/.spark: pyproject.toml constraints.txt $(VENV)/.dev
	@echo '== installing Spark'
	@$(PIP) install -qq -c constraints.txt setuptools wheel
	@$(INSTALL) -e '.[dev,spark]'
	@touch $@

# `venv` without ensurepip leaves a directory without pip (some distributions split it off), so each candidate
# is asked for both; virtualenv stands in where no candidate has them.
$(PY):
	@found=; for python in $(PYTHON); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		found="$${found:-$$python}"; \
		"$$python" -c 'import ensurepip, venv' 2>/dev/null || continue; \
		echo "== creating $(VENV) with $$python"; \
		exec "$$python" -m venv --clear $(VENV); \
	done; \
	if [ -z "$$found" ]; then \
		echo 'routebook needs Python 3.11 or newer; name one with PYTHON=/path/to/python' >&2; exit 1; \
	fi; \
	if command -v virtualenv >/dev/null; then \
		echo "== creating $(VENV) with virtualenv and $$found"; \
		exec virtualenv --quiet --clear --python "$$found" $(VENV); \
	fi; \
	echo "$$found has no venv module with pip: install it (python3-venv in many distributions) or virtualenv" >&2; \
	exit 1
