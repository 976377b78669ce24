# Every target sets up what it needs, once; again when the dependencies change.
PYTHON ?= python3
VENV := .venv
OLDEST := .venv-oldest
BIN := $(VENV)/bin
WORKERS ?= 2
DEPENDENCIES := pyproject.toml Makefile

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-oldest lint tables bench clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: $(VENV)/demo.stamp ## run the main policies on real test days and write the report
	$(BIN)/plantgym demo

test: $(VENV)/dev.stamp ## run the tests
	$(BIN)/pytest -n $(WORKERS)

test-slow: $(VENV)/dev.stamp ## run the slow tests
	$(BIN)/pytest -n $(WORKERS) -m slow

test-oldest: $(OLDEST)/test.stamp ## run the conformance tests with the oldest dependencies
	$(OLDEST)/bin/pytest -n $(WORKERS) -m conformance

lint: $(VENV)/dev.stamp ## check style, types and layers
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports --no-cache

tables: $(VENV)/dev.stamp ## write tables and pictures of the documents from docs/results
	$(BIN)/python -m plantgym.benchmarks.doc_tables
	$(BIN)/plantgym leaderboard

bench: $(VENV)/demo.stamp ## measure the speed
	$(BIN)/plantgym bench

clean: ## remove environments, caches and builds
	rm -rf $(VENV) $(OLDEST) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	    .import_linter_cache build dist *.egg-info .coverage* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python $(OLDEST)/bin/python:
	$(PYTHON) -m venv $(@:/bin/python=)

$(VENV)/demo.stamp: constraints.txt $(DEPENDENCIES) | $(VENV)/bin/python
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	touch $@

$(VENV)/dev.stamp: constraints.txt $(DEPENDENCIES) | $(VENV)/bin/python
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[all,dev]'
	touch $@ $(VENV)/demo.stamp

$(OLDEST)/test.stamp: constraints-oldest.txt $(DEPENDENCIES) | $(OLDEST)/bin/python
	$(OLDEST)/bin/pip install --quiet --constraint constraints-oldest.txt --editable '.[all,test]'
	touch $@
