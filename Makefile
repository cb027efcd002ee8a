# Newstables. `make run` needs nothing but git, make and Python 3.12 or 3.13.

VENV := .venv
PYTHON := $(VENV)/bin/python
READY := $(VENV)/.ready
SYSTEM_READY := $(VENV)/.ready-system
FAST_READY := $(VENV)/.ready-fast
SAMPLE_DAYS := 2026-03-01 2026-03-04
AIRFLOW_PORT ?= 8080
EXPLORER_PORT ?= 8090
CORPORA ?=
FUZZ ?= 20000
FUZZ_SECONDS ?= 3600
ARGS ?=
TEST_PROCESSES ?= 2

.PHONY: help setup setup-system fast pictures cluster cluster-archive cluster-faults run airflow explore test test-fast test-system fuzz faults golden api lint bench bench-desk bench-more growth linear eval history sources archive docs docs-site new-source new-table changelog lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv from the exact locks

# Not before the command: then a shell would stand between make and what it has to end.
run: export NEWSTABLES_SOURCE := drop
run: export NEWSTABLES_DROP_DIR := data/sample
run: $(READY) ## run the sample's four days by Airflow, and show what came out
	$(PYTHON) -m deploy.local days $(SAMPLE_DAYS)
	$(PYTHON) -m pipeline status
	$(PYTHON) examples/most_quoted.py
	$(PYTHON) -m pipeline report

airflow: $(READY) ## Airflow with the nightly schedule and a web UI, until Ctrl-C (AIRFLOW_PORT=8080)
	$(PYTHON) -m deploy.local serve --port $(AIRFLOW_PORT)

explore: $(READY) ## look at what is published in a browser, until Ctrl-C (EXPLORER_PORT=8090)
	$(PYTHON) -m pipeline explore --port $(EXPLORER_PORT)

# Processes share the tests out by files, in the order of tests/conftest.py: those that take minutes first.
PYTEST := $(PYTHON) -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

test: $(READY) ## all tests, in two processes (TEST_PROCESSES=2)
	$(PYTEST) -m "not system" $(ARGS)

test-fast: $(READY) ## the tests that are not slow: without Airflow, and without children that load the model
	$(PYTEST) -m "not slow and not system" $(ARGS)

fast: $(FAST_READY) ## build the optional accelerator: the same rows, sooner (needs a C compiler; 5 minutes)
	nice $(PYTHON) -m tools.accelerator $(ARGS)

setup-system: $(SYSTEM_READY) ## beside, what several machines on this one need (Linux on x86-64)

test-system: $(SYSTEM_READY) $(FAST_READY) ## what needs a prepared machine (Linux, root): a cluster on this one; Chromium; a C compiler
	$(PYTEST) -m system tests/system $(ARGS)

pictures: $(SYSTEM_READY) ## make the pictures of docs/images anew, in Chromium
	PYTHONPATH=.:tests $(PYTHON) -m tests.system.test_explorer

cluster: $(SYSTEM_READY) ## bring the same up, run the sample's days by it, compare, take it down
	$(PYTHON) -m deploy.cluster try

cluster-archive: $(SYSTEM_READY) ## `make archive`, then the same days by two Celery workers, compared (CORPORA=../shared/data)
	nice $(PYTHON) -m benchmarks.archive $(CORPORA) --cluster $(ARGS)

cluster-faults: $(SYSTEM_READY) ## the same, disturbed in each of some ways (FAULTS="redis s3-away"; 40 minutes for all)
	$(PYTHON) -m deploy.cluster faults $(FAULTS)

golden: $(READY) ## write tests/golden anew: what is made of every article of the sample
	$(PYTHON) tests/golden/write.py

api: $(READY) ## write docs/public-api.txt, the list of what is public, from the code
	NEWSTABLES_ACCELERATOR=off $(PYTHON) -m tests.public_api > docs/public-api.txt.new && mv docs/public-api.txt.new docs/public-api.txt

fuzz: $(READY) ## files of all formats, mutilated at random (FUZZ=20000 a format, FUZZ_SECONDS=3600 in all)
	nice $(PYTHON) tests/ingest/formats/mutilation.py $(FUZZ) $(FUZZ_SECONDS) $(ARGS)

faults: $(READY) ## kill the stages 120 times at random moments, run them again, compare all bytes (ARGS='--seed 2')
	nice $(PYTHON) -m benchmarks.faults $(ARGS)

lint: $(READY) ## ruff and mypy
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

bench: $(READY) ## whole runs against bare ones, with their targets; ten minutes (CORPORA as below: on web news and Reuters)
	$(PYTHON) -m benchmarks.speed $(if $(CORPORA),--corpora $(CORPORA)) $(ARGS)
	$(if $(CORPORA),$(PYTHON) -m benchmarks.parts --articles $(CORPORA)/corpora/pool/pool.jsonl.gz)

bench-more: $(READY) ## how memory grows with articles, and ingest against a bare loop (CORPORA as below)
	$(PYTHON) -m benchmarks.throughput $(if $(CORPORA),--articles $(CORPORA)/corpora/reuters21578.jsonl.gz) $(ARGS)
	$(PYTHON) -m benchmarks.ingest $(CORPORA)

