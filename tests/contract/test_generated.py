"""The committed models are the ones the schemas generate."""

from contracts.generate import BUNDLE, MODELS, render_bundle, render_models


def test_the_committed_bundle_is_current() -> None:
    """`make generate` would change nothing."""
    assert BUNDLE.read_text(encoding="utf-8") == render_bundle()


def test_the_committed_models_are_current() -> None:
    """`make generate` would change nothing."""
    assert MODELS.read_text(encoding="utf-8") == render_models()
