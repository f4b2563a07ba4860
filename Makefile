# Everything that a newcomer, a developer and CI need. Only Python 3.11+, make and git must exist.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := indexer recognizer detector_stub

.DEFAULT_GOAL := help
.PHONY: help install demo test check share dist image lock format benchmark mutants faults fuzz clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

install: $(VENV)/installed ## make .venv with ocrsearch and all that development needs

$(VENV)/light: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/installed: pyproject.toml | $(VENV)/light
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

$(VENV)/tests: pyproject.toml | $(VENV)/light
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

demo: $(VENV)/light ## install what reading needs, index the samples, run queries, draw what was found
	$(BIN)/ocrsearch demo

test: $(VENV)/tests ## run the fast tests, four of five, in a minute on two cores; without `make install`, those of training are skipped
	$(BIN)/pytest -n 2 --dist worksteal -m 'not slow and not thorough'

check: install ## what CI runs: format, lint, types, import contracts, all tests, branch coverage
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy docs/fetch_fonts.py packaging/*.py
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=
	$(BIN)/coverage report --skip-covered
	$(BIN)/coverage json --quiet -o .coverage.json
	$(BIN)/python -m tests.branch_coverage .coverage.json indexer=90 detector_stub=90

share: install ## make the manual page and the completions of shells anew from the commands
	$(BIN)/python packaging/make_share.py

dist: $(VENV)/light ## build wheel and sdist into dist/, twice, and compare byte for byte
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dist]'
	$(BIN)/python packaging/build_dist.py

image: dist ## build the container image with buildah and try it; says so where buildah is missing
	packaging/build_image.sh

lock: $(VENV)/light ## newest versions of all that reading needs into packaging/requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dist]'
	$(BIN)/uv pip compile --quiet --no-config --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
		--no-header --no-emit-index-url pyproject.toml --output-file packaging/requirements.lock

format: install ## format and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmark: install ## query latency on a synthetic catalog of 10,000 photos
	$(BIN)/python benchmarks/query_speed.py

mutants: install ## break each promise in a copy of the code: some test must notice; a quarter of an hour
	$(BIN)/python -m tests.mutants.run --seed 1 --count 36

faults: install ## the long fault suite: kills, full disks, power cuts, a burst; takes half an hour
	$(BIN)/python -m tests.faults.run --seed 1 --operations 1000 --kills 100
	$(BIN)/python -m tests.faults.cuts
	$(BIN)/python -m tests.faults.burst

fuzz: install ## odd input of every kind for an hour: each ends in success or in a clear error
	$(BIN)/python -W ignore -m tests.fuzz.run --minutes 60

clean: ## remove the environment and caches
	rm -rf $(VENV) *.egg-info .mypy_cache .ruff_cache .pytest_cache .coverage*
