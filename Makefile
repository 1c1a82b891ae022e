# Set-up and the two main commands, with nothing but Python 3.11+, git and make: `make run`, `make test`.
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready

.PHONY: run test setup lint clean

run: setup
	$(VENV)/bin/python -m inn_experiments

test: setup
	$(VENV)/bin/python -m pytest -n auto --dist loadfile

lint: setup
	$(VENV)/bin/ruff check .

setup: $(READY)

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

clean:
	rm -rf $(VENV)
