"""A guide as PDF/UA-1, like every other paper. It has no number, no date and nobody's name, and it is not kept: equal words give equal bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from services.cases.guides.guide import Guide
from services.cases.letters.rendering import compiled
from shared.pages import Text, say
from shared.pages.environment import Speaking

_TEMPLATE = Path(__file__).with_name("guide.typ")

TITLE = say("Panduan Tanggap: {role}")
_HEADINGS: Mapping[str, str] = {
    "danger": say("Bila ada bahaya sekarang, telepon dahulu"),
    "sees": say("Yang Anda lihat"),
    "first_page": say("Halaman pertama: Yang menunggu saya"),
    "jobs": say("Pekerjaan utama"),
    "pages": say("Halaman lain"),
    "keep_in_mind": say("Yang perlu diingat"),
}


def printed(guide: Guide, speaking: Speaking) -> bytes:
    """The file in the reader's language."""
    return compiled(_TEMPLATE, told(guide, speaking))


def title_of(guide: Guide, speaking: Speaking) -> str:
    """As it stands above the guide and in the list of guides."""
    return speaking.texts.one(TITLE, role=speaking.said(guide.name)).unescape()


def told(guide: Guide, speaking: Speaking) -> Mapping[str, Any]:
    """What the template is given: texts in one language, and nothing else."""

    def said(texts: tuple[Text, ...]) -> list[str]:
        return [speaking.said(each) for each in texts]

    return {
        "language": speaking.texts.language,
        "title": title_of(guide, speaking),
        "headings": {name: speaking.said(text) for name, text in _HEADINGS.items()},
        "help_lines": [(each.name, speaking.said(each.who)) for each in guide.help_lines],
        "sees": speaking.said(guide.sees),
        "first_page": speaking.said(guide.first_page) if guide.first_page else "",
        "lists": [said(each) for each in guide.lists],
        "jobs": [{"title": speaking.said(title), "steps": said(steps)} for title, steps in guide.jobs],
        "pages": [said(each) for each in guide.pages],
        "keep_in_mind": said(guide.keep_in_mind),
    }
