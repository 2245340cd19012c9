# Everything happens in .venv beside this file; nothing else on the machine is changed. `make help` lists what there is.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
.NOTPARALLEL:
.PHONY: help install run test check e2e bench migrate-new lock clean

PYTHON ?= python3
BIN := .venv/bin

# What is installed is known by a stamp whose name is the sum of what it was installed from, and where: a changed lock or a
# moved folder installs again, anything else costs nothing.
SUM := $(shell { cat pyproject.toml requirements-build.lock requirements.lock requirements-dev.lock; pwd; } | cksum | tr -c '0-9\n' -)
RUNTIME := .venv/.runtime-$(SUM)
EVERYTHING := .venv/.everything-$(SUM)
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-warn-script-location --require-hashes
PROJECT := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .

help:  ## show this list
	@echo "make TARGET, where TARGET is one of"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "Another Python than python3 (3.11 or newer): make clean install PYTHON=python3.12"

install: $(EVERYTHING)  ## make .venv with everything in it, the tools for developers too
	@echo "Ready: $(BIN)/pep-admin --help"

run: $(shell test -e $(EVERYTHING) || echo $(RUNTIME))  ## serve a fictional Virtual School on http://127.0.0.1:5000; data are kept
	@$(BIN)/pep-admin demo

test: $(EVERYTHING)  ## the quick tests, under a minute
	@$(BIN)/python -m pytest -n auto -m "not slow and not browser and not postgres"

check: $(EVERYTHING)  ## everything that must hold: lint, types, import contracts, migrations equal models, all tests
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -n auto

e2e: $(EVERYTHING)  ## the tests that drive a browser (Chromium; PEP_CHROMIUM names another)
	@$(BIN)/python -m pytest -m browser

bench: $(EVERYTHING)  ## benchmarks, side by side with peers
	@if [ -d benchmarks ]; then $(BIN)/python -m benchmarks; else echo "There are no benchmarks in this checkout yet."; fi

migrate-new: $(EVERYTHING)  ## write a migration from the models: make migrate-new NAME="add closures" [BRANCH=accounts]
	@if [ -z "$(NAME)" ]; then echo 'Say what it does: make migrate-new NAME="add closures"' >&2; exit 2; fi
	@scratch=$$(mktemp -d) && trap 'rm -rf "$$scratch"' EXIT \
	  && PEP_ADMIN_DATABASE_URL="sqlite:///$$scratch/empty.db" && export PEP_ADMIN_DATABASE_URL \
	  && $(BIN)/alembic --config migrations/alembic.ini upgrade heads \
	  && $(BIN)/alembic --config migrations/alembic.ini -x branch=$(or $(BRANCH),domain) revision --autogenerate \
	     --head $(or $(BRANCH),domain)@head --message "$(NAME)"
	@echo "Read what was written, complete its downgrade, then: make check"

LOCK := ../lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate --no-emit-options \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock: $(EVERYTHING)  ## pin the newest versions that pyproject.toml allows (asks the package index)
	@rm -rf build/pins && mkdir -p build/pins && $(BIN)/python -m venv build/lock && build/lock/bin/pip install -qq pip-tools
	@cp pyproject.toml build/pins/
	@cd build/pins && printf 'hatchling>=1.27\nsetuptools>=80\n' | $(LOCK) --output-file build - \
	  && $(LOCK) --output-file runtime pyproject.toml \
	  && $(LOCK) --output-file dev --extra dev --constraint runtime pyproject.toml
	@for pair in build:requirements-build runtime:requirements dev:requirements-dev; do \
	  { printf '# Exact versions, written by `make lock`; what is asked for stands in pyproject.toml.\n'; \
	    printf -- '--only-binary :all:\n--no-binary flask-principal\n'; \
	    grep -v '^#' "build/pins/$${pair%%:*}" | sed '/^$$/d'; } > "$${pair##*:}.lock"; \
	done
	@rm -rf build/pins build/lock

clean:  ## remove .venv and everything that tools have left behind; the data in instance/ stay
	@rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment ----------------------------------------------------------------------------------------------------

# A .venv that runs and was made here is kept and brought up to the lock; any other is made anew.
define VENV
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name one: make install PYTHON=/path/to/python" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "This needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -c 'import platform; print(platform.python_version())')." \
	       "Name another: make install PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  package=$$($(PYTHON) -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	  echo "$(PYTHON) cannot make a virtual environment: its venv module is not complete." \
	       "On Debian or Ubuntu, as root: apt-get install $$package (or python3-venv)" >&2; exit 2; }
	@{ $(BIN)/python -c '' && grep -qF "$$(pwd)/.venv" .venv/pyvenv.cfg; } 2>/dev/null || { \
	  rm -rf .venv && $(PYTHON) -m venv .venv; }
	@rm -f .venv/.runtime-* .venv/.everything-*
endef

$(RUNTIME):
	$(VENV)
	@echo "Installing pep_admin into .venv, once; this takes about half a minute."
	@$(PIP) -r requirements-build.lock
	@$(PIP) --no-build-isolation --use-pep517 -r requirements.lock
	@$(PROJECT)
	@touch $@

$(EVERYTHING): $(RUNTIME)
	@echo "Adding the tools for developers to .venv, once."
	@$(PIP) --no-build-isolation --use-pep517 -r requirements-dev.lock
	@touch $@
