"""What clients rely on by name: problem types, routes of commands, event types. Each is written in the code, and pinned here."""

import importlib
import json
import pkgutil
from pathlib import Path
from typing import TypeVar

import services
import shared
from services.cases.commands.routes import GIVEN
from services.cases.domain.calendars import SetCalendar
from services.cases.domain.case.paper import BringIn
from services.cases.domain.casework import CASEWORK
from services.cases.domain.duty import EndLeave, RecordLeave
from services.cases.domain.letters.paper import NameSignatory, RemoveSignatory, SetEmblem, SetLetterhead, SetNumberPattern
from services.cases.domain.letters.register import IssueDocument, StartSeries
from services.cases.domain.steps.command import Command
from services.cases.domain.strategies.group import GROUP_STEPS
from services.cases.domain.strategies.group_steps import FormGroup
from shared.errors import TanggapError
from shared.message import Event

T = TypeVar("T")

PAPER = (SetLetterhead, SetEmblem, SetNumberPattern, NameSignatory, RemoveSignatory)

PINNED = json.loads((Path(__file__).parent / "pinned" / "names.json").read_text(encoding="utf-8"))
MEND = "a public name changed: clients rely on it. Give the old name back, or, for a new thing, add its name to tests/pinned/names.json"


def loaded() -> None:
    """Every module of the program, so that every class is known."""
    for package in (shared, services):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def below(kind: type[T]) -> list[type[T]]:
    return [each for child in kind.__subclasses__() for each in (child, *below(child))]


def ours(kind: type[T]) -> list[type[T]]:
    loaded()
    return [each for each in below(kind) if each.__module__.startswith(("shared.", "services."))]


def test_problem_types_are_written_and_stay():
    errors: list[type[TanggapError]] = [TanggapError, *ours(TanggapError)]
    assert [each.__name__ for each in errors if "code" not in vars(each)] == []
    assert sorted({each.code for each in errors}) == PINNED["problems"], MEND


def test_commands_keep_their_names():
    alone = [step.command for strategy in CASEWORK.alone for step in strategy.steps]
    given: list[type[Command]] = [
        *GIVEN,
        FormGroup,
        *GROUP_STEPS,
        *alone,
        RecordLeave,
        EndLeave,
        SetCalendar,
        BringIn,
        *PAPER,
        StartSeries,
        IssueDocument,
    ]
    assert sorted({each.called for each in given}) == PINNED["commands"], MEND
    assert len({each.called for each in given}) == len(set(given))


def test_every_command_that_can_be_given_says_its_name_and_its_permission():
    given = [each for each in ours(Command) if each.called]
    assert [each.__name__ for each in given if not each.permission and each.__name__ not in ("TakeMerged", "GiveBackMerged", "ComeApart")] == []


def test_event_types_and_versions_stay():
    events = {
        f"{each.model_fields['type'].default} {each.model_fields['version'].default}"
        for each in ours(Event)
        if "type" in vars(each).get("__annotations__", ())
    }
    assert sorted(events) == PINNED["events"], MEND