bench-desk: $(READY) ## the explorer over a simulated year, with its targets; ten minutes (ARGS='--articles 10000')
	$(PYTHON) -m benchmarks.desk $(ARGS)

growth: $(READY) ## what one more night costs in archives of 10,000 to a million articles (10 minutes of CPU)
	nice $(PYTHON) -m benchmarks.growth $(ARGS)

linear: $(READY) ## CPU time a character at 10,000 to 160,000 characters, for texts of all odd kinds
	$(PYTHON) -m benchmarks.linear $(ARGS)

eval: $(READY) ## precision, recall and F1 on the gold (CORPORA=../shared/data adds the corpora there)
	$(PYTHON) -m quality $(if $(CORPORA),--corpora $(CORPORA)) $(ARGS)

history: $(READY) ## measure the commit that is checked out: a line in benchmarks/history.jsonl, and its chart
	@mkdir -p build
	$(PYTHON) -m benchmarks.history --check
	$(PYTHON) -m quality --json build/quality.json
	$(PYTHON) -m benchmarks.throughput --no-growth --json build/speed.json $(ARGS)
	$(PYTHON) -m benchmarks.history build/quality.json build/speed.json

sources: $(READY) ## how right ingest is: formats, pages, near-duplicates (CORPORA=../shared/data)
	$(PYTHON) -m benchmarks.sources $(CORPORA) $(ARGS)

archive: $(READY) ## Reuters-21578 backfilled by Airflow over its 237 days, and checked (CORPORA=../shared/data)
	nice $(PYTHON) -m benchmarks.archive $(CORPORA) $(ARGS)

docs: $(READY) ## write docs/tables.md, docs/sources.md and settings.toml from the code
	$(PYTHON) -m schemas.codebook > docs/tables.md.new && mv docs/tables.md.new docs/tables.md
	$(PYTHON) -m pipeline.ingest.codebook > docs/sources.md.new && mv docs/sources.md.new docs/sources.md
	$(PYTHON) -m pipeline.settings > settings.toml.new && mv settings.toml.new settings.toml

docs-site: $(READY) ## a site of README.md and docs/ in build/site, its links checked; needs no web
	rm -rf build/site
	$(PYTHON) -m sphinx --builder html --fail-on-warning --keep-going --fresh-env --quiet \
		--conf-dir docs --doctree-dir build/doctrees . build/site
	@echo "open build/site/index.html"

new-source: $(READY) ## write a source that works, to be filled in, with its test (NAME=wire_photos)
	$(PYTHON) -m tools.skeleton source $(or $(NAME),$(error name it: make new-source NAME=wire_photos))

new-table: $(READY) ## write a derived table that works, to be filled in, with its test (NAME=outlet_days)
	$(PYTHON) -m tools.skeleton table $(or $(NAME),$(error name it: make new-table NAME=outlet_days))

changelog: $(READY) ## fold the fragments of changelog.d into CHANGELOG.md (VERSION=0.2.0)
	$(PYTHON) -m tools.changelog $(or $(VERSION),$(error name the version: make changelog VERSION=0.2.0))

# What is locked stays as it is unless pyproject.toml asks for something else; ARGS=--upgrade renews it.
LOCK := $(VENV)/bin/uv pip compile --quiet --no-header --universal --python-version 3.12 --generate-hashes

lock: $(READY) ## make the exact locks, requirements*.txt, from pyproject.toml
	$(LOCK) $(ARGS) pyproject.toml -o requirements.txt
	$(LOCK) $(ARGS) --group dev -c requirements.txt -o requirements-dev.txt
	$(LOCK) $(ARGS) --group workers -c requirements.txt -c requirements-dev.txt -o requirements-workers.txt
	$(LOCK) $(ARGS) --group system -c requirements.txt -c requirements-dev.txt -c requirements-workers.txt \
		-o requirements-system.txt
	$(LOCK) $(ARGS) --group fast -c requirements.txt -c requirements-dev.txt -o requirements-fast.txt
	@for part in ":runs" "-dev:tests and lint need beside requirements.txt" \
		"-workers:Celery's workers need beside requirements.txt" \
		"-system:make test-system and make cluster need beside the others" \
		"-fast:make fast needs beside a C compiler"; do \
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
	@rm -rf newstables.egg-info # what the build leaves would name all entry points a second time
	$(PYTHON) -m compileall -q -j 0 $(VENV)/lib pipeline schemas || true # a template of a library need not compile
	@touch $@

$(FAST_READY): $(READY) requirements-fast.txt
	$(VENV)/bin/uv pip install --python $(PYTHON) --require-hashes -r requirements.txt -r requirements-dev.txt \
		-r requirements-fast.txt
	@touch $@

$(SYSTEM_READY): $(READY) requirements-system.txt
	$(VENV)/bin/uv pip install --python $(PYTHON) --require-hashes -r requirements.txt -r requirements-dev.txt \
		-r requirements-system.txt
	@touch $@
