# Safeguard on your own machine. `make demo` and `make test` need Python 3.11 or newer and make, nothing else.

UV := $(shell command -v uv || echo .tools/bin/uv)
PYTHON := .venv/bin/python
# What the demo needs beside the application. --inexact keeps what the tests and checks have installed.
INSTALL := sync --quiet --frozen --inexact --no-default-groups

.PHONY: install demo

install: $(filter .tools/bin/uv,$(UV))
	@$(UV) $(INSTALL) --group embedded

.tools/bin/uv:
	@echo "Installing uv into .tools ..."
	@python3 -m venv .tools || { echo "Python's venv module is missing. Install it (Debian: apt install python3-venv) and try again."; exit 1; }
	@.tools/bin/pip install --quiet uv

# PORT=8001, SAFEGUARD_DATA_DIR=folder and FRESH=1 (start over) may be given, as variables or in the environment.
demo: export PORT := $(PORT)
demo: export SAFEGUARD_DATA_DIR := $(SAFEGUARD_DATA_DIR)
demo: export FRESH := $(FRESH)
demo: install
	@exec $(PYTHON) -m safeguard.management.demo

# --- Tests, checks and measurements -----------------------------------------------------------------
# Each of these installs what it needs first. The tests start servers of their own: a running demo is left alone.

.PHONY: install-dev test proof bench bench-matching chaos check fmt openapi guide assets
.PHONY: check-style check-types check-imports check-rules check-templates check-migrations check-lock check-supply

install-dev: $(filter .tools/bin/uv,$(UV))
	@$(UV) $(INSTALL) --group dev

# TESTS=tests/agencies runs a part.
test: install-dev
	@$(PYTHON) -m tools.run_tests $(TESTS)

# The long proofs, too slow for every change.
proof: install-dev
	@$(PYTHON) -m tools.proof

bench: install-dev
	@for program in bench/[a-z]*.py; do \
		[ -e "$$program" ] || { echo "There is no benchmark yet."; break; }; \
		module=$$(basename "$$program" .py); echo "== $$module"; $(PYTHON) -m "bench.$$module" || exit 1; \
	done

# SCALE=1000000 for the full register; 100,000 children otherwise.
bench-matching: install-dev
	@$(PYTHON) -m bench.matching

# Reminders while worker, beat and broker are killed, and the same for a task that only the queue holds.
chaos: install-dev
	@$(PYTHON) -m tools.chaos

# `make -k check` goes on after the first that fails.
check: check-style check-types check-imports check-rules check-templates check-migrations check-lock check-supply

check-style: install-dev
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

check-types: install-dev
	@$(PYTHON) -m mypy .

check-imports: install-dev
	@.venv/bin/lint-imports --no-cache --no-logo

check-rules: install-dev
	@$(PYTHON) -m tools.house_rules
	@$(PYTHON) -m tools.sizes

check-templates: install-dev
	@$(PYTHON) -m djlint templates --lint --quiet

# Without a database there is no history to compare with: only that one warning is silenced.
check-migrations: install-dev
	@$(PYTHON) -W "ignore:Got an error checking a consistent migration history" manage.py makemigrations --check --dry-run

check-lock: install-dev
	@$(UV) lock --check --quiet
	@$(PYTHON) -m tools.lock_check

# What production installs: its licences, known weaknesses, and the bill of materials in build/sbom.json.
check-supply: install-dev
	@mkdir -p build
	@$(UV) export --quiet --frozen --no-default-groups --no-emit-project --output-file build/requirements.txt
	@$(PYTHON) -m tools.licences
	@PATH=".venv/bin:$$PATH" $(PYTHON) -m tools.vulnerabilities build/requirements.txt
	@.venv/bin/cyclonedx-py requirements build/requirements.txt --output-format JSON --output-file build/sbom.json 2>/dev/null
	@echo "bill of materials: build/sbom.json"

fmt: install-dev
	@$(PYTHON) -m ruff check --fix --quiet . || true
	@$(PYTHON) -m ruff format .

# The description of the interface for programs, which a test compares with the code.
openapi: install-dev
	@$(PYTHON) manage.py spectacular --fail-on-warn --file docs/openapi.yaml

# The pictures in docs/guide, taken on the way that the guides' tests walk.
guide: install-dev
	@mkdir -p docs/guide/images
	@GUIDE_PICTURES=docs/guide/images $(PYTHON) -m pytest -n 0 -q tests/e2e/test_guide.py

# Needs Node 20 or newer. The outputs are committed, so nobody else does.
assets:
	@cd frontend && npm ci && npm run build
