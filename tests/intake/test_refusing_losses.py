"""What of an export is refused, by school and kind, and that the rest is applied (domain page, "Reading a bundle"; row 15 of the cases)."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.roster.ids import person_id, school_id
from services.intake.roster.reading import read_bundle
from services.intake.roster.refusing import Accepted, accepted
from shared.errors import Invalid
from tests.intake.bundles import zipped
from tests.intake.exports import Export, Held, bundle, copied, export, holding, shuffled, without, written
from tests.intake.interpreting import WholePlan, interpret

SMP, SD = school_id("roster", "smp1"), school_id("roster", "sd2")
EVERYTHING = Accepted(everything=True)


def refused(made: WholePlan) -> list[tuple[str, str, str, int, int]]:
    return sorted((each.school, each.part, each.reason, each.lost, each.of) for each in made.refused)


def quiet(made: WholePlan) -> bool:
    return not made.people and not made.departures


@pytest.fixture
def held(tmp_path) -> Held:
    return holding(export(), tmp_path)


def test_the_same_export_again_changes_nothing(held, tmp_path):
    _, made = held.planned(bundle(export(), tmp_path))
    assert quiet(made) and made.refused == []
    assert made.total("unchanged") == 96


# row 15 ------------------------------------------------------------------------------------------------------------------


def test_row_15_an_export_without_any_staff_is_refused_for_the_staff_alone(held, tmp_path):
    changed = without(export(), lambda key: "staf" in key)
    changed["users"][2][2] = "Kirana"
    _, made = held.planned(bundle(changed, tmp_path))
    assert refused(made) == sorted([(SMP, "staff", "loses-too-many", 6, 6), (SD, "staff", "loses-too-many", 6, 6)])
    assert ([person.name for person in made.people], made.departures) == (["Kirana Contoh"], [])
    _, made = held.planned(bundle(changed, tmp_path), Accepted(frozenset({(SMP, "staff")})))
    assert refused(made) == [(SD, "staff", "loses-too-many", 6, 6)]
    assert made.departures == [(person_id("roster", f"smp1-staf-{place}"), SMP) for place in range(6)]


def test_row_15_an_export_without_any_guardian_is_refused_for_the_guardians_and_keeps_the_links(held, tmp_path):
    changed = without(export(), lambda key: "wali" in key)
    for row in changed["users"][1:]:
        row[6] = ""
    _, made = held.planned(bundle(changed, tmp_path))
    assert refused(made) == sorted([(SMP, "guardians", "loses-too-many", 21, 21), (SD, "guardians", "loses-too-many", 21, 21)])
    assert quiet(made)
    _, made = held.planned(bundle(changed, tmp_path), EVERYTHING)
    assert (made.refused, len(made.departures), {person.guardians for person in made.people}) == ([], 42, {()})


def test_a_school_that_is_cut_off_is_refused_and_the_other_is_applied(held, tmp_path):
    changed = without(export(), lambda key: key.startswith("sd2-murid-1"))
    changed = without(changed, lambda key: key == "smp1-murid-0")
    _, made = held.planned(bundle(changed, tmp_path))
    assert refused(made) == [(SD, "students", "loses-too-many", 11, 21)]
    assert made.departures == [(person_id("roster", "smp1-murid-0"), SMP)]
    assert (made.counts[SD, "students"]["refused"], made.counts[SD, "students"]["unchanged"]) == (21, 0)


@pytest.mark.parametrize(("gone", "is_refused"), [(1, False), (2, True)])
def test_more_than_five_in_a_hundred_are_too_many(held, tmp_path, gone, is_refused):
    changed = without(export(), lambda key: key in {f"smp1-murid-{place}" for place in range(gone)})
    _, made = held.planned(bundle(changed, tmp_path))
    assert bool(made.refused) == is_refused
    assert len(made.departures) == (0 if is_refused else gone)


def test_marked_as_deleted_counts_as_lost_and_is_a_departure(held, tmp_path):
    changed = export()
    for row in changed["users"]:
        row[1] = "tobedeleted" if row[0] == "smp1-wali-3" else row[1]
    _, made = held.planned(bundle(changed, tmp_path))
    assert made.departures == [(person_id("roster", "smp1-wali-3"), SMP)]
    assert [(person.name, person.guardians) for person in made.people] == [("Murid3 Contoh", ())]
    for row in changed["users"][1:]:
        row[1] = "tobedeleted" if "smp1-wali" in row[0] else row[1]
    assert refused(held.planned(bundle(changed, tmp_path))[1]) == [(SMP, "guardians", "loses-too-many", 21, 21)]


# counsellors and the principal ---------------------------------------------------------------------------------------------


def many_teachers() -> Export:
    """With so many teachers that a few staff are less than five in a hundred."""
    tables = export()
    for place in range(100):
        tables["users"].append([f"smp1-guru-{place}", "active", f"Guru{place}", "Contoh", "", "", ""])
        tables["roles"].append([f"smp1-guru-{place}", "active", "primary", "teacher", "smp1"])
    return tables


def with_role(tables: Export, key: str, role: str, school: str = "smp1") -> Export:
    changed = copied(tables)
    changed["roles"] = [[*row[:3], role, school] if row[0] == key else row for row in changed["roles"]]
    return changed


@pytest.mark.parametrize(
    ("change", "reason", "lost"),
    [
        (lambda all_: without(all_, lambda key: key == "smp1-staf-0"), "loses-principal", 1),
        (lambda all_: with_role(all_, "smp1-staf-0", "teacher"), "loses-principal", 1),
        (lambda all_: with_role(all_, "smp1-staf-0", "principal", "sd2"), "loses-principal", 1),
        (lambda all_: without(all_, lambda key: key in {"smp1-staf-1", "smp1-staf-2"}), "loses-all-counsellors", 2),
        (lambda all_: with_role(without(all_, lambda key: key == "smp1-staf-1"), "smp1-staf-2", "teacher"), "loses-all-counsellors", 2),
    ],
)
def test_a_school_is_not_left_without_counsellor_or_principal(tmp_path, change: Callable[[Export], Export], reason, lost):
    held = holding(many_teachers(), tmp_path)
    _, made = held.planned(bundle(change(many_teachers()), tmp_path))
    assert refused(made) == [(SMP, "staff", reason, lost, lost)]
    assert quiet(made)
    assert held.planned(bundle(change(many_teachers()), tmp_path), EVERYTHING)[1].refused == []


def test_a_principal_who_is_followed_by_another_may_go(tmp_path):
    held = holding(many_teachers(), tmp_path)
    changed = with_role(without(many_teachers(), lambda key: key == "smp1-staf-0"), "smp1-guru-7", "principal")
    _, made = held.planned(bundle(changed, tmp_path))
    assert (made.refused, len(made.departures), len(made.people)) == ([], 1, 1)


def test_one_of_two_counsellors_may_go(tmp_path):
    held = holding(many_teachers(), tmp_path)
    _, made = held.planned(bundle(without(many_teachers(), lambda key: key == "smp1-staf-1"), tmp_path))
    assert (made.refused, len(made.departures)) == ([], 1)


# classes and moves -----------------------------------------------------------------------------------------------------------


def test_an_export_that_loses_a_class_is_refused_for_the_classes_alone(held, tmp_path):
    changed = export()
    changed["enrollments"] = [row for row in changed["enrollments"] if row[0] != "smp1-7A"]
    changed["users"][2][2] = "Kirana"
    _, made = held.planned(bundle(changed, tmp_path))
    assert refused(made) == [(SMP, "classes", "loses-too-many", 1, 3)]
    assert [(person.name, person.homeroom) for person in made.people] == [("Kirana Contoh", "7A")]
    _, made = held.planned(bundle(changed, tmp_path), Accepted(frozenset({(SMP, "classes")})))
    assert {person.homeroom for person in made.people} == {None}
    assert len(made.people) == 7


def test_without_the_files_of_classes_nothing_is_said_about_them(held, tmp_path):
    changed = {name: rows for name, rows in export().items() if name not in ("classes", "enrollments", "demographics")}
    _, made = held.planned(bundle(changed, tmp_path))
    assert quiet(made) and made.refused == []


def moved_students(count: int) -> Export:
    changed = export()
    movers = {f"smp1-murid-{place}" for place in range(count)}
    changed["roles"] = [[*row[:4], "sd2"] if row[0] in movers else row for row in changed["roles"]]
    return changed


@pytest.mark.parametrize(("count", "is_refused"), [(1, False), (10, False), (11, True), (21, True)])
def test_who_moves_is_not_lost_but_most_of_a_school_does_not_move_unasked(held, tmp_path, count, is_refused):
    _, made = held.planned(bundle(moved_students(count), tmp_path))
    assert refused(made) == ([(SMP, "students", "moves-too-many", count, 21)] if is_refused else [])
    assert [person.school for person in made.people] == ([] if is_refused else [SD] * count)
    assert made.counts[SD, "students"]["moved"] == (0 if is_refused else count)


# rows of which nobody knows whose they are ----------------------------------------------------------------------------------


def test_nobody_leaves_a_school_while_a_row_of_it_does_not_tell_whose_it_is(held, tmp_path):
    changed = export()
    changed["users"] = [["1,23E+12", *row[1:]] if row[0] == "smp1-murid-4" else row for row in changed["users"]]
    _, made = held.planned(bundle(changed, tmp_path))
    assert {(each.part, each.reason) for each in made.refused} == {("students", "unreadable-rows")}
    assert quiet(made)


def test_a_role_row_that_does_not_tell_whose_it_is_takes_no_role_away(tmp_path):
    tables = export()
    tables["roles"].append(["smp1-staf-3", "active", "secondary", "counselor", "smp1"])
    held = holding(tables, tmp_path)
    tables["roles"][-1][0] = "5.320.101"
    _, made = held.planned(bundle(tables, tmp_path))
    assert quiet(made)


# accepting -------------------------------------------------------------------------------------------------------------------


def test_a_loss_is_accepted_by_id_or_number_of_the_school(held, tmp_path):
    roster = interpret(read_bundle(bundle(export(), tmp_path)))
    assert accepted([f"{SMP}:students", "20100002:classes"], roster.schools, held.known()).groups == {(SMP, "students"), (SD, "classes")}


@pytest.mark.parametrize(
    ("wanted", "code"), [("20100001", "unknown-kind"), ("20100001:pupils", "unknown-kind"), ("20109999:staff", "unknown-school")]
)
def test_a_wrong_acceptance_is_told_and_nothing_is_done(held, tmp_path, wanted, code):
    with pytest.raises(Invalid) as caught:
        accepted([wanted], interpret(read_bundle(bundle(export(), tmp_path))).schools, held.known())
    assert [(fault.pointer, fault.code) for fault in caught.value.faults] == [("/accept", code)]


# laws over exports -----------------------------------------------------------------------------------------------------------


def later(seed: int) -> Export:
    """The export a while later: people come, go, move, marry, change class and role; some files may be left out."""
    chance, tables = random.Random(seed), export()
    gone = {row[0] for row in tables["users"][1:] if chance.random() < 0.1}
    tables = without(tables, lambda key: key in gone)
    for row in tables["users"][1:]:
        row[3] = "Menikah" if chance.random() < 0.1 else row[3]
        row[1] = "tobedeleted" if chance.random() < 0.03 else row[1]
    for row in tables["roles"][1:]:
        row[4] = chance.choice(("smp1", "sd2")) if chance.random() < 0.2 else row[4]
    for row in tables["enrollments"][1:]:
        row[0] = f"smp1-{chance.choice(('7A', '7B', '8A'))}" if chance.random() < 0.1 and "math" not in row[0] else row[0]
    for place in range(chance.randrange(4)):
        tables["users"].append([f"baru-{place}", "active", f"Baru{place}", "Contoh", "", "", f"smp1-wali-{place}"])
        tables["roles"].append([f"baru-{place}", "active", "primary", "student", "smp1"])
    return tables


@given(one=st.integers(0, 2**32), other=st.integers(0, 2**32))
@settings(max_examples=40)
def test_importing_one_export_and_then_another_equals_importing_the_other_from_scratch(tmp_path_factory, one, other):
    folder = tmp_path_factory.mktemp("scratch")
    held = holding(later(one), folder)
    held.take(bundle(later(other), folder), EVERYTHING)
    scratch = Held()
    scratch.take(bundle(later(other), folder), EVERYTHING)
    assert held.people == scratch.people


@given(one=st.integers(0, 2**32), other=st.integers(0, 2**32))
@settings(max_examples=40)
def test_an_import_repeated_in_any_order_of_rows_changes_nothing_more(tmp_path_factory, one, other):
    folder = tmp_path_factory.mktemp("again")
    held = holding(later(one), folder)
    held.take(bundle(later(other), folder), EVERYTHING)
    _, made = held.planned(bundle(shuffled(later(other), random.Random(one)), folder), EVERYTHING)
    assert quiet(made)


@given(one=st.integers(0, 2**32), other=st.integers(0, 2**32))
@settings(max_examples=40)
def test_no_school_loses_more_than_five_in_a_hundred_unasked(tmp_path_factory, one, other):
    folder = tmp_path_factory.mktemp("losses")
    held = holding(later(one), folder)
    before = held.known()
    _, made = held.planned(bundle(later(other), folder))
    for school in (SMP, SD):
        for kind in ("student", "staff", "guardian"):
            had = [key for key, each in before.people.items() if (each.school, each.kind) == (school, kind)]
            assert sum(key in had for key, _ in made.departures) <= 0.05 * len(had)


def test_a_part_that_was_refused_comes_in_when_it_is_accepted_later(held, tmp_path):
    changed = without(export(), lambda key: "staf-5" in key or key == "smp1-murid-0")
    held.take(bundle(changed, tmp_path))
    held.take(bundle(changed, tmp_path), EVERYTHING)
    scratch = holding(changed, tmp_path)
    assert held.people == scratch.people


def test_a_bundle_of_another_system_about_one_of_the_schools_is_compared_with_that_school(held, tmp_path):
    files = written(export()) | {"manifest": "source.systemCode,lain\n"}
    _, made = held.planned(zipped(files, tmp_path / "lain.zip"))
    assert {(each.school, each.part, each.reason) for each in made.refused} == {
        (school, part, "other-ids") for school in (SMP, SD) for part in ("students", "staff", "guardians")
    }
    assert quiet(made)
