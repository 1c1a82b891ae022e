# Set-up and the main commands, with nothing but Python 3.11+, git and make: `make run`, `make test`, `make lint`.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.PHONY: run test golden commands torture bench bench-scale results docs setup lint format clean

run: setup
	$(VENV)/bin/python -m inn_experiments

test: setup
	$(VENV)/bin/python -m pytest -n auto --dist loadfile

# Numbers, samples and weights of short cells, bit for bit as recorded (on the kind of machine that recorded them).
golden: setup
	$(VENV)/bin/python -m pytest -m slow tests/test_golden.py

# Every command of README and docs, in its short form, in a fresh copy of the project; about half an hour.
commands: setup
	$(VENV)/bin/python scripts/run_docs.py $(COMMANDS)

# Every benchmark, peers in .venv-peers among them; writes docs/results/benchmark.md in about ten minutes.
bench: setup
	$(VENV)/bin/python scripts/bench.py

# The same, and tables of 300,000 and 400,000 rows.
bench-scale: setup
	$(VENV)/bin/python scripts/bench.py --scale

# Odd and damaged tables, killed sweeps, several writers, full disks, damaged outputs: hours; writes
# docs/results/torture.md. With --work FOLDER it goes on where it was; the short form writes no page of the project:
# make torture TORTURE='--short --to torture.md'
torture: setup
	$(VENV)/bin/python scripts/torture_all.py $(TORTURE)

# Every page below docs/results, as scripts/results.toml lists them: many hours; a second start goes on where
# it was. Some of them: make results RESULTS='score paper_grid'; a table of them: make results RESULTS=--list
results: setup
	$(VENV)/bin/python scripts/results.py $(RESULTS)

# README and docs as a site in site/; a warning is an error.
docs: setup
	$(VENV)/bin/python -m sphinx --quiet --fail-on-warning --keep-going -c docs . site

lint: setup
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

format: setup
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

clean:
	rm -rf $(VENV) .venv-peers site
