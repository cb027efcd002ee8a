# Newstables. `make run` needs nothing but git, make and Python 3.12 or 3.13.

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
SAMPLE_DAYS := 2026-03-01 2026-03-04
AIRFLOW_PORT ?= 8080
CORPORA ?=
FUZZ ?= 20000
FUZZ_SECONDS ?= 3600
ARGS ?=

.PHONY: help setup run airflow test fuzz lint bench eval sources archive docs lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv from the exact locks

run: $(READY) ## run the sample's four days by Airflow, and show what came out
	NEWSTABLES_SOURCE=drop NEWSTABLES_DROP_DIR=data/sample \
		$(PYTHON) -m deploy.local days $(SAMPLE_DAYS)
	$(PYTHON) -m pipeline status
	$(PYTHON) examples/most_quoted.py

airflow: $(READY) ## Airflow with the nightly schedule and a web UI, until Ctrl-C (AIRFLOW_PORT=8080)
	$(PYTHON) -m deploy.local serve --port $(AIRFLOW_PORT)

test: $(READY) ## all tests (ARGS="-m 'not airflow'" leaves out those that start Airflow)
	$(PYTHON) -m pytest $(ARGS)

fuzz: $(READY) ## files of all formats, mutilated at random (FUZZ=20000 a format, FUZZ_SECONDS=3600 in all)
	nice $(PYTHON) tests/ingest/formats/mutilation.py $(FUZZ) $(FUZZ_SECONDS) $(ARGS)

lint: $(READY) ## ruff and mypy
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

bench: $(READY) ## speed and memory of extraction and ingest against bare loops (CORPORA as below: on its Reuters)
	$(PYTHON) -m benchmarks.throughput $(if $(CORPORA),--articles $(CORPORA)/corpora/reuters21578.jsonl.gz) $(ARGS)
	$(PYTHON) -m benchmarks.ingest $(CORPORA)

eval: $(READY) ## precision, recall and F1 on the gold (CORPORA=../shared/data adds the corpora there)
	$(PYTHON) -m quality $(if $(CORPORA),--corpora $(CORPORA)) $(ARGS)

sources: $(READY) ## how right ingest is: formats, pages, near-duplicates (CORPORA=../shared/data)
	$(PYTHON) -m benchmarks.sources $(CORPORA) $(ARGS)

archive: $(READY) ## Reuters-21578 backfilled by Airflow over its 237 days, and checked (CORPORA=../shared/data)
	nice $(PYTHON) -m benchmarks.archive $(CORPORA) $(ARGS)

docs: $(READY) ## write docs/tables.md, docs/sources.md and settings.toml from the code
	$(PYTHON) -m schemas.codebook > docs/tables.md.new && mv docs/tables.md.new docs/tables.md
	$(PYTHON) -m pipeline.ingest.codebook > docs/sources.md.new && mv docs/sources.md.new docs/sources.md
	$(PYTHON) -m pipeline.settings > settings.toml.new && mv settings.toml.new settings.toml

# What is locked stays as it is unless pyproject.toml asks for something else; ARGS=--upgrade renews it.
LOCK := $(VENV)/bin/uv pip compile --quiet --no-header --universal --python-version 3.12 --generate-hashes

lock: $(READY) ## make requirements.txt and requirements-dev.txt from pyproject.toml
	$(LOCK) $(ARGS) pyproject.toml -o requirements.txt
	$(LOCK) $(ARGS) --group dev -c requirements.txt -o requirements-dev.txt
	@for part in ":runs" "-dev:tests and lint need beside requirements.txt"; do \
		file=requirements$${part%%:*}.txt; \
		{ echo "# The exact lock of what $${part#*:}. Made by \`make lock\` from pyproject.toml; do not edit."; \
			cat $$file; } > $$file.new && mv $$file.new $$file; \
	done
	@for platform in x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin; do \
		$(VENV)/bin/uv pip install --quiet --dry-run --target build/none --python-platform $$platform \
			--only-binary :all: --require-hashes -r requirements.txt -r requirements-dev.txt || exit 1; \
	done # a fresh machine has no compiler: all that is locked must have wheels

clean: ## remove what was made, but not .venv and not the tables
	rm -rf .airflow .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# ---- the environment ------------------------------------------------------------------------------------

FITS := import sys, ensurepip; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 13))

# uv installs what the locks name, in seconds; its own version stands in requirements-dev.txt.
$(READY): requirements.txt requirements-dev.txt pyproject.toml
	@set -e; \
	if ! { $(PYTHON) -c '$(FITS)' && $(PYTHON) -m pip --version; } >/dev/null 2>&1; then \
		for python in $(BASE_PYTHON) python3.12 python3.13 python3 python; do \
			if $$python -c '$(FITS)' 2>/dev/null; then found=$$python; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "newstables: Python 3.12 or 3.13 with its module venv was not found." >&2; \
			echo "  Debian, Ubuntu: apt install python3.12-venv; macOS: brew install python@3.12" >&2; \
			echo "  or name it: make $(MAKECMDGOALS) BASE_PYTHON=/path/to/python3.12" >&2; \
			exit 2; \
		fi; \
		echo "$$found -m venv $(VENV)"; \
		$$found -m venv --clear $(VENV); \
	fi; \
	sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.txt > $(VENV)/uv.txt; \
	if $(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt \
		&& $(VENV)/bin/uv pip install --python $(PYTHON) --require-hashes -r requirements.txt -r requirements-dev.txt; \
	then \
		$(VENV)/bin/uv pip install --quiet --python $(PYTHON) --no-deps -e .; \
	else \
		echo "uv did not do it; pip tries, which takes longer"; \
		$(PYTHON) -m pip install --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt; \
		$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps -e .; \
	fi
	@touch $@
