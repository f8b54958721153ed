"""The committed files are the ones the contracts generate."""

from pathlib import Path

import pytest

from contracts.generate import CATALOGUES, LIMITS_MODULE, MODELS, render_all


@pytest.fixture(scope="module")
def rendered() -> dict[Path, str]:
    return render_all()


@pytest.mark.parametrize("path", [MODELS, CATALOGUES, LIMITS_MODULE], ids=lambda path: str(path.name))
def test_a_generated_file_is_current(rendered: dict[Path, str], path: Path) -> None:
    """`make generate` would change nothing."""
    assert path.read_text(encoding="utf-8") == rendered[path]


def test_no_other_file_is_generated(rendered: dict[Path, str]) -> None:
    assert {path for path in MODELS.parent.iterdir() if path.is_file()} == set(rendered)
