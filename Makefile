PYTHON ?= python3
BIN := .venv/bin
PIP_COMPILE := $(BIN)/pip-compile -q --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --pip-args '--uploaded-prior-to P7D'

LINT := $(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

help: ## say what each target does
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/\1\t\2/' | expand -t 8

demo: .venv/ready ## start the whole product with sample people and a sample receiver
	$(BIN)/yibiao demo

dev: .venv/ready ## serve the portal and restart it when the code changes
	$(BIN)/yibiao publish --shipped && YIBIAO_DEMO=renderer/demo/people.json $(BIN)/flask --app renderer run --debug

test: .venv/ready ## run everything, all laws in full, with coverage and the browser
	$(LINT) && $(BIN)/pytest -n 2 -m "not browser and not slow and not hypothesis" --cov --cov-report=term
	$(BIN)/pytest -n 2 -m "not browser and (slow or hypothesis)" --dist worksteal
	$(BIN)/pytest -n 2 -m browser --dist worksteal --reruns 1 --only-rerun '^(Error|TimeoutError|TargetClosedError): '

check: .venv/ready ## lint, types, import contracts, quick tests without a browser
	$(LINT) && HYPOTHESIS_PROFILE=quick $(BIN)/pytest -m "not browser and not slow" -n 3

fix: .venv/ready ## format, and repair what the linter can repair
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

bench: .venv/ready ## print what was measured as JSON lines; ROWS=V1,M2 measures only those
	@$(BIN)/python -m bench $(ROWS)

faults: .venv/ready ## break everything that can break, and count what is lost; CASES=1,7 only those
	@$(BIN)/python -m tests.faults $(CASES)

lock: .venv/ready ## renew the pinned versions in requirements*.txt
	$(PIP_COMPILE) -U -o requirements.txt pyproject.toml && $(PIP_COMPILE) -U --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml && cd tests/faults/verifiers && ../../../$(PIP_COMPILE) -U -o requirements.txt requirements.in

.venv/ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q --require-hashes -r requirements-dev.txt && $(BIN)/pip install -q --no-deps --no-build-isolation -e . && touch $@

.PHONY: help demo dev test check fix bench faults lock
