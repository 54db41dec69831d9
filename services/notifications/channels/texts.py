"""The words that leave, in one file: nothing but the organisation, a code and a link stands in them beside the fixed words (domain.md, Urgency)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

Kind = Literal["alert", "emergency", "guardian", "cancelled", "agency", "upkeep"]
Language = Literal["id", "en"]

PLACEHOLDERS = frozenset({"organisation", "code", "link", "take"})
"""All that may vary. take: the link with which somebody takes an emergency in hand."""

_PLACE = re.compile(r"\{([a-z]+)\}")
_LINK = r"{origin}/[A-Za-z0-9/_-]*"


class Words(BaseModel):
    """subject, text: of a mail, with both languages in one text. short: of a message on a telephone, by
    language; an agency gets none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: str
    text: str
    short: Mapping[Language, str] = {}


@cache
def words() -> Mapping[Kind, Words]:
    """By kind of message."""
    told = tomllib.loads((Path(__file__).parent / "texts.toml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[Kind, Words]).validate_python(told)


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with its places filled. Raises: KeyError: a place that no value is for."""
    return _PLACE.sub(lambda found: values[found.group(1)], template)


def places(template: str) -> frozenset[str]:
    """What varies in it."""
    return frozenset(_PLACE.findall(template))


@dataclass(frozen=True, slots=True)
class Gate:
    """Looks at what is about to leave, whatever made it. origin: of our links. organisation: as it is written in messages."""

    origin: str
    organisation: str

    def passes(self, text: str) -> bool:
        """Whether it is one of the templates, with nothing in its places but our organisation, a code and links of ours."""
        return any(each.fullmatch(text) for each in _patterns(self.origin, self.organisation))


@cache
def _patterns(origin: str, organisation: str) -> Sequence[re.Pattern[str]]:
    told = [template for each in words().values() for template in (each.subject, each.text, *each.short.values())]
    return tuple(_pattern(each, origin, organisation) for each in told)


def _pattern(template: str, origin: str, organisation: str) -> re.Pattern[str]:
    link = _LINK.replace("{origin}", re.escape(origin))
    allowed = {"organisation": re.escape(organisation), "code": "[0-9]{4}", "link": f"(?:{link}|(?:\n- {link})+)", "take": link}
    parts = _PLACE.split(template)
    return re.compile("".join(allowed[part] if number % 2 else re.escape(part) for number, part in enumerate(parts)))
