# Fagtråd. `make` alone lists the commands. Each does its own set-up; all they need is Python 3.11 or newer.

PORT    ?= 8080
RESET   ?=
ARGS    ?=
WORKERS ?= auto

ready = venv=`sh scripts/setup.sh $(1)` && PATH="$$PWD/$$venv/bin:$$PATH"

.NOTPARALLEL:
.PHONY: help demo setup test check format lint types arrows texts texts-check bench locks picture clean

help:
	@echo "make demo     try it in a browser: http://127.0.0.1:8080   (PORT=8091 elsewhere, RESET=1 afresh)"
	@echo "make test     every test, on SQLite and PostgreSQL         (ARGS='-k cases')"
	@echo "make check    format, lint, types, import arrows, texts, then make test"
	@echo "make setup    prepare .venv for development"
	@echo "make format   put the code in the house's format"
	@echo "make bench    measure, against the raw driver"
	@echo "make picture  take docs/demo.png anew                      (needs Chromium)"
	@echo "make texts    collect the texts, and bring the translations up to date with them"
	@echo "make locks    remake requirements/ after a changed dependency  (needs uv)"

demo:
	@$(call ready,demo) && exec python -m bot demo --port $(PORT) $(if $(filter-out 0,$(RESET)),--reset)

setup:
	@sh scripts/setup.sh dev >/dev/null

test:
	@$(call ready,dev) && python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: lint types arrows texts-check
	@$(MAKE) --no-print-directory test

lint:
	@$(call ready,dev) && ruff format --check . && ruff check .

format:
	@$(call ready,dev) && ruff check --fix --quiet . ; ruff format .

types:
	@$(call ready,dev) && mypy

arrows:
	@$(call ready,dev) && python -m pytest -q tests/test_arrows.py tests/test_locks.py

# The template of all texts is remade from the code, and the catalogues of nynorsk and English are brought up to date
# with it. The check fails on a text that is not translated, and on a translation that is not right: see scripts/texts.py.
texts:
	@$(call ready,dev) && python scripts/texts.py

texts-check:
	@$(call ready,dev) && python scripts/texts.py --check

bench:
	@$(call ready,dev) && exec python -m benchmarks $(ARGS)

picture:
	@$(call ready,dev) && exec python scripts/picture.py

locks:
	@scripts/lock $(ARGS)

clean:
	rm -rf .venv-demo .venv-all .mypy_cache .ruff_cache .pytest_cache build dist *.egg-info
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
