"""The catalogue of mutants follows the code; `make mutants` shows that each is noticed."""

import re

import pytest

from deploy.native.folders import REPOSITORY
from proof.mutants.catalogue import MUTANTS
from proof.mutants.mutant import DoesNotApply, Mutant

_by_guard = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.guard)


@_by_guard
def test_every_guard_can_still_be_removed(mutant: Mutant) -> None:
    """Its text is in its file exactly once."""
    text = (REPOSITORY / mutant.file).read_text(encoding="utf-8")
    assert mutant.applied_to(text) != text


@_by_guard
def test_the_tests_that_must_notice_exist(mutant: Mutant) -> None:
    for name in mutant.tests:
        path, _, test = name.partition("::")
        text = (REPOSITORY / path).read_text(encoding="utf-8")
        assert not test or re.search(rf"^(async )?def {test}\(", text, re.MULTILINE), name


def test_a_text_that_is_not_there_once_does_not_apply() -> None:
    """Neither when it is gone nor when it is there twice."""
    mutant = Mutant("a guard", "file.py", "if x:", "if True:", ())
    for text in ("", "if x: if x:"):
        with pytest.raises(DoesNotApply):
            mutant.applied_to(text)
    assert mutant.applied_to("if x: y") == "if True: y"


def test_no_guard_is_named_twice() -> None:
    names = [mutant.guard for mutant in MUTANTS]
    assert len(set(names)) == len(names)
