"""Counts what a person does on a page: each press, each choice, and each field that is written into. The end of a run says the counts."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page

COUNTS: list[str] = []
"""What was counted in this run, in words."""


def counted(told: str) -> None:
    """Says it at the end of the run."""
    COUNTS.append(told)


@dataclass
class Counting:
    """What one person did."""

    page: Page
    interactions: int = 0

    @property
    def by_the_way(self) -> str:
        """What else it took, in words."""
        return ""

    async def press(self, target: Locator) -> None:
        self.interactions += 1
        await target.click()

    async def tick(self, target: Locator) -> None:
        self.interactions += 1
        await target.check()

    async def write(self, target: Locator, text: str) -> None:
        self.interactions += 1
        await target.fill(text)

    async def choose(self, target: Locator, label: str) -> None:
        self.interactions += 1
        await target.select_option(label=label)
