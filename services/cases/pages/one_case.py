"""One case as a page shows it: who, how urgent and why, what is expected, what may be done, what was said and done. What is withheld is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from services.cases.attached.kept import AttachedFiles
from services.cases.attached.opening import heard
from services.cases.attached.showing import files_shown
from services.cases.commands.next_steps import LookingAhead
from services.cases.domain.case.strands import Close
from services.cases.pages.after import After
from services.cases.pages.around import SAFETY, Around, safety_of
from services.cases.pages.cards import Card, Cards
from services.cases.pages.entries import Telling
from services.cases.pages.families import families_shown
from services.cases.pages.links import Link, Linking
from services.cases.pages.naming import Naming
from services.cases.pages.screen import CATEGORIES, FACTS, LOUDNESS, SAME, STATES
from services.cases.pages.strands import brought_in_shown, strand_shown
from services.cases.pages.timeline import Filtering, timeline
from services.cases.reading.case import CaseReader, Moment
from services.cases.reading.meetings import MEETINGS, begins
from services.cases.reading.words import Words
from services.cases.rights import OF_THE_SCHOOL, ReadingReason
from shared.access import Principal
from shared.pages import Text

_OF_ITS_HOLDER = frozenset({"assign", "note"})
"""Steps of whoever has a case: they may close it, too."""

_SELDOM = frozenset({"record-data-request", "record-inbound-referral"})
"""Begun a few times in a school's life: they stand with the rarer steps."""

RECORDED = frozenset({"request-counselling", "schedule-counselling", "hold-counselling"})
"""Where one of these may be given, a session that took place can be recorded (`services/cases/recording`)."""


@dataclass(frozen=True, slots=True)
class OneCase:
    """Reads a case and puts it into words."""

    reader: CaseReader
    looking: LookingAhead
    around: Around
    naming: Naming
    words: Words
    telling: Telling
    linking: Linking
    after: After
    attached: AttachedFiles

    async def of(self, principal: Principal, case_id: str, reason: ReadingReason | None, wanted: Filtering, saved: str = "") -> dict[str, Any]:
        """What the template shows; of a case that was only offered to the reader's school, no more than that.

        wanted: of the timeline. saved: the step that was just taken. Raises: NotFound, NotAllowed, ReadingReasonNeeded.
        """
        told = await self.reader.case(principal, case_id, Moment(), reason)
        if "urgency" not in told:
            return {"offered": True}
        history = await self.reader.history(principal, case_id, reason)
        guardians = await self.around.guardians(told["student"]) if "guardians" in told else ()
        reads = await self.around.reads(case_id) if "conflicts" in told else []
        names = await self.naming.of(told, history, [*guardians, *(each.reader for each in reads)])
        may_know_who = _may_know_who(principal, told)
        if not may_know_who:
            names = {person: name for person, name in names.items() if person != told["student"]}
        entries = self.telling.entries(
            history, {each["id"]: each["strategy"] for each in told["activities"]}, names, minutes=told["urgency"] == "emergency"
        )
        links = self.linking.links(case_id, await self.looking.steps(principal, case_id), names, reason)
        looked = self.around.looked(reads, names)
        files = await self.attached.of(heard(told), told["student"])
        cards = Cards(self.words, entries, links, names, f"?{urlencode({'reason': reason})}" if reason else "").of(told)
        shown = (
            _head(told, names, self.words) | self._work(told, cards, links, names, principal.id) | {"attached": files_shown(files, case_id, reason)}
        )
        return shown | {
            "id": case_id,
            "zone": (await self.around.calendars.of(told["school"])).zone,
            "age": await self.around.age(told["student"], told["school"]) if may_know_who else None,
            "homeroom": await self.around.homeroom(told["student"]) if may_know_who else "",
            "guardians": [_guardian(each, told["guardians"], names) for each in guardians],
            "timeline": timeline(entries, wanted, self.words),
            "families": families_shown(told, names),
            "objections": told.get("objections", ()),
            "letters": self.after.letters(f"/cases/cases/{case_id}/surat", saved, history),
            "looked": looked,
            "audits": principal.holds("auditor"),
            "beside": [each for each in looked if each.here and each.by and each.reader not in (principal.id, told["student"])],
        }

    def _work(self, told: Mapping[str, Any], cards: Sequence[Card], links: Sequence[Link], names: Mapping[str, str], reader: str) -> dict[str, Any]:
        """What is expected, what may be done, and what was done."""
        strands = [strand_shown(each, names, links) for each in told["strands"]]
        placed = {link.address for links_of in (*(card.links for card in cards), *(each["links"] for each in strands)) for link in links_of}
        others = [each for each in links if each.address not in placed]
        return {
            "expected": [_expected(each, names, self.words, reader) for each in told["deadlines"]],
            "records": any(each.called in RECORDED for each in links),
            "awaited": [each for each in links if each.due],
            "cards": cards,
            "services": [each for each in others if _is_service(each)],
            "acts": [each for each in others if not _is_service(each)],
            "held": self._held_open(told, links),
            "strands": strands,
            "brought_in": brought_in_shown(told, self.words.titles),
            "of_merged": [each["text"] for each in told.get("additions_of_merged", ())],
            "notes": [{"text": each["text"], "by": names.get(each["by"], "")} for each in told.get("notes", ())],
            "goals": [_goal(each, names) for each in told.get("handling", {}).get("goals", ())],
        }

    def _held_open(self, told: Mapping[str, Any], links: Sequence[Link]) -> str:
        """Where whoever works on the case sees why it cannot be closed yet; empty where it can be, or was."""
        works = any(each.called in _OF_ITS_HOLDER for each in links)
        can = any(each.called == Close.called for each in links) or told["state"] in ("closed", "merged")
        return f"/cases/cases/{told['id']}/langkah/{Close.called}#terbuka" if works and not can else ""


