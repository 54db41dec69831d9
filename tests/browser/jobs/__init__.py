"""The main jobs of each role: how each is reached, and what is done there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.browser.counting import Counting

FIRST = "/cases/menunggu"

Way = Callable[[Counting], Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """reached: the presses until it can be done. done: what is done there, until the page says that it is saved or shows what was asked for."""

    name: str
    who: dict[str, str]
    reached: Way
    done: Way
    first: str = FIRST


async def row(who: Counting) -> None:
    """The uppermost that waits."""
    await who.press(who.page.locator("main .rows a").first)


async def link(who: Counting, name: str) -> None:
    await who.press(who.page.get_by_role("link", name=name).first)


async def opened(who: Counting, name: str) -> None:
    """What stands folded."""
    await who.press(who.page.locator("main summary", has_text=name).first)


async def sent(who: Counting) -> None:
    """By the form's one main button."""
    await who.press(who.page.locator("main form button.button:not(.second)").first)


async def saved(who: Counting) -> None:
    await who.page.get_by_text("Tersimpan.").wait_for()


async def at_once(_: Counting) -> None:
    """It is done on the first page itself."""


async def in_head(who: Counting, name: str) -> None:
    """By the head of the page, also where the entry stands folded."""
    entry = who.page.get_by_role("navigation").get_by_role("link", name=name, exact=True)
    if not await entry.is_visible():
        await who.press(who.page.locator("header nav summary"))
    await who.press(entry)


def heads_to(name: str) -> Way:
    """The way to a page that stands in the head."""

    async def way(who: Counting) -> None:
        await in_head(who, name)

    return way
