"""docs/contracts.md agrees with the code: the routes and verbs that it promises exist, and every verb stands in it."""

import re

import pytest

from district.__main__ import app
from shared.access import Permissions
from tests.docs.comments import ROOT

PAGE = (ROOT / "docs" / "contracts.md").read_text(encoding="utf-8")
PROMISED = "\n".join(part for part in re.split(r"\n\n|(?<=\|)\n", PAGE) if not part.startswith("*Planned"))
ROUTE = re.compile(r"`(?P<method>GET|POST) (?P<path>/[\w/{}-]+)[?`]")
ROWS = {re.sub(r"\{\w+\}", "{}", row) for row in Permissions().rows}


def verbs() -> set[str]:
    """What can stand after `./tanggap`, as `audit verify` or `doctor`."""
    alone = {str(command.name) for command in app.registered_commands}
    return alone | {f"{group} {verb}" for group, names in groups().items() for verb in names}


def groups() -> dict[str, list[str]]:
    """Verbs that have verbs below them."""
    known = [(str(group.name), group.typer_instance) for group in app.registered_groups]
    return {name: [str(command.name) for command in below.registered_commands] for name, below in known if below}


def promised_verbs() -> set[str]:
    """The verbs of the page's table. A row may name several, and several verbs below one verb."""
    section = PAGE.partition("## The operator's command")[2].partition("\n## ")[0]
    cells = [line.split(" | ")[0] for line in section.splitlines() if line.startswith("| `")]
    calls = [told.split() for cell in cells for told in re.findall(r"`([^`]+)`", cell)]
    below = {f"{call[0]} {verb}" for call in calls if call[0] in groups() for verb in call[1].split("\\|")}
    return below | {call[0] for call in calls if call[0] not in groups()}


@pytest.mark.parametrize("route", sorted({f"{each['method']} {each['path']}" for each in ROUTE.finditer(PROMISED)}))
def test_a_promised_route_is_there(route: str) -> None:
    assert re.sub(r"\{\w+\}", "{}", route) in ROWS


def test_the_page_promises_the_routes_that_outsiders_use_most() -> None:
    found = {f"{each['method']} {each['path']}" for each in ROUTE.finditer(PROMISED)}
    assert found >= {"POST /intake/api/concerns", "GET /cases/api/cases/{id}/history", "POST /notifications/api/tasks/{id}/transitions"}


def test_the_page_names_every_verb_and_no_other() -> None:
    assert promised_verbs() == verbs()
