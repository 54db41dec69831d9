"""What was written down with an event, as its form asked for it: each field that the reader may see, with its label and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal
from zoneinfo import ZoneInfo

from services.cases.domain.case.additions import ADDITIONS
from services.cases.domain.case.conflict import CONFLICT
from services.cases.domain.case.handling import HANDLING
from services.cases.domain.case.moving import MOVING
from services.cases.domain.case.protection import PROTECTION
from services.cases.domain.case.strands import CaseReopened, NoteAdded
from services.cases.domain.casework import Casework, type_of
from services.cases.domain.referring.consent import CONSENT
from services.cases.domain.referring.disclosure import DISCLOSURE
from services.cases.domain.referring.handing_across import HANDING_ACROSS
from services.cases.domain.referring.referral.events import ReferralDrafted, ReferralMoved
from services.cases.domain.referring.turns import TURNS
from services.cases.domain.steps.endings import COMMON
from services.cases.domain.strategies.group import GROUP_ACTS
from services.cases.forms.wording import Form, Question
from shared.events import CaseClosed, ReferralQuestionAnswered, ReferralSent
from shared.pages import Text, say
from shared.typed import moment_of

_TABLES = (HANDLING, CONFLICT, PROTECTION, MOVING, DISCLOSURE, ADDITIONS, CONSENT, TURNS, HANDING_ACROSS)
_ALONE: Mapping[str, str] = {
    type_of(NoteAdded): "note",
    type_of(CaseReopened): "reopen",
    type_of(CaseClosed): "close",
    type_of(ReferralDrafted): "draft-referral",
    type_of(ReferralSent): "send-referral",
    type_of(ReferralQuestionAnswered): "answer-agency",
}
"""Events that no table pairs with their command."""

_ABOUT = frozenset({"activity", "referral", "glass", "reveal", "correction", "disclosure", "event", "into", "other", "group", "happened_at"})
"""Fields that say what an event is about: the page shows that by where the event stands."""

_ANSWERS: Mapping[bool, Text] = {True: ("Ya", "Yes"), False: ("Tidak", "No")}


@dataclass(frozen=True, slots=True)
class Detail:
    """One field. values: in words; of kind `moment` as ISO 8601."""

    label: Text
    values: Sequence[Text]
    kind: Literal["text", "moment"] = "text"


@dataclass(frozen=True, slots=True)
class Details:
    """forms: by the type of the event that keeps what a form asked."""

    forms: Mapping[str, Form]

    def of(self, event_type: str, data: Mapping[str, Any], names: Mapping[str, str]) -> list[Detail]:
        """names: of whoever and whatever may be named, by id."""
        if told_by := _WITHOUT_FORM.get(event_type):
            return list(told_by(data))
        form = self.forms.get(event_type)
        return list(chain.from_iterable(_details(each, data.get(each.name), names) for each in form.questions)) if form else []


def details_of(work: Casework, forms: Mapping[str, Form]) -> Details:
    """forms: by the name of their command."""
    steps = {type_of(event): step.command.called for event, (_, step) in work.deciding.strategies.by_event.items()}
    beside = {type_of(step.event): step.command.called for strategy in work.alone for step in strategy.steps}
    acts = {type_of(row.event): row.command.called for table in (*_TABLES, GROUP_ACTS) for row in table.rows}
    turns = {type_of(turn.event): command.called for command, turn in COMMON.items()}
    called = {**acts, **steps, **beside, **turns, **_ALONE}
    return Details({event: forms[command] for event, command in called.items() if command in forms})


def _details(question: Question, value: object, names: Mapping[str, str]) -> Iterator[Detail]:
    if value is None or question.name in _ABOUT or question.field.widget == "made":
        return
    if question.rows and isinstance(value, list):
        for each in value:
            yield Detail(question.one or question.label, [text for part in question.rows for text in _texts(part, each.get(part.name), names)])
    elif question.field.widget in ("moment", "day") and isinstance(value, str):
        yield Detail(question.label, [value], "moment")
    elif texts := _texts(question, value, names):
        yield Detail(question.label, texts)


def _texts(question: Question, value: object, names: Mapping[str, str]) -> list[Text]:
    if isinstance(value, list):
        return [text for each in value for text in _texts(question, each, names)]
    if isinstance(value, bool):
        return [_ANSWERS[value]]
    if isinstance(value, dict):
        return [say("Sudah dihapus.")] if "erased" in value else []
    return _said(question, str(value), names) if value is not None else []


def _said(question: Question, value: str, names: Mapping[str, str]) -> list[Text]:
    """An id that nobody can be named for is not shown."""
    if question.field.widget == "made" or question.field.widget in ("moment", "day"):
        return []
    if question.options and value in question.options:
        return [question.options[value]]
    if question.field.names or question.field.widget in ("person", "school", "several", "agency", "case", "group"):
        return [names[value]] if value in names else []
    return [names.get(value, value)]


# what came from an agency, which no form of a case asks --------------------------------------------------------------------

_CHANNELS: Mapping[str, Text] = {
    "api": say("sistem lembaga"),
    "portal": say("tautan atau halaman lembaga"),
    "letter": say("surat"),
    "phone": say("telepon"),
}
_REASONS: Mapping[str, Text] = {
    "no-capacity": say("tidak ada tempat saat ini"),
    "out-of-area": say("di luar wilayah layanan"),
    "age": say("di luar usia yang dilayani"),
    "wrong-service": say("bukan layanan lembaga itu"),
    "insufficient-information": say("keterangannya tidak cukup"),
    "conflict-of-interest": say("ada benturan kepentingan"),
    "already-served": say("anak sudah dilayani"),
    "other": say("alasan lain"),
}
_NO_ANSWERS = frozenset({"fetch", "request-cancel", "enter-in-error"})
"""A look of the agency's, and what the school did."""


def _agency_said(data: Mapping[str, Any]) -> Iterator[Detail]:
    """Its words, the appointment, why it declined, and by which way it said so."""
    if note := _words(data.get("note")):
        yield Detail(say("Yang disampaikan lembaga"), [note])
    if at := data.get("at"):
        yield _appointment(at)
    if reason := _REASONS.get(data.get("reason") or ""):
        yield Detail(say("Alasan lembaga"), [reason])
    if (channel := _CHANNELS.get(data.get("channel") or "")) and data.get("trigger") not in _NO_ANSWERS:
        yield Detail(say("Dijawab lewat"), [channel])


def _words(told: object) -> Text | None:
    if isinstance(told, dict):
        return say("Sudah dihapus.") if "erased" in told else None
    return told if isinstance(told, str) and told else None


def _appointment(at: object) -> Detail:
    """What lies in the store from before such moments were refused is told, and breaks no page."""
    label = say("Waktu pertemuan")
    if isinstance(at, str) and moment_of(at, ZoneInfo("UTC")):
        return Detail(label, [at], "moment")
    return Detail(label, [say("Waktu yang ditulis lembaga tidak mungkin; tanyakan kepada lembaga.")])


_WITHOUT_FORM: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Detail]]] = {type_of(ReferralMoved): _agency_said}
