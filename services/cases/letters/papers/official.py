"""What goes to offices: an official report, and data that the police asked for in writing."""

from __future__ import annotations

from services.cases.domain.data_request import DataReleased, DataRequested
from services.cases.domain.official_reporting import OfficialReportFiled
from services.cases.letters.material import Material, coded
from services.cases.letters.model import AboutStudent


class OfficialReport(AboutStudent):
    """Pelaporan resmi: what is reported, on which ground, and until when an answer is due."""

    office: str
    legal_basis: str
    filed: str
    respond_by: str
    contents: str


def official_report(material: Material) -> OfficialReport:
    filed = material.of(OfficialReportFiled)
    return OfficialReport(
        student=material.student.name,
        homeroom=material.student.homeroom,
        office=coded("office", filed.to),
        legal_basis=filed.legal_basis,
        filed=material.day(filed.at),
        respond_by=material.day(filed.respond_by),
        contents=material.text(filed.contents),
    )


class DataRelease(AboutStudent):
    """Penyerahan data: exactly what was handed over, to whom, on which written request."""

    requester: str
    letter: str
    legal_basis: str
    items: str
    released: str
    handed_over: str


def data_release(material: Material) -> DataRelease:
    asked, released = material.of(DataRequested), material.of(DataReleased)
    return DataRelease(
        student=material.student.name,
        homeroom=material.student.homeroom,
        requester=material.text(asked.requester),
        letter=asked.letter,
        legal_basis=asked.legal_basis,
        items=material.text(asked.items),
        released=material.day(released.at),
        handed_over=material.text(released.package),
    )
