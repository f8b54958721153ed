"""The configuration page says what the settings classes say."""

from docs.generate import TARGET, render


def test_the_configuration_page_is_current() -> None:
    """`make generate` would change nothing."""
    assert TARGET.read_text(encoding="utf-8") == render()
