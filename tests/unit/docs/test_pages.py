"""What pages refer to exists: other pages, make verbs, the version."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from deploy.native.folders import REPOSITORY

_FOLDERS = ("benchmarks", "client", "contracts", "deploy", "docs", "proof", "services", "tests", "web/src")
PAGES = sorted(
    [*REPOSITORY.glob("*.md"), *(page for folder in _FOLDERS for page in (REPOSITORY / folder).rglob("*.md"))]
)
WORKFLOW = REPOSITORY / ".github" / "workflows" / "test.yml"
MAKEFILE = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
VERBS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
VERSION = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_MAKE = re.compile(r"(?:^|[`\s;])make ((?:[a-z][a-z-]+ ?)+)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def _name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for link in _links(page.read_text(encoding="utf-8")):
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not heading or heading in _headings(target), link


@pytest.mark.parametrize("page", [*PAGES, WORKFLOW], ids=_name)
def test_make_verbs_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = "\n".join(_CODE.findall(text)) if page.suffix == ".md" else text
    named = {verb for verbs in _MAKE.findall(code) for verb in verbs.split()}
    assert named <= VERBS


def test_every_verb_is_phony_and_has_a_line_of_help() -> None:
    phony = {verb for line in re.findall(r"^\.PHONY: (.*)", MAKEFILE, re.MULTILINE) for verb in line.split()}
    assert phony == VERBS
    assert set(re.findall(r"^([a-z-]+):[^#\n]*###? \S", MAKEFILE, re.MULTILINE)) == VERBS


@pytest.mark.parametrize(
    ("file", "pattern"),
    [
        (".env.example", r"^#MESSAGING_VERSION=(.+)$"),
        ("contracts/openapi.yaml", r"^  version: (.+)$"),
        ("contracts/asyncapi.yaml", r"^  version: (.+)$"),
        ("deploy/kubernetes/overlays/production/kustomization.yaml", r"newTag: ([^}]+)}"),
        ("docs/testing-your-marketplace.md", r"version=\"(.+?)\""),
    ],
)
def test_a_file_that_repeats_the_version_has_that_of_pyproject(file: str, pattern: str) -> None:
    assert set(re.findall(pattern, (REPOSITORY / file).read_text(encoding="utf-8"), re.MULTILINE)) == {VERSION}


def test_the_web_client_has_no_version_of_its_own() -> None:
    assert "version" not in json.loads((REPOSITORY / "web" / "package.json").read_text(encoding="utf-8"))


def _links(text: str) -> list[str]:
    found = (one or other for one, other in _LINK.findall(_CODE.sub("", text)))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def _headings(page: Path) -> set[str]:
    """Anchors as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
