"""The templates of one service in one language: its own folder first, then the frame's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.pages.assets import address_of
from shared.pages.catalogues import Texts
from shared.pages.help_lines import HELP_LINES
from shared.pages.languages import LANGUAGES, NAMES, Language, Text
from shared.pages.moments import Moments
from shared.pages.purposes import purpose_of

FRAME = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Speaking:
    """One language's words and moments, for what is no page, such as the cells of a spreadsheet."""

    texts: Texts
    moments: Moments

    def said(self, text: Text) -> str:
        """As plain text: nothing is escaped."""
        return self.texts.said(text).unescape()


@cache
def speaking(language: Language, folder: Path, zone: str) -> Speaking:
    """folder: holds a service's `catalogues`. zone: of the district. The catalogues are read once a process."""
    return Speaking(Texts(language, (FRAME, folder)), Moments(language, zone))


@cache
def environment(language: Language, service: str, folder: Path, zone: str) -> Environment:
    """service: whose routes give language and assets. folder: holds the service's `templates` and `catalogues`. zone: of the district.

    Everything is escaped, and a name that nobody gave is an error. Made once a process: templates stay compiled, and nobody changes an environment.
    """
    loader = FileSystemLoader([folder / "templates", FRAME / "templates"])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    speaks = speaking(language, folder, zone)
    texts, moments = speaks.texts, speaks.moments
    made.globals |= texts.globals
    made.globals |= {"language": language, "languages": {each: NAMES[each] for each in LANGUAGES}, "service": service}
    made.globals |= {"asset": partial(address_of, service), "purpose": purpose_of, "help_lines": HELP_LINES}
    made.filters |= moments.filters | {"said": texts.said}
    return made
