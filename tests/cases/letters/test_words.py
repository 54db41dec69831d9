"""The words of documents: each field has its place, each code its words; what does not fit stops the start."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from services.cases.domain.case.handing_over import HandOverCase
from services.cases.domain.casework import CASEWORK
from services.cases.domain.official_reporting import FileOfficialReport
from services.cases.domain.referring.consent import How
from services.cases.domain.steps import activity
from services.cases.domain.steps.tells import Receiver
from services.cases.domain.strategies import conference, consultation, counselling, group_steps, partnership, teacher
from services.cases.letters.form import RowsForm, SectionForm, filled, parts_of
from services.cases.letters.kinds import KINDS, REPORTS, kinds_of
from services.cases.letters.laid_out import Section
from services.cases.letters.material import coded
from services.cases.letters.papers.counselling import SatisfactionForm
from services.cases.letters.papers.reports import Count
from services.cases.letters.signing import Signatories
from services.cases.reading.reports import services_of
from shared.errors import StartRefused
from shared.events import Category, OutcomeClass, ReporterKind, StudentRole, Urgency


def values(command: Any, name: str) -> tuple[str, ...]:
    return get_args(command.model_fields[name].annotation)


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        ("field", get_args(activity.Field)), ("origin", values(counselling.RequestCounselling, "origin")), ("stage", values(group_steps.HoldSession, "stage")),
        ("aim", values(teacher.AskTeacher, "aim")), ("consultation", values(consultation.AskConsultation, "aim")),
        ("asker", values(consultation.AskConsultation, "asker_kind")), ("partner", values(partnership.ProposePartnership, "kind")),
        ("side", values(conference.Invitee, "side")), ("reason", values(conference.Invitee, "reason")), ("consent", get_args(How)),
        ("office", values(FileOfficialReport, "to")), ("urgency", get_args(Urgency)), ("outcome", get_args(OutcomeClass)), ("role", get_args(StudentRole)),
        ("reporter", get_args(ReporterKind)), ("category", get_args(Category)), ("receiver", get_args(Receiver)),
        ("handover", values(HandOverCase, "reason")), ("strategy", [each.name for each in CASEWORK.chapters if each.name != "case"]),
        ("service", sorted(services_of(CASEWORK).values())), ("helped", (True, False)), ("reached", (True, False)), ("yes", (True, False)),
        ("accepted", (True, False)), ("answer", ("outcome", "decline")), ("giver", ("student", "guardian")),
        ("task", ("requested", "received", "accepted", "rejected", "in-progress", "on-hold", "completed", "cancelled", "failed", "entered-in-error")),
        ("decline", ("no-capacity", "out-of-area", "age", "wrong-service", "insufficient-information", "conflict-of-interest", "already-served", "other")),
    ],
)  # fmt: skip
def test_every_code_that_a_document_may_print_has_words(group, codes):
    assert [code for code in codes if coded(group, code) == str(code).lower()] == []


def test_a_code_of_somebody_else_stands_as_it_is():
    assert coded("decline", "penuh") == "penuh"


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ((RowsForm(rows=(("A", "{student}"),)),), "satisfaction-form.toml forgets counsellor"),
        (
            (RowsForm(rows=(("A", "{student} {homeroom} {counsellor} {when} {score} {words} {symptoms}"),)),),
            "names symptoms, which the document does not have",
        ),
    ],
)
def test_words_that_do_not_fit_the_fields_stop_the_start(parts, fault):
    kind = KINDS["satisfaction-form"]
    changed = replace(kind)
    changed.__dict__["form"] = kind.form.model_copy(update={"parts": parts, "signatures": ()})
    with pytest.raises(StartRefused, match=fault):
        kinds_of(changed)


def test_a_table_names_only_columns_that_its_lines_have():
    kind = REPORTS["monthly-report"]
    changed = replace(kind)
    wrong = tuple(
        part.model_copy(update={"columns": (("A", "tidak-ada", 1),)}) if getattr(part, "table", "") == "services" else part
        for part in kind.form.parts
    )
    changed.__dict__["form"] = kind.form.model_copy(update={"parts": wrong})
    with pytest.raises(StartRefused, match="tidak-ada is no column of services"):
        kinds_of(changed)
    assert "tidak-ada" not in Count.model_fields


def test_braces_in_what_somebody_wrote_are_no_field():
    """Or one field would say what another holds."""
    said = SatisfactionForm(student="Ani {words}", homeroom=None, counsellor="{student}", when="{}", score=4, words="{counsellor} {{x}} {")
    assert filled("{student}|{counsellor}|{words}|{when}|{score}", dict(said) | {"score": "4"}) == "Ani {words}|{student}|{counsellor} {{x}} {|{}|4"
    parts = parts_of((SectionForm(heading="A", text="{words}"), SectionForm(heading="B", text="{homeroom}")), said)
    assert parts == (Section(heading="A", text="{counsellor} {{x}} {"),), "what has no value is left out with its heading"


def test_headings_are_lettered_without_a_gap():
    said = SatisfactionForm(student="Ani", homeroom=None, counsellor="Bu BK", when="", score=4, words="")
    forms = [("A. Satu", "{student}"), ("B. Dua", "{homeroom}"), ("C. Tiga", "{student}"), ("Tanpa", "{student}"), ("D. Empat", "{student}")]
    forms += [("1. Satu", "{homeroom}"), ("2. Dua", "{student}"), ("3. Tiga", "{student}")]
    parts = parts_of([SectionForm(heading=heading, text=text) for heading, text in forms], said)
    assert [each.heading for each in parts] == ["A. Satu", "B. Tiga", "Tanpa", "C. Empat", "1. Dua", "2. Tiga"]


# who signs ---------------------------------------------------------------------------------------------------------

STAFF = {"principal": ["kepala"], "vice-principal": ["wakil"], "supervisor": ["pengawas"], "district-officer": ["dinas"], "counsellor": ["bk"]}
NAMES = {"kepala": "Bu Kepala", "wakil": "Pak Wakil", "pengawas": "Bu Pengawas", "dinas": "Pak Dinas", "bk": "Bu BK"}


@pytest.mark.parametrize(
    ("unfit", "position", "name"),
    [
        ((), "Kepala SMP 1", "Bu Kepala"),
        (("kepala",), "Wakil Kepala SMP 1", "Pak Wakil"),
        (("kepala", "wakil"), "Pengawas Sekolah", "Bu Pengawas"),
        (("kepala", "wakil", "pengawas"), "Pejabat Dinas Pendidikan", "Pak Dinas"),
        (("kepala", "wakil", "pengawas", "dinas"), "Kepala SMP 1", ""),
    ],
)
@pytest.mark.parametrize("who", ["principal", "endorser"])
def test_whoever_may_not_sign_is_replaced_by_deputy_supervisor_and_district(unfit, position, name, who):
    """Where nobody may, the place stays empty and is filled in by hand."""
    form = KINDS["visit-assignment"].form.signatures[0].model_copy(update={"who": who, "caption": "Mengetahui,"})
    place = Signatories("SMP 1", STAFF, frozenset(unfit), {}, NAMES, "bk", endorser="kepala").place(form, {})
    assert (place.caption, place.position, place.name) == ("Mengetahui,", position, name)
