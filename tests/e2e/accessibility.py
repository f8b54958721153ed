"""axe's verdict on what a tab shows now."""

from typing import Any

from playwright.async_api import Page

from deploy.native.folders import REPOSITORY

_AXE = REPOSITORY / "web" / "node_modules" / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Contrast is judged when nothing is half faded in; what pulses for ever is not waited for.
_STILL = """() => document.getAnimations().every(
    animation => animation.playState !== 'running' || animation.effect.getComputedTiming().endTime === Infinity
)"""


async def expect_accessible(page: Page) -> None:
    """No violation on light; on dark, which differs in colours only, none of those about colours."""
    found = await _violations(page, {"type": "tag", "values": _RULES})
    assert not found, f"{page.url}:\n" + "\n".join(found)
    await page.emulate_media(color_scheme="dark")
    found = await _violations(page, {"type": "rule", "values": ["color-contrast"]})
    await page.emulate_media(color_scheme="light")
    assert not found, f"{page.url}, dark:\n" + "\n".join(found)


async def _violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """Each violated rule with the elements that violate it."""
    await page.wait_for_function(_STILL)
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = await page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations", rules
    )
    return [f"{rule['id']}: {_where(node)}" for rule in found for node in rule["nodes"]]


def _where(node: dict[str, Any]) -> str:
    return f"{node['html'][:200]} – {node['failureSummary']}"
