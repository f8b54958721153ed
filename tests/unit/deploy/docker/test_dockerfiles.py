"""What the Dockerfiles promise, read from their text."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
FOLDER = ROOT / "deploy" / "docker"
FILES = sorted(FOLDER.glob("*.Dockerfile"))
SERVICES = ("conversations", "delivery", "notifications")


def _instructions(path: Path) -> list[str]:
    """One a line, without comments."""
    joined = re.sub(r"\\\n", " ", path.read_text())
    return [re.sub(r"\s+", " ", line).strip() for line in joined.splitlines() if line and not line.startswith("#")]


def _stages(path: Path) -> dict[str, list[str]]:
    """Instructions by stage, each with those of the stages it is built on; an unnamed last one is ''."""
    stages: dict[str, list[str]] = {}
    current: list[str] = []
    for instruction in _instructions(path):
        if instruction.startswith("FROM "):
            _, base, *rest = instruction.split()
            current = list(stages.get(base, []))
            stages[rest[1] if rest else ""] = current
        current.append(instruction)
    return stages


def _finals() -> list[tuple[str, list[str]]]:
    services = _stages(FOLDER / "services.Dockerfile")
    return [
        *((name, services[name]) for name in (*SERVICES, "demo-data")),
        ("web", _stages(FOLDER / "web.Dockerfile")[""]),
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_any_engine_builds_it_and_bases_can_be_chosen(path: Path) -> None:
    """No frontend to be fetched, no here-documents; every base is another stage or a build argument."""
    text = path.read_text()
    assert "syntax=" not in text
    assert "<<" not in text
    stages = _stages(path)
    bases = [line.split()[1] for line in _instructions(path) if line.startswith("FROM ")]
    assert all(base in stages or re.fullmatch(r"\$\{[A-Z]+_IMAGE\}", base) for base in bases)


@pytest.mark.parametrize(("name", "instructions"), _finals())
def test_an_image_runs_as_an_arbitrary_unprivileged_user(name: str, instructions: list[str]) -> None:
    users = [line.split()[1] for line in instructions if line.startswith("USER ")]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])


@pytest.mark.parametrize(("name", "instructions"), _finals())
def test_an_image_says_how_it_is_and_what_it_is(name: str, instructions: list[str]) -> None:
    checks = [line for line in instructions if line.startswith("HEALTHCHECK ")]
    assert checks
    assert not re.search(r"curl|wget", checks[-1])
    labels = " ".join(line for line in instructions if line.startswith("LABEL "))
    for label in ("title", "description", "version", "revision"):
        assert f"org.opencontainers.image.{label}=" in labels


@pytest.mark.parametrize(("name", "instructions"), _finals())
def test_nothing_is_built_in_the_final_image(name: str, instructions: list[str]) -> None:
    assert not re.search(r"pip (--\S+ \S+ )?install|npm |apt-get|compileall", "\n".join(instructions))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_its_own_packages_and_code_and_no_others(name: str) -> None:
    parts = _stages(FOLDER / "services.Dockerfile")[f"{name}-parts"]
    assert [line for line in parts if line.startswith("COPY ")] == [
        f"COPY requirements/{name}.txt /tmp/",
        f"COPY services/{name} services/{name}",
    ]
    (install,) = [line for line in parts if " install " in line]
    assert "--require-hashes" in install
    assert "--only-binary=:all:" in install


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_the_contracts_and_the_chassis(name: str) -> None:
    """All of them: conversations also serves the contracts as documents."""
    stages = _stages(FOLDER / "services.Dockerfile")
    assert {"COPY contracts contracts", "COPY chassis chassis"} <= set(stages["shared"])
    assert "COPY --from=shared /app ./" in stages[name]


def test_only_what_images_are_made_of_reaches_the_builder() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[0] == "*"
    assert {"**/.env*", "web/node_modules", "**/__pycache__"} <= set(lines)
    assert not {"!.git", "!tests", "!."} & set(lines)
