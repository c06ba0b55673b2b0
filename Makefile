# make demo    three scenarios of the Eurasian world, compared, and a page of them
# make test    style, types, layers, and every test on every Python (3.11, 3.12) that is here
# make lint    the first three of these
# make scenarios   the 48 questions of the documents at 1,000 replicates, answered in docs/scenarios.md
# make reports  the reports of three studies, and their pictures in docs/pictures
# make bench   how fast, how large
# make clean   removes environments, caches of tools and the demo's run; compiled kernels stay in the user's cache folder
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.PHONY: demo test lint scenarios reports bench clean

demo:
	@tools/environment .venv report 3.11 3.12
	@tools/demo

test:
	@tools/test

lint:
	@tools/lint

# ARGS="ensemble.replicates=100" for a look
scenarios:
	@tools/environment .venv "" 3.11 3.12
	@.venv/bin/python tools/scenarios.py $(ARGS)

# REPLICATES=100 for a look
reports:
	@tools/environment .venv test,lint,all 3.11 3.12
	@tools/reports

bench:
	@tools/environment .venv test,lint,all 3.11 3.12
	@.venv/bin/python -m benchmarks

clean:
	@rm -rf .venv .venv-3.11 .venv-3.12 runs/demo .coverage htmlcov .pytest_cache .mypy_cache .ruff_cache \
	  .import_linter_cache .hypothesis
	@find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
