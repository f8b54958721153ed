"""A definition is found by its name, wherever it lies."""

from pathlib import Path

import pytest

from proof.mutants.damage import DoesNotApply, never, text
from proof.mutants.definitions import damaged


def _write(root: Path, file: str, content: str) -> Path:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_a_method_is_found_in_any_file_and_only_it_is_damaged(tmp_path: Path) -> None:
    file = _write(
        tmp_path, "services/a/door.py", "class Door:\n def close(self):\n  if x: y()\ndef other():\n if x: y()\n"
    )
    found, source = damaged(tmp_path, "Door.close", never("x"))
    assert found == file
    assert source.count("if x") == 1
    assert source.count("if False") == 1


def test_a_name_that_is_defined_twice_needs_more_of_its_path(tmp_path: Path) -> None:
    _write(tmp_path, "services/a/door.py", "def close():\n if x: y()\n")
    second = _write(tmp_path, "chassis/door.py", "def close():\n if x: y()\n")
    with pytest.raises(DoesNotApply):
        damaged(tmp_path, "close", never("x"))
    assert damaged(tmp_path, "chassis.door.close", never("x"))[0] == second


def test_a_database_function_is_damaged_in_its_newest_version(tmp_path: Path) -> None:
    function = "CREATE OR REPLACE FUNCTION start(\n) AS $$\nSELECT a;\n$$;\n"
    versions = "services/conversations/migrations/versions"
    _write(tmp_path, f"{versions}/0001_first.sql", function)
    newest = _write(tmp_path, f"{versions}/0002_second.sql", f"SELECT a;\n{function}SELECT a;\n")
    _write(tmp_path, f"{versions}/0003_third.sql", "SELECT a;\n")
    file, source = damaged(tmp_path, "start()", text("SELECT a", "SELECT b"))
    assert file == newest
    assert source == f"SELECT a;\n{function.replace('SELECT a', 'SELECT b')}SELECT a;\n"
