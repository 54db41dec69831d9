"""Takes steps of a case as a person does: from the case's page, by its links, with every field filled in and its own button pressed."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email import message_from_string
from pathlib import Path

from playwright.async_api import Locator, Page

ALERT = re.compile(r"https?://[^\s\"<>]+(/notifications/a/[A-Za-z0-9_-]+)")


def alert_links(mails: Path, receiver: str) -> list[str]:
    """The paths of the links in the alerts that somebody was mailed."""
    lines = [json.loads(line) for line in mails.read_text(encoding="utf-8").splitlines()] if mails.exists() else []
    texts = [_text(each["text"]) for each in lines if receiver in each["to"]]
    return [found.group(1) for text in texts for found in ALERT.finditer(text)]


def _text(mail: str) -> str:
    parts = [each for each in message_from_string(mail).walk() if each.get_content_type() == "text/plain"]
    found = [each.get_payload(decode=True) for each in parts]
    return "\n".join(each.decode() for each in found if isinstance(each, bytes))


@dataclass(frozen=True)
class Person:
    """Somebody in their own browser. case: the address of the page of the case."""

    page: Page
    case: str

    async def take(self, step: str, **typed: str | list[str]) -> None:
        """A step that the case's page offers. typed: by field; of a choice the value or the shown text."""
        await self.page.goto(self.case)
        await self.follow(step)
        await self.fill(**typed)
        await self.save()

    async def follow(self, step: str) -> None:
        """The link of a step, also where it is folded."""
        link = self.page.locator(f'main a[href*="/langkah/{step}"], main a[href$="/{step}"]').first
        await link.wait_for(state="attached")
        await link.evaluate("each => { for (let at = each; at; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true }")
        await link.click()

    async def fill(self, **typed: str | list[str]) -> None:
        """Every field by its name."""
        for name, value in typed.items():
            for each in value if isinstance(value, list) else [value]:
                await self._fill(name.replace("__", "-"), each)

    async def _fill(self, name: str, value: str) -> None:
        field = self.page.locator(f'main form [name="{name}"]')
        match await field.first.evaluate("each => each.tagName + ' ' + each.type"):
            case "INPUT radio" | "INPUT checkbox":
                await self.page.locator(f'main form [name="{name}"][value="{value}"]').check()
            case "SELECT select-one":
                await field.select_option(value)
            case _:
                await field.fill(value)

    async def save(self) -> None:
        """Presses the form's own button; the page says that it is saved."""
        await self.button().click()
        await self.page.get_by_text("Tersimpan.").wait_for()

    def button(self) -> Locator:
        """The one main button."""
        return self.page.locator("main form button.button:not(.second)").first

    async def letter(self) -> None:
        """Issues the letter that the step just taken completes."""
        await self.page.get_by_role("link", name="Terbitkan").first.click()
        await self.page.get_by_role("button", name="Terbitkan").click()
        await self.page.get_by_role("link", name="Cetak").first.wait_for()
