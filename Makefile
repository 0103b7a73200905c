# The desk from a terminal. Needs Python 3.11 or newer and make; `make help` lists what there is.

PYTHON := $(or $(PYTHON),$(firstword $(foreach candidate,python3 python3.14 python3.13 python3.12 python3.11,\
  $(shell $(candidate) -c 'import sys; sys.version_info >= (3, 11) and print("$(candidate)")' 2>/dev/null))))
SHELL := /bin/sh
BIN := .venv/bin
INSTALL := $(BIN)/uv pip install -q -p $(BIN)/python --require-hashes
LOCK := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command 'make lock'
WORDS := $(wildcard locale/*/LC_MESSAGES/django.po)
ASSETS := $(wildcard static/*.mjs static/icons.txt static/img/*) $(shell find static/css static/js templates -type f 2>/dev/null)
# Where a proxy signs the connections anew, its certificate is in the system's store.
export UV_SYSTEM_CERTS := 1

.PHONY: help run test lint format types check lock words bench bench-scale soak reset clean
.DEFAULT_GOAL := help

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*##/\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: export HELPDESK_DEMO := $(or $(HELPDESK_DEMO),1)
run: .venv/run.stamp static/dist/app.css .venv/words.stamp  ## the demo desk on http://127.0.0.1:8000 (PORT=…), all of it; RELOAD=1 follows the code
	@exec $(BIN)/python manage.py dev --with-parent $(if $(RELOAD),--reload)

test: .venv/dev.stamp static/dist/app.css .venv/words.stamp .venv/system.stamp  ## the whole suite, on real servers and a real browser; ARGS="-k reply"
	$(BIN)/python -m pytest -q $(ARGS)

lint: .venv/dev.stamp  ## style of Python and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2 --check

format: .venv/dev.stamp  ## put the style right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find templates -name '*.html' -print0 | xargs -0 -r $(BIN)/djade --target-version 5.2

types: .venv/dev.stamp  ## mypy
	$(BIN)/mypy

check: .venv/dev.stamp static/dist/app.css .venv/words.stamp  ## migrations are complete, production settings are safe
	$(BIN)/python manage.py makemigrations --check --dry-run
	env -i PATH="$$PATH" HELPDESK_PROFILE=production SITE_URL=https://help.example.com \
	  SECRET_KEY=a-stand-in-that-only-this-check-ever-sees-0123456789 METRICS_TOKEN=a-stand-in-that-only-this-check-ever-sees \
	  DATABASE_URL=postgresql://nobody@localhost/none REDIS_URL=redis://localhost/0 \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

lock: .venv/bin/uv  ## write requirements/*.txt anew; UPGRADE=1 takes newer versions
	$(LOCK) $(if $(UPGRADE),--upgrade) pyproject.toml --all-extras --group test --group lint -o requirements/dev.txt
	$(LOCK) -c requirements/dev.txt pyproject.toml --extra embedded -o requirements/run.txt
	$(LOCK) -c requirements/dev.txt pyproject.toml -o requirements/production.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --group node -o requirements/node.txt
	$(LOCK) $(if $(UPGRADE),--upgrade) --group installer -o requirements/installer.txt

words: .venv/dev.stamp  ## put the words of the code into locale/; then fill in what is empty there
	$(BIN)/python -m helpdesk.catalogues collect

bench: .venv/dev.stamp static/dist/app.css .venv/words.stamp  ## measure; writes bench/results.json
	$(BIN)/python -m bench

bench-scale: .venv/dev.stamp static/dist/app.css .venv/words.stamp  ## measure the pages on a large desk: N=1000000
	$(BIN)/python -m bench --tickets $(or $(N),1000000)

soak: .venv/dev.stamp static/dist/app.css .venv/words.stamp .venv/system.stamp  ## mail under kills, for MINUTES=25; prints an account (docs/reliability.md)
	$(BIN)/python -m tests.reliability.soak --seconds $$(( $(or $(MINUTES),25) * 60 )) \
	  --mails $(or $(MAILS),$$(( $(or $(MINUTES),25) * 800 ))) --kills $(or $(KILLS),$$(( $(or $(MINUTES),25) * 24 )))
	MANY=$(or $(MANY),10000) $(BIN)/python -m pytest -q tests/reliability/test_many.py

reset:  ## forget the data of the embedded services: the next run starts with a new demo desk
	-$(BIN)/python -m helpdesk.embedded stop
	rm -rf .runtime

clean: reset  ## and forget what was installed and built
	rm -rf .venv locale/*/LC_MESSAGES/*.mo static/node_modules static/dist staticfiles .mypy_cache .ruff_cache .pytest_cache

# ---- what the targets stand on

.venv/bin/uv: requirements/installer.txt
	@test -n "$(PYTHON)" || { \
	  echo "The help desk needs Python 3.11 or newer, and this machine's python3 is $$(python3 -V 2>&1)." >&2; \
	  echo "Install a newer one, or name it: make PYTHON=/path/to/python3.12 run" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { \
	  echo "Python could not make a virtual environment (Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/installer.txt
	@touch $@

.venv/run.stamp: requirements/run.txt | .venv/bin/uv
	test -e .venv/dev.stamp || $(INSTALL) -r $<
	@touch $@

.venv/dev.stamp: requirements/dev.txt | .venv/bin/uv
	$(INSTALL) -r $<
	@touch $@

# Node: the system's, where it is new enough; else from a wheel, into .venv.
static/node_modules/.stamp: static/package-lock.json | .venv/bin/uv
	@node -e 'process.exit(parseInt(process.versions.node) < 20)' 2>/dev/null && npm -v 2>/dev/null | grep -q '^[1-9][0-9]' \
	  || $(INSTALL) -r requirements/node.txt
	cd static && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --no-progress --no-update-notifier --loglevel=error
	@touch $@

static/dist/app.css: static/node_modules/.stamp $(ASSETS)
	cd static && PATH="$(CURDIR)/$(BIN):$$PATH" npm run -s build
	@touch $@

# The desk in other languages, as Django reads it.
.venv/words.stamp: $(WORDS) helpdesk/catalogues.py | .venv/run.stamp
	$(BIN)/python -m helpdesk.catalogues compile
	@touch $@

# A browser and an IMAP server, for the tests only.
.venv/system.stamp: | .venv/bin/uv
	@sh tests/system_packages.sh
	@touch $@
