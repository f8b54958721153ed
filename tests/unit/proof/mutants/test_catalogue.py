"""The catalogue of mutants follows the code; `make mutants` shows that each is noticed."""

import re

import pytest

from deploy.native.folders import REPOSITORY
from proof.mutants.catalogue import MUTANTS
from proof.mutants.definitions import damaged
from proof.mutants.mutant import Mutant

_by_guard = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.guard)


@_by_guard
def test_every_guard_can_still_be_removed(mutant: Mutant) -> None:
    """What is left still is a Python file, if it was one."""
    file, text = damaged(REPOSITORY, mutant.where, mutant.damage)
    assert text != file.read_text(encoding="utf-8")
    if file.suffix == ".py":
        compile(text, str(file), "exec")


@_by_guard
def test_the_tests_that_must_notice_exist(mutant: Mutant) -> None:
    source = (REPOSITORY / mutant.tests).read_text(encoding="utf-8")
    assert re.search(rf"^(async )?def test_\w*{mutant.test.removeprefix('test_')}", source, re.MULTILINE)


def test_no_guard_is_named_twice() -> None:
    names = [mutant.guard for mutant in MUTANTS]
    assert len(set(names)) == len(names)
