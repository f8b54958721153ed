"""What docker-compose.yml promises, checked without an engine."""

import re
import subprocess
from typing import Any

import pytest
import yaml

from chassis.http.server import CLEANUP_SECONDS
from deploy.native.folders import REPOSITORY
from docs.generate import SERVICES
from marketplace_messaging.testing import Images, MessagingStack
from services.delivery.__main__ import DRAIN_SLACK_SECONDS
from tests.kit.running.containers import POSTGRES_IMAGE, RABBITMQ_IMAGE

EXAMPLE = (REPOSITORY / ".env.example").read_text()
NGINX = (REPOSITORY / "deploy" / "docker" / "web" / "nginx.conf").read_text()
TEXT = (REPOSITORY / "docker-compose.yml").read_text()
FILE: dict[str, Any] = yaml.safe_load(TEXT)
PARTS: dict[str, dict[str, Any]] = FILE["services"]
(LONGEST_DRAIN,) = map(int, re.findall(r"# At most (\d+): a container is killed after \d+ s\.\n#DRAIN", EXAMPLE))
SERVERS = {"postgres", "rabbitmq"}
MONITORING = {"prometheus", "grafana"}
OURS = sorted(PARTS.keys() - SERVERS - MONITORING)
ONCE = {"migrate", "demo-data"}
CHOSEN = set(re.findall(r"^#?([A-Z0-9_]+)=", EXAMPLE, flags=re.MULTILINE))
OF_OTHERS = {"migrate": {"DATABASE_DIRECT_URL", "LOG_SHARDS"}, "web": {"WEB_WORKERS", "TRUSTED_PROXIES"}}
MOST_OPEN_FILES = 20_000  # some engines refuse more
SOCKET_BYTES = 31_000  # of the gateway's container, the kernel's part included: measured with 6,000

_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(:[?-])?([^}]*)\}")
_SECRET = re.compile(r"PASSWORD|PASS$|SECRET|TOKEN")


def test_only_the_gateway_and_the_monitoring_are_published_and_to_this_machine() -> None:
    published = {name: part["ports"] for name, part in PARTS.items() if "ports" in part}
    assert published.keys() == {"web", *MONITORING}
    for ports in published.values():
        assert [re.sub(r"\$\{[A-Z_]+:-127\.0\.0\.1:(\d+)\}:\d+", "local", port) for port in ports] == ["local"]


def test_servers_are_on_a_network_without_a_way_out_and_the_gateway_is_not() -> None:
    assert FILE["networks"]["data"] == {"internal": True}
    assert all(PARTS[name]["networks"] == ["data"] for name in SERVERS)
    assert "data" not in PARTS["web"]["networks"]


def test_no_secret_is_in_the_file() -> None:
    """What is secret, or is an address with a password in it, comes from a variable, and none has a default."""
    for part in PARTS.values():
        for name, value in part.get("environment", {}).items():
            if _SECRET.search(name):
                assert re.fullmatch(r"\$\{[A-Z0-9_]+:(\?[^}]+|-)\}", value), name
            for password in re.findall(r"//[^:/]+:(.+)@", str(value)):
                assert re.fullmatch(r"\$\{[A-Z0-9_]+:\?[^}]+\}", password), name


