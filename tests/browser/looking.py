"""What every page must be: without a violation of WCAG 2.2 A and AA by axe's rules, no wider than the screen, with targets that a finger hits,
and as well in a language of longer words or of another direction.
"""

import os
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Page

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
SCREENS = os.environ.get("BROWSER_SCREENS")
"""A folder for pictures of every page that is looked at."""

Colours = Literal["light", "dark", "forced"]


@dataclass(frozen=True)
class View:
    """How a page is looked at. width: in CSS pixels."""

    width: int
    colours: Colours

    def __str__(self) -> str:
        return f"{self.width}-{self.colours}"


_COLOURS: tuple[Colours, ...] = ("light", "dark", "forced")
_WHOLE = [View(width, colours) for width, colours in product((320, 768, 1280), _COLOURS)]
VIEWS = _WHOLE if os.environ.get("BROWSER_FULL") else [View(320, "light"), View(768, "forced"), View(1280, "dark")]
"""Each width and each colours once; the whole product by `make browser FULL=1`."""

_RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
_VIOLATIONS = f"{_RULES}.then(told => told.violations.map(each => each.id + ': ' + each.nodes.map(node => node.html.slice(0, 200)).join(' | ')))"
_SMALL = """
[...document.querySelectorAll('a, button, input, select, textarea, summary')]
  .filter(each => each.checkVisibility() && each.type !== 'hidden' && !each.closest('p, li, dd, td, small, .skip'))
  .map(each => [each.outerHTML.slice(0, 120), each.getBoundingClientRect()])
  .filter(([, box]) => box.width < 24 || box.height < 24)
  .map(([told, box]) => `${told} ${box.width}x${box.height}`)
"""
_CUT = """
[...document.querySelectorAll('body *')].filter(each => each.checkVisibility() && !each.closest('.unseen, .skip, thead, caption'))
  .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(each => each.outerHTML.slice(0, 120))
"""


_IN_OTHER_LANGUAGES = """() => {
  const root = document.documentElement, direction = root.dir, found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (node.data.trim() && !node.parentElement.closest('script, style, textarea, code')) texts.push([node, node.data]);
  }
  const measured = named => [...document.querySelectorAll('body *')]
    .filter(each => each.checkVisibility() && !each.closest('.unseen, .skip, thead, caption'))
    .map(each => [each, each.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.right > root.clientWidth + 1 || box.left < -1))
    .forEach(([each]) => found.push(named + ': ' + each.outerHTML.slice(0, 120)));
  for (const [node, text] of texts) node.data = text.replace(/\\S+/g, word => word + 'ē'.repeat(Math.ceil(word.length * 0.4)));
  measured('longer');
  root.dir = 'rtl';
  measured('longer, from right to left');
  for (const [node, text] of texts) node.data = text;
  measured('from right to left');
  if (direction) root.dir = direction; else root.removeAttribute('dir');
  return found;
}"""
"""What sticks out where every word is 40 % longer, and where one reads from right to left. The page is afterwards as it was."""


async def context(browser: Browser, view: View, headers: dict[str, str] | None = None) -> BrowserContext:
    """headers: sent with every request."""
    return await browser.new_context(
        viewport={"width": view.width, "height": 844},
        color_scheme="dark" if view.colours == "dark" else "light",
        forced_colors="active" if view.colours == "forced" else "none",
        extra_http_headers=headers,
    )


async def is_well(page: Page, name: str) -> None:
    """name: of the picture."""
    if SCREENS:
        width = page.viewport_size["width"] if page.viewport_size else 0
        await page.screenshot(path=Path(SCREENS) / f"{name}-{width}.png", full_page=True)
    await page.evaluate(AXE)
    assert await page.evaluate(_VIOLATIONS) == [], name
    assert await page.evaluate(_SMALL) == [], f"{name}: targets under 24 px"
    assert await page.evaluate(_CUT) == [], f"{name}: cut off at the side"
    assert await in_other_languages(page) == [], f"{name}: cut off in another language"


async def in_other_languages(page: Page) -> list[str]:
    """What sticks out of a page in two pseudo-languages and both at once."""
    found: list[str] = await page.evaluate(_IN_OTHER_LANGUAGES)
    return found
