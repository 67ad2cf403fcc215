# Every target sets up what it needs; a second run starts at once.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Caches stay beside the code, so that nothing depends on a home directory.
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export npm_config_cache := $(CURDIR)/.cache/npm
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help:  ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/run: requirements/run.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: requirements/dev.lock .venv/run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	@touch $@

# moto, a server that speaks S3: what it needs cannot be installed beside DBOS.
.venv-s3/.installed: requirements/s3.lock
	$(PYTHON) -m venv .venv-s3
	.venv-s3/bin/python -m pip install --quiet --require-hashes -r requirements/s3.lock
	@touch $@

tests/%/node_modules/.installed: tests/%/package-lock.json
	@if command -v npm >/dev/null; then cd tests/$* && npm ci --silent --no-audit --no-fund && touch node_modules/.installed; fi

.PHONY: demo
demo: .venv/run  ## Make a video from the two example frames: no account, nothing to set up
	@mkdir -p demo
	@$(BIN)/tweenbot make docs/examples/first.png docs/examples/last.png $(DEMO_PROMPT) --at embedded --resolution 480p -o demo/tween.mp4
DEMO_PROMPT := "dusk turns to night as the camera moves in on the lighthouse"

.PHONY: run
run: .venv/run  ## Run the bot; with nothing set, on this machine alone, with the embedded engine
	$(BIN)/tweenbot run

.PHONY: check
check: .venv/dev  ## Format, lint, types and the borders between the rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: test
test: .venv/dev .venv-s3/.installed tests/node/node_modules/.installed tests/browser/node_modules/.installed  ## All tests, WORKERS (3) at a time
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
WORKERS ?= 3

.PHONY: chaos
chaos: .venv/dev  ## 200 jobs while the bot is killed 60 times and all services misbehave; on SQLite, then on Postgres
	$(BIN)/python -m tests.chaos --jobs 200 --kills 60 --database sqlite
	$(BIN)/python -m tests.chaos --jobs 200 --kills 60 --database postgres --freezes 2

.PHONY: fuzz
fuzz: .venv/dev  ## 100,000 hostile images and 10,000 hostile videos through the code that opens them
	$(BIN)/python -m tests.fuzz --images 100000 --videos 10000

.PHONY: bench
bench: .venv/dev  ## The figures: the generator and the fal path, each beside the naive way; what durability costs; how true expected times are
	$(BIN)/python -m bench.generator
	$(BIN)/python -m bench.fal_path
	$(BIN)/python -m bench.durable
	$(BIN)/python -m bench.links
	$(BIN)/python -m bench.expectation
	$(BIN)/python -m bench.delivery

.PHONY: fix
fix: .venv/dev  ## Format, and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: lock
lock: .venv/dev  ## Pin the newest allowed versions, with hashes
	$(BIN)/uv pip compile pyproject.toml --extra engine --group build --upgrade $(LOCK) -o requirements/run.lock
	$(BIN)/uv pip compile pyproject.toml --extra engine --group build --group dev -c requirements/run.lock $(LOCK) -o requirements/dev.lock
	$(BIN)/uv pip compile requirements/s3.in --upgrade $(LOCK) -o requirements/s3.lock
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --custom-compile-command 'make lock'