def test_a_missing_variable_is_named_with_what_to_do() -> None:
    required = {name: message for name, kind, message in _VARIABLE.findall(TEXT) if kind == ":?"}
    assert {"POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "SERVICE_TOKEN", "JWT_ISSUER", "JWT_AUDIENCE"} == required.keys()
    assert all(".env.example" in message for message in required.values())


def test_no_variable_lacks_a_default_unless_it_is_required() -> None:
    assert [name for name, kind, _ in _VARIABLE.findall(TEXT) if not kind] == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_gets_variables_it_knows_and_all_it_needs(name: str) -> None:
    given = PARTS[name]["environment"].keys()
    fields = SERVICES[name].model_fields
    assert {variable.lower() for variable in given} <= fields.keys()
    assert {field.upper() for field, info in fields.items() if info.is_required()} <= given


def test_the_stack_of_the_testers_is_configured_with_known_variables() -> None:
    known = {field.upper() for settings in SERVICES.values() for field in settings.model_fields}
    assert MessagingStack()._service_environment().keys() <= known


@pytest.mark.parametrize("name", PARTS)
def test_every_part_has_bounds(name: str) -> None:
    part = PARTS[name]
    assert part["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert part["ulimits"]["nofile"] < MOST_OPEN_FILES
    assert part["logging"]["options"].keys() >= {"max-size", "max-file"}
    assert part["restart"].startswith("on-failure:" if name in ONCE else "unless-stopped")
    assert part["init"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", OURS)
def test_our_own_parts_write_nowhere(name: str) -> None:
    assert PARTS[name]["read_only"] is True
    assert "volumes" not in PARTS[name]
    assert "cap_add" not in PARTS[name]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_time_its_drain_takes(name: str) -> None:
    drain = SERVICES[name].model_fields["drain_seconds"].default
    grace = int(PARTS[name]["stop_grace_period"].removesuffix("s"))
    assert grace >= drain + CLEANUP_SECONDS
    assert grace >= LONGEST_DRAIN + DRAIN_SLACK_SECONDS + CLEANUP_SECONDS


def test_a_delivery_process_may_open_as_many_files_as_it_takes_sockets() -> None:
    delivery = PARTS["delivery"]
    assert int(delivery["environment"]["MAX_CONNECTIONS"]) < delivery["ulimits"]["nofile"]
    assert delivery["deploy"]["replicas"] == "${DELIVERY_REPLICAS:-2}"


def test_the_gateway_carries_sockets_until_delivery_has_drained() -> None:
    """They are told to end together: a part that another depends on is stopped after it."""
    assert PARTS["web"]["depends_on"].keys() == {"demo-data"}  # nor on notifications, to whom users never talk
    drain = SERVICES["delivery"].model_fields["drain_seconds"].default
    (patience,) = re.findall(r"worker_shutdown_timeout (\d+)s;", NGINX)
    assert max(drain, LONGEST_DRAIN) + DRAIN_SLACK_SECONDS < int(patience)
    assert int(patience) < int(PARTS["web"]["stop_grace_period"].removesuffix("s"))


def test_the_gateway_carries_the_sockets_of_all_replicas_of_delivery() -> None:
    """A socket takes two connections, and a connection is an open file of one of the workers."""
    (connections,) = re.findall(r"worker_connections (\d+);", NGINX)
    (files,) = re.findall(r"worker_rlimit_nofile (\d+);", NGINX)
    web, delivery = PARTS["web"], PARTS["delivery"]
    limits = web["deploy"]["resources"]["limits"]
    workers, replicas = _default(web["environment"]["WEB_WORKERS"]), _default(delivery["deploy"]["replicas"])
    assert workers * int(connections) >= 2 * replicas * int(delivery["environment"]["MAX_CONNECTIONS"])
    assert int(connections) < int(files) <= web["ulimits"]["nofile"]
    assert workers * int(connections) // 2 * SOCKET_BYTES < int(limits["memory"].removesuffix("m")) * 1024 * 1024
    assert 2 * workers < limits["pids"]


@pytest.mark.parametrize("name", [*SERVICES, *OF_OTHERS])
def test_variables_of_the_environment_reach_their_part(name: str) -> None:
    """By the same name; without it, the part's own default counts."""
    wanted = OF_OTHERS[name] if name in OF_OTHERS else {field.upper() for field in SERVICES[name].model_fields} & CHOSEN
    environment = PARTS[name]["environment"]
    assert wanted <= environment.keys()
    assert all(environment[variable].startswith(f"${{{variable}:") for variable in wanted)


@pytest.mark.parametrize("page", ["docker-compose.yml", "docs/running-in-containers.md", "Makefile"])
def test_wiping_everything_names_every_profile(page: str) -> None:
    """Compose leaves the containers of a profile alone that is not named."""
    profiles = sorted({profile for part in PARTS.values() for profile in part.get("profiles", [])})
    named = " ".join(f"--profile {profile}" for profile in profiles)
    assert f"docker compose {named} down" in (REPOSITORY / page).read_text()


def _default(variable: str) -> int:
    """The number in `${NAME:-number}`."""
    return int(variable.partition(":-")[2].removesuffix("}"))


def test_data_are_in_named_volumes() -> None:
    assert FILE["volumes"].keys() == SERVERS | MONITORING
    for name in SERVERS | MONITORING:
        assert PARTS[name]["volumes"][0].partition(":")[0] == name


def test_prometheus_reaches_the_services_and_grafana_only_prometheus() -> None:
    assert PARTS["prometheus"]["networks"] == ["services", "monitoring"]
    assert PARTS["grafana"]["networks"] == ["monitoring"]
    assert all("services" in PARTS[name]["networks"] for name in SERVICES)


def test_every_replica_of_every_service_is_scraped() -> None:
    """By name and port, so that Docker's own name server tells all addresses."""
    jobs = yaml.safe_load((REPOSITORY / "deploy" / "observability" / "prometheus.yaml").read_text())["scrape_configs"]
    found = {job["job_name"]: job["dns_sd_configs"] for job in jobs}
    assert found.keys() == SERVICES.keys()
    for name, [names] in found.items():
        assert (names["names"], names["type"], names["port"]) == (
            [name],
            "A",
            SERVICES[name].model_fields["port"].default,
        )


def test_grafana_requires_a_password_and_does_not_start_without_one() -> None:
    grafana = PARTS["grafana"]
    assert grafana["environment"]["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert grafana["environment"]["GF_SECURITY_ADMIN_PASSWORD"] == "${GRAFANA_PASSWORD:-}"
    shell, option, script = grafana["entrypoint"]
    started = script.replace("$$", "$").replace("/run.sh", "echo started")
    for password, printed, status in (("", "", 1), ("secret", "started\n", 0)):
        run = subprocess.run(
            [shell, option, started],
            env={"GF_SECURITY_ADMIN_PASSWORD": password},
            check=False,
            capture_output=True,
            text=True,
        )
        assert (run.stdout, run.returncode) == (printed, status)
        assert ("GRAFANA_PASSWORD" in run.stderr) is (status == 1)


@pytest.mark.parametrize("name", sorted(MONITORING))
def test_files_mounted_into_monitoring_exist_and_are_read_only(name: str) -> None:
    assert PARTS[name]["read_only"] is True
    for volume in PARTS[name]["volumes"][1:]:
        source, _, mode = volume.split(":")
        assert (REPOSITORY / source).exists()
        assert mode == "ro"


def test_all_configurations_run_the_same_images() -> None:
    images = Images()
    assert PARTS["postgres"]["image"] == f"${{POSTGRES_IMAGE:-{images.postgres}}}"
    assert PARTS["rabbitmq"]["image"] == f"${{RABBITMQ_IMAGE:-{images.rabbitmq}}}"
    for name in (*SERVICES, "web"):
        written = f"${{MESSAGING_IMAGES:-{images.prefix}}}/{name}:${{MESSAGING_VERSION:-{images.version}}}"
        assert PARTS[name]["image"] == written
    assert {POSTGRES_IMAGE.partition(":")[0], RABBITMQ_IMAGE.partition(":")[0]} == {"postgres", "rabbitmq"}


def test_demo_people_are_there_only_when_asked_for() -> None:
    assert [name for name, part in PARTS.items() if part.get("profiles") == ["demo"]] == ["demo-data"]
    assert [name for name, part in PARTS.items() if part.get("profiles") == ["monitoring"]] == sorted(MONITORING)[::-1]
    assert PARTS["conversations"]["environment"]["DEV_LOGIN"] == "${DEV_LOGIN:-}"
    assert PARTS["conversations"]["environment"]["ENVIRONMENT"] == "${ENVIRONMENT:-production}"


def test_the_example_file_names_every_variable_people_choose() -> None:
    """Limits for the load of tests and the revision of a build are not among them."""
    used = {name for name, _, _ in _VARIABLE.findall(TEXT)}
    for_tests = {name for name in used if re.search(r"_RATE_PER_SECOND$|_BURST$", name)}
    assert CHOSEN - {"COMPOSE_PROFILES"} == used - for_tests - {"REVISION"}
