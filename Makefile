# Two commands do everything: `make demo` shows the program at work, `make check` proves it.
# PYTHON names the interpreter (3.11 or newer), as in `make check PYTHON=python3.12`.

PYTHON ?= python3
TESTS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CODE := shopctl tests $(wildcard benchmarks examples docs)

.DEFAULT_GOAL := help
.PHONY: help install demo check lint format types contracts spelling dependencies docs reference test bench lock clean
.DELETE_ON_ERROR:

help: ## List what make can do
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

install: $(STAMP) ## Make .venv with the pinned packages and shopctl itself

$(STAMP): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'pass' || { echo "error: $(PYTHON) does not run; name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: shopctl needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) --version 2>&1`" >&2; \
	  echo "hint:  name another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "error: $(PYTHON) has no venv module" >&2; \
	  echo "hint:  on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "installing the packages of requirements-dev.lock into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --requirement requirements-dev.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP) ## Run the main job on the shop in examples/
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

check: lint types contracts spelling dependencies docs test ## Everything that must be green

lint: $(STAMP)
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)

format: $(STAMP) ## Write the layout that lint wants
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

types: $(STAMP)
	$(BIN)/mypy

contracts: $(STAMP)
	$(BIN)/lint-imports --no-logo

spelling: $(STAMP)
	$(BIN)/codespell

dependencies: $(STAMP)
	$(BIN)/deptry .

docs: $(STAMP)
	@echo "$(BIN)/python -m shopctl.commands.reference | diff docs/reference.md -"
	@$(BIN)/python -m shopctl.commands.reference | diff -u docs/reference.md - || { \
	  echo "error: docs/reference.md is out of date" >&2; echo "hint:  make reference" >&2; exit 1; }

reference: $(STAMP) ## Write docs/reference.md from the commands
	$(BIN)/python -m shopctl.commands.reference > docs/reference.md

test: $(STAMP) ## Run the tests on SQLite and PostgreSQL; TESTS="tests/domain -k money" for some
	$(BIN)/pytest --quiet --numprocesses=auto --maxprocesses=4 $(TESTS)

bench: $(STAMP) ## Print speed figures with their references
	@$(BIN)/python -m benchmarks

lock: ## Pin the newest allowed releases of all packages, with hashes
	rm -rf build/lock && $(PYTHON) -m venv build/lock && build/lock/bin/pip install --quiet 'pip-tools>=7.6,<8'
	CUSTOM_COMPILE_COMMAND="make lock" build/lock/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe \
	  --strip-extras --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-options \
	  --extra dev --extra postgres --output-file requirements-dev.lock pyproject.toml
	rm -rf build/lock

clean: ## Remove what make has made, .venv included
	rm -rf $(VENV) build dist demo bench.json .coverage htmlcov *.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
