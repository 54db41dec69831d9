"""The reviewed file walked: every route of a case × role × relation × state is decided as the file says (ADR 31)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache

import pytest

from services.cases.commands.routes import GIVEN
from services.cases.domain.case.state import Case
from services.cases.domain.casework import CASEWORK
from services.cases.domain.steps.strategy import Strategy
from services.cases.domain.strategies.group import GROUP_COUNSELLING
from services.cases.rights import require_right, rights, standing_of
from shared.access import Permissions, Principal
from shared.errors import NotAllowed, NotFound, StartRefused
from shared.rights import relations
from shared.rights.matrix import LEVELS, Part, Relation, RelationRow, matrix
from tests.cases.people import NOW, later
from tests.cases.relations import FILE, ME, OF_THE_DISTRICT, ROLES, SCENES, Scene, scenes
from tests.keys import somebody

PERMISSIONS = Permissions()
READS: Mapping[str, Part | None] = {"": None, "/history": "proofs", "/decisions": "decisions", "/documents": "documents", "/possible": None}
"""What is read below a case, and the part of it that must be seen; None for what everybody gets as far as they see."""

ASKED_AT = later(hours=2)
COMMANDS = tuple(GIVEN)
Outcome = int


def me(scene: Scene, role: str) -> Principal:
    return somebody(ME, {role}, () if role in OF_THE_DISTRICT else {scene.at})


def route_of(path: str) -> str:
    return f"/cases/api/cases/{{{'subject_id' if path == '/documents' else 'case_id'}}}{path}"


# what the code says ------------------------------------------------------------------------------------------------


def through_the_gate(principal: Principal, roles: frozenset[str]) -> Principal | None:
    """As the row of a route lets somebody in; None where it does not."""
    found = principal.only(roles)
    return found if found.holds(*roles) else None


def reading(principal: Principal, case: Case, path: str) -> Outcome:
    part = READS[path]
    found = through_the_gate(principal, PERMISSIONS.roles("GET", route_of(path)))
    if found is None:
        return 403
    try:
        level = rights(found, case, ASKED_AT)
    except NotFound:
        return 404
    return 403 if part and not matrix().shows(level, part) else 200


def giving(principal: Principal, case: Case, group: str) -> Outcome:
    row = PERMISSIONS.command(group)
    found = through_the_gate(principal, row.roles)
    if found is None:
        return 403
    try:
        require_right(found, case, row, None, ASKED_AT)
    except NotFound:
        return 404
    except NotAllowed:
        return 403
    return 200


# what the file says ------------------------------------------------------------------------------------------------


@cache
def reading_by_the_file(scene: Scene, role: str, path: str) -> Outcome:
    if role not in PERMISSIONS.roles("GET", route_of(path)):
        return 403
    level = scene.sees(role)
    if level == "nothing":
        return 404
    return 200 if READS[path] in (None, *FILE["levels"][level]) else 403


@cache
def giving_by_the_file(scene: Scene, role: str, group: str) -> Outcome:
    roles = sorted(PERMISSIONS.command(group).roles)
    if role not in roles:
        return 403
    if scene.sees(role) == "nothing":
        return 404
    return 200 if scene.gives(role, group, roles) else 403


def walk() -> Iterator[tuple[str, Outcome, Outcome]]:
    """Each combination with what the file says and what the code says."""
    for scene, state, case in scenes():
        for role in ROLES:
            who = me(scene, role)
            for path in READS:
                yield f"{scene.name}, {state}, {role}: GET {path}", reading_by_the_file(scene, role, path), reading(who, case, path)
            for command in COMMANDS:
                told = giving_by_the_file(scene, role, command.permission)
                yield f"{scene.name}, {state}, {role}: {command.called}", told, giving(who, case, command.permission)


def wrong() -> list[str]:
    """Where code and file differ."""
    return [f"{which}: {told} by the file, {found}" for which, told, found in walk() if told != found]


# the walk ----------------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.timeout(120)
def test_every_route_role_relation_and_state_is_decided_as_the_file_says():
    seen: Counter[Outcome] = Counter()
    differences = []
    for which, told, found in walk():
        seen[found] += 1
        if told != found:
            differences.append(f"{which}: {told} by the file, {found}")
    print(f"{seen.total():,} combinations: {dict(seen)}")
    assert differences == []
    assert seen.total() >= 50_000
    assert min(seen[each] for each in (200, 403, 404)) >= 1_000


def test_the_scenes_reach_every_relation_and_every_state():
    standing = {each for scene, _, case in scenes() for role in ROLES for each in standing_of(me(scene, role), case, ASKED_AT).relations}
    assert standing == set(FILE["relations"])
    assert {state for _, state, _ in scenes()} == {"opened", "assessed", "planned", "in-progress", "waiting", "merged", "closed"}


def test_the_relations_of_every_scene_are_those_that_were_told_by_hand():
    for scene, state, case in scenes():
        for role in ROLES:
            assert list(standing_of(me(scene, role), case, ASKED_AT).relations) == scene.relations(role), (scene.name, state, role)


# mistakes ----------------------------------------------------------------------------------------------------------

related = relations.RELATED


def _sees_without_keeping_away(standing: relations.Standing) -> str:
    return min((row.sees for row in standing.rows), key=LEVELS.index, default="nothing")


def _instead(relation: Relation, by: Callable[..., bool]) -> dict[Relation, Callable[..., bool]]:
    return {**related, relation: by}


MISTAKES = {
    "whoever is named is no longer kept away": (relations, "RELATED", _instead("named", lambda *_: False)),
    "a suspension for a conflict counts for nothing": (relations, "RELATED", _instead("suspended", lambda *_: False)),
    "a deputy's days never end": (
        relations, "RELATED", _instead("deputy", lambda who, people, _: any(deputy == who.id for deputy, _ in people.deputies)),
    ),
    "whatever is given stays everybody's at the school": (relations, "RELATED", _instead("unassigned", lambda *_: True)),
    "officers see calm cases": (relations, "RELATED", _instead("escalated", lambda *_: True)),
    "everybody of the school was asked": (relations, "RELATED", _instead("asked", lambda *_: True)),
    "whoever is kept away sees what the role gives": (relations.Standing, "sees", property(_sees_without_keeping_away)),
    "a role counts at every school": (Principal, "holds_at", lambda who, _, *roles: who.holds(*roles)),
    "the district's desk is the school's": (relations, "_at_school", lambda _: True),
    "a relation gives every command": (RelationRow, "gives", lambda *_: True),
    "the receiving school counts as the case's": (relations, "school_of", lambda _, people: people.receiving or people.school),
}  # fmt: skip
"""Each of them could be typed, and each one turns the walk red."""


@pytest.mark.long
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_seeded_mistake_turns_the_walk_red(mistake, monkeypatch):
    place, name, changed = MISTAKES[mistake]
    monkeypatch.setattr(place, name, changed)
    assert any(told != found for _, told, found in walk())


# the file ----------------------------------------------------------------------------------------------------------


def test_each_strategy_s_readers_stand_in_the_file_as_the_strategy_has_them():
    """A strategy that stands in the register and not in the file fails here."""
    named = {each.name: each for each in CASEWORK.chapters if isinstance(each, Strategy)}
    assert set(FILE["strategies"]) == {*named, GROUP_COUNSELLING.name}
    for name, strategy in named.items():
        fresh = strategy.audience(_fresh(name))
        flags = {"owner": fresh.owner, "case": fresh.holders, "glass-of-two": fresh.second_person}
        readers = set(FILE["strategies"][name])
        assert {flag for flag, holds in flags.items() if holds} == readers - {"named", "glass"}, name


def _fresh(strategy: str):
    from services.cases.domain.steps.activity import Activity

    return Activity("a", strategy, "", "owner")


def test_a_file_that_gives_a_group_of_commands_which_there_is_not_stops_the_start():
    told = matrix()
    wrong_row = told.relations["duty"].model_copy(update={"commands": frozenset({"everything"})})
    with pytest.raises(StartRefused, match=r"relations.duty.*everything"):
        told.model_copy(update={"relations": {**told.relations, "duty": wrong_row}}).require_groups(PERMISSIONS.groups)


def test_a_relation_without_a_row_stops_the_start(tmp_path):
    short = tmp_path / "matrix.toml"
    text = "".join(
        f"[relations.{name}]\nat = 'case'\nsees = 'nothing'\ncommands = []\nnames = ['a', 'b']\nbecause = ['a', 'b']\n" for name in ("named",)
    )
    short.write_text(f"{text}[levels]\n[strategies]\n[summary]\nfields = []\ndata = []\nevents = []\n[metadata]\nfields = []\n")
    with pytest.raises(StartRefused, match="assigned"):
        matrix(short)


def test_every_relation_says_in_both_languages_what_it_is_and_why():
    for name, row in matrix().relations.items():
        assert len({*row.because}) == 2 and all(row.because), name


def test_a_deputy_whose_days_are_over_is_one_until_then():
    scene = next(each for each in SCENES if each.name == "a deputy whose days are over")
    (case,) = (each for found, state, each in scenes() if found is scene and state == "opened")
    assert rights(me(scene, "counsellor"), case, NOW) == "content"
    assert rights(me(scene, "counsellor"), case, ASKED_AT) == "summary"
    assert replace(scene, deputy=True).sees("counsellor") == "content"
