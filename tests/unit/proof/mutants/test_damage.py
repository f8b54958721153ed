"""Each way to damage a definition changes one place, and says when it finds none or several."""

import ast

import pytest

from proof.mutants.damage import Damage, DoesNotApply, always, compare, drop, instead, never, swallow, text, without


@pytest.mark.parametrize(
    ("damage", "before", "after"),
    [
        (never("ready"), "if not box.ready: go()", "if False: go()"),
        (never("ready"), "x = 1 if ready else 2", "x = 1 if False else 2"),
        (always("n"), "[n for n in m if n > 1]", "[n for n in m if True]"),
        (drop("check"), "await self.check(x)\ngo()", "pass\ngo()"),
        (drop("close"), "if late:\n    close(1)", "if late:\n    pass"),
        (swallow("Lost"), "try: go()\nexcept Lost as e: end(e)", "try: go()\nexcept Lost as e: pass"),
        (without("b"), "a or b.c or d", "a or d"),
        (without("b"), "if a and f(b): go()", "if a and f(): go()"),
        (without("b"), "with suppress(a, b): go()", "with suppress(a): go()"),
        (instead("f", "0.0"), "x = await a.f(1)", "x = 0.0"),
        (instead("b", "c"), "x = a.b + 1", "x = c + 1"),
        (compare("<", "<="), "a < b and c > d", "a <= b and c > d"),
        (text("AND b IN (1)", ""), "'WHERE a\\n  AND b\\n  IN (1)'", "'WHERE a\\n  '"),
    ],
)
def test_a_definition_without_its_guard(damage: Damage, before: str, after: str) -> None:
    definition = ast.parse(before)
    damage(definition)
    assert ast.unparse(definition) == ast.unparse(ast.parse(after))


@pytest.mark.parametrize("source", ["go()", "if x: go()\nif x: go()"])
def test_a_location_that_is_missing_or_not_unique_does_not_apply(source: str) -> None:
    with pytest.raises(DoesNotApply):
        never("x")(ast.parse(source))


@pytest.mark.parametrize("source", ["'WHERE b'", "'WHERE a OR a'"])
def test_a_text_that_is_missing_or_not_unique_does_not_apply(source: str) -> None:
    with pytest.raises(DoesNotApply):
        text("a", "b")(ast.parse(source))
