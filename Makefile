# Everything a newcomer types. Needs Python 3.11 or 3.12 with venv; nothing outside the checkout and the temporary folder is written to.
SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python
STAMP := .venv/ready
SPREAD := -n $(or $(WORKERS),2) --dist worksteal
BRIEF := not faults and not thorough and not chart
export PYTHONPYCACHEPREFIX := $(CURDIR)/.cache/bytecode
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export HYPOTHESIS_STORAGE_DIRECTORY := .cache/hypothesis

.PHONY: help setup demo test districts coverage unit browser tour thorough check chart bench faults lock clean

help: ## This list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

setup: $(STAMP) ## The environment in .venv, from the locked, hashed requirements

$(STAMP): requirements-dev.lock
	@interpreter=$$(sh deploy/interpreter.sh) || exit 2; \
	echo "setting up .venv with $$interpreter"; \
	rm -rf .venv && "$$interpreter" -m venv .venv && PYTHONPYCACHEPREFIX= $(PYTHON) -m pip install --quiet --no-cache-dir --require-hashes -r requirements-dev.lock && touch $(STAMP)

demo: $(STAMP) ## A fictional district plays one school day and keeps serving (ONCE=1: plays it and exits)
	@$(PYTHON) -m district demo $(if $(ONCE),--once)

test: $(STAMP) ## Every test but those of whole districts, two at a time (WORKERS=4: four)
	@$(PYTHON) -m pytest $(SPREAD) -m '$(BRIEF) and not districts'

districts: $(STAMP) ## The tests that start whole services, districts or a browser, in about ten minutes
	@$(PYTHON) -m pytest $(SPREAD) -m '$(BRIEF) and districts'

coverage: $(STAMP) ## Both at once, and which lines they run, held above a floor (kills of whole processes: make faults)
	@mkdir -p .cache/coverage && rm -f .cache/coverage/data*
	@$(PYTHON) -m coverage run -m pytest $(SPREAD)
	@$(PYTHON) -m coverage combine --quiet
	@$(PYTHON) -m coverage json --quiet
	@$(PYTHON) -m tests.coverage_floor .cache/coverage/report.json

unit: $(STAMP) ## The tests without servers, sockets and processes, in about a minute; reaching outside is an error
	@$(PYTHON) -m pytest --unit $(SPREAD)

browser: $(STAMP) ## The pages in a real Chromium (FULL=1: every page in every width and colours)
	@sh deploy/browser.sh >/dev/null
	@BROWSER_FULL=$(FULL) $(PYTHON) -m pytest -m browser

tour: $(STAMP) ## The pictures of docs/tour.md, made from a played demonstration, into .cache/tour
	@sh deploy/browser.sh >/dev/null
	@mkdir -p .cache/tour
	@TOUR=.cache/tour $(PYTHON) -m pytest -m thorough tests/browser/test_tour.py

thorough: $(STAMP) ## What the tests try briefly, in full: thousands of damaged exports
	@$(PYTHON) -m pytest -m thorough

check: $(STAMP) ## Format, lint, types, import contracts
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache

CHART := .cache/chart
$(CHART)/ready: $(STAMP) requirements-chart.lock
	@rm -rf $(CHART) && $(PYTHON) -m pip install --quiet --no-cache-dir --require-hashes --target $(CHART) -r requirements-chart.lock && touch $@

chart: $(CHART)/ready ## The Helm chart, rendered by Helm itself, and every manifest against the schemas of Kubernetes
	@PYTHONPATH=$(CHART) $(PYTHON) -m pytest -m chart tests/chart

bench: $(STAMP) ## The benchmark table, side by side with a peer
	@$(PYTHON) -m bench

faults: $(STAMP) ## Kills and outages under load (RUNS=60, SEED=1; WITHOUT="test_standby": all but these)
	@FAULTS_RUNS=$(or $(RUNS),60) FAULTS_SEED=$(or $(SEED),1) $(PYTHON) -m pytest -m faults --timeout 1500 $(if $(WITHOUT),-k "not ($(WITHOUT))") tests/faults

lock: $(STAMP) ## Write the lock files again
	@for each in requirements requirements-dev requirements-chart; do .venv/bin/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --strip-extras --no-header --allow-unsafe -o $$each.lock $$each.in; done

clean: ## Removes environment, caches and the demonstration's data
	@rm -rf .venv .cache .tanggap
