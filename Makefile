# One command for each thing. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
DATA ?= data
WORKERS ?= 2

.PHONY: help up test lint fmt bench eval assets messages clean

help: ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

node_modules/.installed: package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch $@

src/zhenshu/static/vendor/manifest.json: node_modules/.installed $(wildcard scripts/build_assets.*)
	npm run --silent build

assets: src/zhenshu/static/vendor/manifest.json ## build the front-end parts from npm

messages: .venv/installed ## compile the message catalogues
	@$(BIN)/python scripts/messages.py compile

up: .venv/installed assets messages ## install, migrate, build the demo township, serve
	$(BIN)/zhenshu up --data $(DATA) --port $(PORT)

test: .venv/installed assets messages ## the whole suite, on the database of ZHENSHU_DATABASE_URL (default SQLite)
	$(BIN)/pytest -q -n $(WORKERS) --dist loadgroup

lint: .venv/installed messages ## style, types, import directions, sizes, catalogues, the table of systems
	$(BIN)/ruff check src tests bench scripts
	$(BIN)/ruff format --check src tests bench scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/sizes.py
	$(BIN)/python scripts/messages.py check
	$(BIN)/python scripts/systems.py

fmt: .venv/installed ## bring the code into shape
	$(BIN)/ruff check --fix --quiet src tests bench scripts || true
	$(BIN)/ruff format --quiet src tests bench scripts

bench: .venv/installed assets messages ## measure every speed claim and print figures and ratios
	$(BIN)/python bench/run.py

eval: .venv/installed ## score the reading of reports against hand labels
	$(BIN)/python scripts/eval.py

clean: ## remove what was built (never the data folder)
	rm -rf .venv node_modules src/zhenshu/static/vendor dist .mypy_cache .ruff_cache .pytest_cache
