# Everything a person runs. From nothing but Python 3.11+, git and make: `make demo`, `make test`.

PORT ?= 8000
ARGS ?=
WHICH ?= race
export PORT PYTHON

WITH_PYTHON = @sh backend/setup/python.sh
IN_VENV = @.venv/bin/python
LOCK = .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-header --no-annotate --quiet

.DEFAULT_GOAL := help
.PHONY: help demo demo-reset setup setup-dev messages test lint format types contracts migrations-check fuzz bench campaign lock clean

help: ## List every target
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Start the demonstration and open it (PORT=8000)
	$(WITH_PYTHON) -m backend.setup.demo --check-port --port "$$PORT"
	@$(MAKE) --no-print-directory setup
	@exec .venv/bin/python -m backend.setup.demo --port "$$PORT" # exec: what stops make stops it

demo-reset: ## Forget what was done in the demonstration; the next `make demo` begins afresh
	@rm -f var/demo.sqlite3 var/demo.sqlite3-wal var/demo.sqlite3-shm var/demo-stripe.state

setup: ## Make .venv, node_modules and the compiled messages ready to run
	$(WITH_PYTHON) -m backend.setup.install run
	$(IN_VENV) -m backend.setup.messages

setup-dev: ## The same, with what tests and checks need
	$(WITH_PYTHON) -m backend.setup.install dev
	$(IN_VENV) -m backend.setup.messages

messages: setup ## Compile the French and English messages

test: setup-dev ## Run every test that this machine can run, on SQLite, then PostgreSQL, then in Chromium (ARGS="-k word")
	$(IN_VENV) -m backend.setup.suite $(ARGS)

lint: setup-dev ## Check style and layout of the code
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m ruff format --check .

format: setup-dev ## Lay the code out, and mend what can be mended safely
	$(IN_VENV) -m ruff check --fix .
	$(IN_VENV) -m ruff format .

types: setup-dev ## Check the types of the domain
	$(IN_VENV) -m mypy

contracts: setup-dev ## Check who imports whom
	@.venv/bin/lint-imports --no-cache

migrations-check: setup-dev ## Check that no model changed without its migration
	$(IN_VENV) manage.py makemigrations --check --dry-run

fuzz: setup-dev ## Send the API 1,000 odd requests as each persona (ARGS="--cases 100 --persona mechanic")
	$(IN_VENV) -m tests.api.fuzz $(ARGS)

bench: setup-dev ## Measure slots beside a peer, growth, and load over HTTP (ARGS="slots --quick")
	$(IN_VENV) -m tests.bench $(ARGS)

campaign: setup-dev ## Try at length what must never break (WHICH=race, timetable, oracle, payments or books; ARGS="--count 100")
	$(IN_VENV) -m tests.campaigns $(WHICH) $(ARGS)

lock: setup ## Choose the versions again, after a change in pyproject.toml
	@$(LOCK) --group setup --group dev --output-file requirements-dev.lock
	@$(LOCK) --group setup --constraints requirements-dev.lock --output-file requirements.lock
	@.venv/bin/npm install --package-lock-only --ignore-scripts --no-audit --no-fund

clean: ## Remove what set-up and runs made, but no data: .venv, node_modules, caches, compiled messages, static files
	@rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .schemathesis
	@rm -rf .coverage .coverage.* htmlcov var/static var/log
	@find locale -name '*.mo' -delete 2>/dev/null || true
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
