"""The templates of one service in one language: its own folder first, then the frame's."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.pages.assets import address_of
from shared.pages.catalogues import Texts
from shared.pages.languages import LANGUAGES, NAMES, Language
from shared.pages.moments import Moments

FRAME = Path(__file__).parent


def environment(language: Language, service: str, folder: Path, zone: str) -> Environment:
    """service: whose routes give language and assets. folder: holds the service's `templates` and `catalogues`. zone: of the district.

    Everything is escaped, and a name that nobody gave is an error.
    """
    loader = FileSystemLoader([folder / "templates", FRAME / "templates"])
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    texts, moments = Texts(language, (FRAME, folder)), Moments(language, zone)
    made.globals |= texts.globals
    made.globals |= {"language": language, "languages": {each: NAMES[each] for each in LANGUAGES}, "service": service}
    made.globals |= {"asset": partial(address_of, service)}
    made.filters |= moments.filters | {"said": texts.said}
    return made
