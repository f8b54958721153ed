"""Pictures of every page and state, on every size of screen, light and dark: `make screenshots`.

They are written to screenshots/, with a page to look through them: screenshots/index.html. With `--scene` and
`--size` only some of them are made again; `--readme` makes only those that the README shows.
"""

import argparse
import asyncio
import html
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, Error, async_playwright, expect

from deploy.native.folders import REPOSITORY
from deploy.native.progress import say
from deploy.native.web import ensure_built
from tests.e2e.network import Network
from tests.e2e.scenes import SCENES, Stage
from tests.e2e.story import Story
from tests.e2e.visitor import Visitor
from tests.kit.browser import launch_options
from tests.kit.running.system import running_system

FOLDER = REPOSITORY / "screenshots"
README_FOLDER = REPOSITORY / "docs" / "pictures"
README_BYTES = 150_000  # at most, each: a README opens fast
README_QUALITY = 88  # percent: letters stay clean
PATIENCE_MS = 15_000
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_PHONE = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
SIZES: dict[str, dict[str, Any]] = {
    "320": {"viewport": {"width": 320, "height": 640}, **_PHONE},
    "390": {"viewport": {"width": 390, "height": 844}, **_PHONE},
    "768": {"viewport": {"width": 768, "height": 1024}, "has_touch": True},
    "1440": {"viewport": {"width": 1440, "height": 900}},
    "2560": {"viewport": {"width": 2560, "height": 1440}},
}
README_SIZES: dict[str, dict[str, Any]] = {
    "messages-desktop": {"viewport": {"width": 1280, "height": 760}},
    "messages-phone": {"viewport": {"width": 390, "height": 760}, **_PHONE},
}

# Fonts and pictures are there, and nothing that comes to an end is still moving.
_STILL = """() => document.fonts.status === 'loaded'
    && [...document.images].every(image => image.complete || image.loading === 'lazy')
    && document.getAnimations().every(animation =>
        animation.playState !== 'running' || animation.effect.getComputedTiming().endTime === Infinity)"""


async def take(scenes: Sequence[str], sizes: Iterable[str]) -> list[str]:
    """Start the system, tell the story, and take the pictures; say which scenes could not be brought about."""
    failures = []
    expect.set_options(timeout=PATIENCE_MS)
    ensure_built(REPOSITORY / "web")
    with running_system(durable=False, gateway=True) as system:
        async with async_playwright() as playwright, Story.open(system) as story:
            browser = await playwright.chromium.launch(**launch_options())
            await story.begin()
            await _take_for_readme(story, browser)
            if scenes:
                await story.go_to_extremes()
            for size in sizes:
                for name in scenes:
                    try:
                        await _take(name, size, story, browser)
                    except (Error, AssertionError) as error:
                        failures.append(f"{name} at {size}: {error}")
            await browser.close()
    return failures


async def _take_for_readme(story: Story, browser: Browser) -> None:
    README_FOLDER.mkdir(parents=True, exist_ok=True)
    for name, size in README_SIZES.items():
        await story.rewind()
        async with _stage(story, browser, {**size, "base_url": story.system.gateway.url}) as stage:
            await SCENES["chat"](stage)
            await stage.visitor.expect_connected()
            await stage.page.wait_for_function(_STILL)
            path = README_FOLDER / f"{name}.jpg"
            await stage.page.screenshot(path=path, type="jpeg", quality=README_QUALITY)
            assert path.stat().st_size <= README_BYTES, f"{path} is too big"


async def _take(name: str, size: str, story: Story, browser: Browser) -> None:
    started = time.monotonic()
    await story.rewind()
    async with _stage(story, browser, {**SIZES[size], "base_url": story.system.gateway.url}) as stage:
        await SCENES[name](stage)
        folder = FOLDER / size
        folder.mkdir(parents=True, exist_ok=True)
        for scheme in SCHEMES:
            await stage.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await stage.page.wait_for_function(_STILL)
            await stage.page.screenshot(path=folder / f"{name}-{scheme}.png")
    say(f"{size:>5}  {name:<26}{time.monotonic() - started:5.1f} s")


@asynccontextmanager
async def _stage(story: Story, browser: Browser, options: dict[str, Any]) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as leaving:

        async def arrive() -> Visitor:
            network = await leaving.enter_async_context(Network())
            context = await browser.new_context(
                **options, locale="en-GB", reduced_motion="reduce", proxy={"server": network.url}
            )
            context.set_default_timeout(PATIENCE_MS)
            leaving.push_async_callback(context.close)
            return await Visitor.arrive(context, network)

        stage = Stage(story, await arrive(), arrive)
        leaving.push_async_callback(stage.end)
        yield stage


def write_gallery(folder: Path) -> Path:
    """A page with all the pictures there are, a row for each scene."""
    rows = "".join(f"<h2>{name}</h2><div>{''.join(_figures(folder, name))}</div>" for name in SCENES)
    style = "body{font:14px sans-serif;margin:24px}div{display:flex;gap:12px;overflow-x:auto}img{height:360px}"
    page = folder / "index.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><title>Screenshots</title><style>{style}</style>{rows}")
    return page


def _figures(folder: Path, name: str) -> Iterable[str]:
    for size in SIZES:
        for scheme in SCHEMES:
            picture = folder / size / f"{name}-{scheme}.png"
            if picture.exists():
                address = html.escape(picture.relative_to(folder).as_posix())
                yield f'<a href="{address}"><img loading="lazy" src="{address}" alt="{name}, {size}, {scheme}"></a>'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scene", nargs="+", choices=SCENES, default=list(SCENES), metavar="NAME")
    parser.add_argument("--size", nargs="+", choices=SIZES, default=list(SIZES), metavar="WIDTH")
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README")
    chosen = parser.parse_args()
    failures = asyncio.run(take([] if chosen.readme else chosen.scene, chosen.size))
    say(f"Look at {README_FOLDER if chosen.readme else write_gallery(FOLDER)}")
    if failures:
        raise SystemExit("\n".join(failures))


if __name__ == "__main__":
    main()
