# `make refresh` does everything from a bare machine; `make test` runs every check.

PYTHON ?= python3.11
VENV ?= .venv
BIN := $(abspath $(VENV))/bin
export XDREC_HOME ?= $(abspath data)
export DAGSTER_HOME ?= $(XDREC_HOME)/dagster
export DO_NOT_TRACK = 1
SAMPLE := $(XDREC_HOME)/landing/sample

.PHONY: help reprocess set-apart history refresh sample food-kitchen movielens test faults verify ui serve clean

help:  ## show what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1	/' | expand -t 16

refresh: $(VENV)/ready $(if $(XDREC_PLATFORMS),,sample)  ## bring everything up to date: landed files to recommendations
	@$(BIN)/python -m xdrec_assets.refresh

sample: $(VENV)/ready  ## lay out the simulated logs of four platforms (DAYS=43 for one day more)
	@$(BIN)/python -m xdrec_assets.sample --landing $(SAMPLE) --days $(or $(DAYS),42)

food-kitchen: $(VENV)/ready  ## the real Amazon Food and Kitchen logs below DATA=folder, fourteen years
	@XDREC_PLATFORMS=xdrec_assets/platforms/amazon_food_kitchen XDREC_LANDING=$(DATA) $(BIN)/python -m xdrec_assets.refresh

movielens: $(VENV)/ready  ## MovieLens-100K below DATA=folder, with plots, casts and its part of Freebase
	@XDREC_PLATFORMS=xdrec_assets/platforms/movielens_100k XDREC_LANDING=$(DATA) $(BIN)/python -m xdrec_assets.refresh

reprocess: $(VENV)/ready  ## read and clean again what was set apart, after a fix (PLATFORM=shop, ARGS="--from 2026-01-05")
	@$(BIN)/python -m xdrec_assets.reprocess --platform $(or $(PLATFORM),$(error name a platform, as in: make $@ PLATFORM=shop)) $(ARGS)

set-apart: $(VENV)/ready  ## show what was set apart, with the raw lines (PLATFORM=shop, ARGS="--from 2026-01-05")
	@$(BIN)/python -m xdrec_assets.set_apart --platform $(or $(PLATFORM),$(error name a platform, as in: make $@ PLATFORM=shop)) $(ARGS)

history: $(VENV)/ready  ## show which run, code and inputs made each version of a table (TABLE=joined/items)
	@$(BIN)/python -m xdrec_assets.history --table $(or $(TABLE),$(error name a table, as in: make $@ TABLE=joined/items)) $(ARGS)

test: $(VENV)/ready  ## every check: format, lint, types, import contracts, SQL, definitions, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sqlfluff lint --processes 1 sql xdrec_assets
	env -u DAGSTER_HOME $(BIN)/dagster definitions validate -m xdrec_assets.definitions --log-level warning
	$(BIN)/pytest -n 2 --dist loadfile

faults: $(VENV)/ready  ## the fault suite in full: 500 kills, races, flipped bits, bad input
	XDREC_FAULTS=full $(BIN)/pytest -s tests/faults

verify: $(VENV)/ready  ## read every stored file again and compare its checksum
	@$(BIN)/python -m xdrec_assets.verify

ui: $(VENV)/ready $(DAGSTER_HOME)/dagster.yaml  ## the web UI on http://127.0.0.1:3000, read-only
	@$(BIN)/dagster-webserver -m xdrec_assets.definitions -h 127.0.0.1 -p 3000 --read-only

serve: $(VENV)/ready $(DAGSTER_HOME)/dagster.yaml  ## the web UI with schedules and sensors at work (loopback, no login: see the README)
	@$(BIN)/dagster dev -m xdrec_assets.definitions -h 127.0.0.1 -p 3000

clean:  ## remove everything that was made: tables, models, reports, history (landing areas of your own stay)
	rm -rf data

$(VENV)/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

$(DAGSTER_HOME)/dagster.yaml:
	@mkdir -p $(DAGSTER_HOME)
	@printf 'telemetry:\n  enabled: false\nnux:\n  enabled: false\n' > $@
	@$(BIN)/dagster instance info > /dev/null
