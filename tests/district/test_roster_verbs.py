"""The operator's `roster import` and `roster report`: tables for people, JSON for machines, and an exit code that says whether all was applied."""

import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from district.__main__ import app
from district.commands import directory
from services.intake.domain.imports import PartChanged, PartRefused, RosterImported, RowSetAside
from services.intake.roster.known import KnownSchool
from services.intake.roster.reasons import SENTENCES
from services.intake.roster.report import report
from services.intake.roster.untrusted import untrusted
from shared.errors import Invalid
from shared.web import problem

SCHOOLS = {"s1": KnownSchool("20100001", "SMP 1")}
ASIDE = RowSetAside(file="users.csv", row=5, field="phone", reason="spreadsheet-number")
REFUSED = PartRefused(school="s1", part="staff", reason="loses-too-many", lost=6, of=7)


def answered(**more: object) -> dict[str, object]:
    told = {"schools": 1, "applied": 2, "unchanged": 3, "left": 1, "parts": (), "refused": (), "accepted": ()} | more
    return report(RosterImported.model_validate(told), [ASIDE], SCHOOLS).model_dump(mode="json")


class Home:
    """A district's folder, as far as these verbs ask it; nobody serves from it."""

    folder = Path("/nowhere")

    def service_headers(self) -> dict[str, str]:
        return {"authorization": "Bearer service"}


@pytest.fixture
def asked(monkeypatch) -> list[httpx.Request]:
    """Every request that reaches intake; it answers with `asked.answer`."""
    seen = Asked()
    transport = httpx.MockTransport(seen.take)
    real = httpx.Client
    monkeypatch.setattr(directory, "find_home", Home)
    monkeypatch.setattr(httpx, "Client", lambda **more: real(transport=transport, headers=more.get("headers")))
    return seen


class Asked(list[httpx.Request]):
    answer: dict[str, object]
    refusal: Invalid | None = None

    def take(self, request: httpx.Request) -> httpx.Response:
        self.append(request)
        if self.refusal:
            return httpx.Response(422, content=bytes(problem(self.refusal).body))
        return httpx.Response(200, json=self.answer)


def run(*words: str, bundle: Path | None = None):
    return CliRunner().invoke(app, ["roster", *words, *([str(bundle)] if bundle else [])])


@pytest.fixture
def bundle(tmp_path) -> Path:
    path = tmp_path / "b.zip"
    path.write_bytes(b"zip")
    return path


def test_what_was_set_aside_is_shown_with_file_row_field_reason_and_mend(asked, bundle):
    asked.answer = answered(parts=(PartChanged(school="s1", part="students", changed=2, left=1),))
    done = run("import", bundle=bundle)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert "20100001\tSMP 1\tstudents\t0\t2\t0\t1\t0\t0\t0" in lines
    mend = SENTENCES["spreadsheet-number"]
    assert f"users.csv\t5\tphone\tspreadsheet-number\t{mend.id}\t{mend.en}" in lines
    assert (asked[0].method, asked[0].url.path, asked[0].content) == ("POST", "/intake/api/roster", b"zip")


def test_a_refused_part_is_shown_as_it_can_be_accepted_and_the_command_exits_with_1(asked, bundle):
    asked.answer = answered(refused=(REFUSED,))
    done = run("import", bundle=bundle)
    assert done.exit_code == 1
    mend = SENTENCES["loses-too-many"]
    assert f"20100001:staff\tSMP 1\t6\t7\t{mend.id}\t{mend.en}" in done.stdout.splitlines()


def test_a_bundle_that_cannot_be_trusted_is_told_with_its_mend(asked, bundle):
    asked.refusal = untrusted("separator", "/users.csv")
    done = run("import", bundle=bundle)
    assert (done.exit_code, " ".join(done.stderr.split())) == (2, f"tanggap: {asked.refusal}")


def test_wishes_reach_intake(asked, bundle):
    asked.answer = answered()
    assert run("import", "--dry-run", "--accept", "20100001:staff", "--accept", "20100001:classes", bundle=bundle).exit_code == 0
    assert asked[0].url.params.multi_items() == [
        ("allow_drop", "false"), ("accept", "20100001:staff"), ("accept", "20100001:classes"), ("dry_run", "true"),
    ]  # fmt: skip


def test_the_report_of_the_last_import_is_shown_as_json_too(asked):
    asked.answer = answered() | {"at": "2026-11-27T10:00:00Z", "actor": "service:operator", "accepted": []}
    assert json.loads(run("report", "--json").stdout) == asked.answer
    assert run("report").stdout.startswith("Roster, imported at 2026-11-27T10:00:00Z\n")
    assert {(request.method, request.url.path) for request in asked} == {("GET", "/intake/api/roster/report")}
