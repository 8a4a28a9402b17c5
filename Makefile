# The two commands are `make run` and `make test`; the rest are parts of them or serve the people who change the code.
# Every recipe is one script that a person can also run alone.
PYTHON ?= python3
VENV := .venv/bin

.PHONY: help setup run test test-fast nightly locks messages format

help:
	@echo "make run        set up, load the example city into an empty database, serve the workbench (PORT, LIANZHANG_HOME)"
	@echo "make test       set up and run everything that must pass, on SQLite and PostgreSQL, with the browser journeys"
	@echo "make setup      only set up .venv"
	@echo "make test-fast  lint, types and the quick tests on SQLite: not a full pass"
	@echo "make nightly    the long run: deep property tests, a million permission probes, soak"
	@echo "make messages   collect the words on screen and compile the catalogues"
	@echo "make locks      renew the lock files"
	@echo "make format     format the code"

setup:
	@$(PYTHON) scripts/setup.py

run:
	@$(PYTHON) scripts/setup.py
	@exec $(VENV)/lianzhang run

test:
	@$(PYTHON) scripts/setup.py --dev
	@$(VENV)/python scripts/suite.py full

test-fast:
	@$(PYTHON) scripts/setup.py --dev
	@$(VENV)/python scripts/suite.py fast

nightly:
	@$(PYTHON) scripts/setup.py --dev
	@$(VENV)/python scripts/suite.py nightly

locks:
	@$(PYTHON) scripts/locks.py $(UPGRADE)

messages:
	@$(PYTHON) scripts/setup.py --dev
	@$(VENV)/python scripts/messages.py

format:
	@$(PYTHON) scripts/setup.py --dev
	@$(VENV)/ruff format src tests scripts benchmarks
	@$(VENV)/ruff check --fix src tests scripts benchmarks