def _is_service(link: Link) -> bool:
    return link.begins and link.called not in _SELDOM


def _may_know_who(principal: Principal, told: Mapping[str, Any]) -> bool:
    """Officers and auditors find cases by id, and read no name there either; whoever works on the case knows who it is."""
    return principal.holds_at(told["school"], *OF_THE_SCHOOL, "district-duty") or "handling" in told or "notes" in told


def _head(told: Mapping[str, Any], names: Mapping[str, str], words: Words) -> dict[str, Any]:
    return {
        "offered": False,
        "urgency": words.values["urgency"][told["urgency"]],
        "loudness": LOUDNESS[told["urgency"]],
        "why": _why(told["strands"]),
        "state": STATES[told["state"]],
        "student": names.get(told["student"] or ""),
        "known": told["student"] is not None,
        "holder": names.get(told["assignee"] or told["acknowledged_by"] or ""),
        "elsewhere": bool(told["student_at"]),
        "withheld": "handling" not in told,
        "glass": [each["until"] for each in told["glass"]],
    }


def _why(strands: Sequence[Mapping[str, Any]]) -> list[Text]:
    """What the concerns are about, and the dangers that they name: each once, also where a danger is called as what the concern is about."""
    categories = {each for strand in strands for each in strand.get("categories", ())}
    facts = {fact for strand in strands for fact, known in strand.get("facts", {}).items() if known}
    beside = {fact for fact in facts if SAME.get(fact) not in categories}
    return [*(text for code, text in CATEGORIES.items() if code in categories), *(text for code, text in FACTS.items() if code in beside)]


def _expected(deadline: Mapping[str, Any], names: Mapping[str, str], words: Words, reader: str) -> dict[str, Any]:
    """mine: the reader may be who is waited for."""
    return {
        "what": words.deadlines[deadline["what"]],
        "due": begins(deadline["what"], datetime.fromisoformat(deadline["due"])),
        "meets": deadline["what"] in MEETINGS,
        "by": names.get(deadline["owner"] or ""),
        "mine": deadline["owner"] in (None, reader),
        "late": bool(deadline["step"]),
    }


def _guardian(guardian: str, told: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    safety = safety_of(guardian, told)
    return {"name": names.get(guardian, ""), "safety": SAFETY[safety], "safe": safety == "safe"}


def _goal(goal: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {"words": goal["words"], "owner": names.get(goal["owner"], ""), "due": goal["due"], "reached": goal["reached"]}
