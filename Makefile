# The commands of the workshop; `make help` tells them.

VENV := .venv
BIN := $(VENV)/bin
QUIETLY := --quiet --disable-pip-version-check
SET_UP := $(VENV)/.set-up
IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

# Where nothing compiled is kept, each worker compiles all modules of tests anew, and each service in a process all of its own.
TESTS := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 2 --dist worksteal

# The first Python at hand that is new enough; say PYTHON=/path/to/python to choose another.
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3; do \
	"$$name" -c '$(IS_NEW_ENOUGH)' >/dev/null 2>&1 && echo "$$name" && break; done)

# A lock is made from the public index alone, whatever else this machine's own pip looks at.
PIP_COMPILE := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL -u PIP_NO_INDEX PIP_CONFIG_FILE=/dev/null \
	CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/python -m piptools compile --quiet --upgrade --strip-extras --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

.DEFAULT_GOAL := help
.PHONY: help setup demo run test check-fast catalogues soak crash crash-schedules enumeration bench-mail bench-sign bench-letter bench-preview bench-scale bench-desk soak-sign lock clean

help: ## Tell what can be done here
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r target what; do \
		printf '%-22s %s\n' "$$target" "$$what"; done

setup: $(SET_UP) ## Install everything into .venv; does nothing where that is done

demo: $(SET_UP) ## Carry an example letter from draft to delivery, before your eyes
	$(BIN)/python -m examples.demo

run: $(SET_UP) ## Serve the example on this machine, to try it in a browser; ARGS="--invite you@example.org" lets you in at the desk
	$(BIN)/python -m examples.demo.serve $(ARGS)

test: check-fast ## Check everything, as CI does
	$(TESTS)

check-fast: $(SET_UP) ## Check all but the tests: style, types, floors
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

catalogues: $(SET_UP) ## Bring the catalogues to the messages in the sources, and tell what is to be translated
	$(BIN)/python -m tests.house.catalogues

soak: $(SET_UP) ## Check what takes minutes: each page in each look, hostile texts by the thousand, processes in hardship
	$(TESTS) -m soak

crash: $(SET_UP) ## Kill senders at every move and at random, and count what was lost or doubled; QUICK=1 takes less
	$(BIN)/python -W "ignore:XDG_RUNTIME_DIR is not set" -m tests.faults $(if $(QUICK),--quick)

crash-schedules: $(SET_UP) ## Kill workers while 50 schedules fire 100,000 mails, in at most 12 minutes; ARGS="--quick" takes less
	$(BIN)/python -W "ignore:XDG_RUNTIME_DIR is not set" -m tests.faults.schedules $(ARGS)

enumeration: $(SET_UP) ## Send each form two thousand times about who signed and who did not, and compare the answers and their times
	$(BIN)/python -m pytest -n 0 -s -o faulthandler_timeout=3600 tests/enumeration --rounds 2000

bench-mail: $(SET_UP) ## Measure the sender beside others, in at most 12 minutes; ARGS="--quick" takes less, ARGS="--help" tells more
	$(BIN)/python -W "ignore:XDG_RUNTIME_DIR is not set" -m benchmarks.mail $(ARGS)

bench-sign: $(SET_UP) ## Measure the public side beside bare views, in at most 12 minutes; ARGS="--quick" takes less
	$(BIN)/python -W "ignore:XDG_RUNTIME_DIR is not set" -m benchmarks.signing $(ARGS)

bench-letter: $(SET_UP) ## Measure how fast a letter becomes a PDF, beside WeasyPrint, in at most 12 minutes; ARGS="--quick" takes less
	$(BIN)/python -m benchmarks.letter $(ARGS)

bench-preview: $(SET_UP) ## Measure how soon the first page of a draft is shown while it is written
	$(BIN)/python -m benchmarks.letter_preview

bench-scale: $(SET_UP) ## Measure how sending grows with its processes, and how long a confirmation waits, in at most 12 minutes; ARGS="--quick" takes less
	$(BIN)/python -W "ignore:XDG_RUNTIME_DIR is not set" -m benchmarks.scale $(ARGS)

bench-desk: $(SET_UP) ## Measure the pages of the desk with 1,000,000 sign-ons, in at most 12 minutes; ARGS="--signatures 20000" takes less
	$(BIN)/python -W "ignore:XDG_RUNTIME_DIR is not set" -m benchmarks.desk $(ARGS)

soak-sign: $(SET_UP) ## Let people sign and confirm for ten minutes while mail goes out; ARGS="--minutes 1" takes less
	$(BIN)/python -W "ignore:XDG_RUNTIME_DIR is not set" -m benchmarks.signing.soak $(ARGS)

lock: $(SET_UP) ## Write both lock files anew, with the newest releases that pyproject.toml allows
	$(PIP_COMPILE) --output-file requirements.lock pyproject.toml
	$(PIP_COMPILE) --unsafe-package pip --extra development --constraint requirements.lock \
		--output-file requirements-dev.lock pyproject.toml
	@! grep -nE '://|find-links|index-url' requirements.lock requirements-dev.lock \
		|| { echo "The lock files name where this machine found the packages; take those lines out." >&2; exit 1; }

clean: ## Remove what these commands made; never data/, keys/ or journal/
	rm -rf $(VENV) build demo *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(SET_UP): requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found: install it, or say PYTHON=/path/to/python." >&2; exit 2; }
	@"$(PYTHON)" -c '$(IS_NEW_ENOUGH)' || { echo "$(PYTHON) is older than Python 3.11: install a newer one, or say PYTHON=/path/to/python." >&2; exit 2; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || "$(PYTHON)" -m venv --clear $(VENV)
	@echo "Installing into $(VENV) …"
	@$(BIN)/python -m pip install $(QUIETLY) --require-hashes --requirement requirements-dev.lock
	@$(BIN)/python -m pip install $(QUIETLY) --no-deps --no-build-isolation --editable .
	@touch $@
