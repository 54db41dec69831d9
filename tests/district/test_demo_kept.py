"""What the demonstration's day keeps and what it leaves alone, and how it tells of itself (1, 12)."""

import io
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from district.demo.command import sample_ids
from district.demo.day import Day, LeftAlone, OwnFiles
from district.demo.earlier import take_up
from district.demo.kept import Kept, Raised, file_of, read_kept, write_kept
from district.demo.page import page, to_try
from district.demo.stage import Stage
from district.demo.steps import OWN_CONCERNS, STEPS, Step, play
from district.demo.telling import telling
from district.home import Home
from district.sample.faces import faces, sample_schools
from district.sample.people import generate
from shared.errors import Invalid, StartRefused

OURS = Raised("c-1", "receipt", "khusus-sabtu", "the severe case", ())


class Silent:
    def step(self, indonesian: str, english: str) -> None:
        """Says nothing."""


def case(*concerns: str, name: str = "11111111-0000-5000-8000-000000000000") -> dict[str, object]:
    return {
        "id": name, "version": 3, "student": None, "school": "s-1", "urgency": "low", "state": "opened", "desk": "school", "referrals": [],
        "acknowledged_by": "p-1", "assignee": None, "guardians": {"all_unsafe": False},
        "strands": [{"concern": each, "recorded_at": "2026-11-27T08:00:00+07:00", "people": []} for each in concerns],
    }  # fmt: skip


def day_of(folder: Path, answer: Callable[[httpx.Request], httpx.Response], *, own: OwnFiles | None = None) -> Day:
    """A day whose district answers as `answer` says."""
    stage = Stage(Home(folder), "http://127.0.0.1:9", "http://127.0.0.1:8", folder / "mails.jsonl", {}, "")
    district, client = generate(), httpx.Client(transport=httpx.MockTransport(answer))
    return Day(stage, district, sample_ids(district), client, file_of(folder), own=own or OwnFiles())


def district_with(schools: list[str], cases: list[dict[str, object]], *, known: frozenset[str] = frozenset()) -> Callable[..., httpx.Response]:
    """known: concerns that the store has."""

    def answer(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/intake/api/schools":
            return httpx.Response(200, json={"items": [{"school": each} for each in schools]})
        if path in ("/intake/api/appointments", "/cases/api/lists", "/notifications/api/agencies"):
            return httpx.Response(200, json={})
        if path == "/cases/api/cases":
            return httpx.Response(200, json={"items": cases, "next": None})
        if path.startswith("/cases/api/cases/"):
            return httpx.Response(200, json=next(each for each in cases if each["id"] == path.rpartition("/")[2]))
        return httpx.Response(200 if path.rpartition("/")[2] in known else 404, json={})

    return answer


# what is kept --------------------------------------------------------------------------------------------------------


def test_1_the_account_of_a_day_comes_back_as_it_was_and_is_its_owner_s_alone(tmp_path):
    file, told = file_of(tmp_path), Kept(["roster"], 1.5, [OURS], [("a", "b")], [("c", "d")], [], ["e"], [("f", "g")], {"smk1": "x"})
    write_kept(file, told)
    assert (read_kept(file), file.stat().st_mode & 0o077) == (told, 0)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"steps": 3}', '{"raised": [{"concern": 1}]}'])
def test_1_a_damaged_account_is_none(tmp_path, damage):
    file_of(tmp_path).write_text(damage)
    assert read_kept(file_of(tmp_path)) is None


def test_1_files_of_one_s_own_make_another_day_and_other_content_yet_another(tmp_path):
    own = tmp_path / "own.jsonl"
    own.write_text("{}")
    first = file_of(tmp_path, (own,))
    own.write_text("{ }")
    assert len({first, file_of(tmp_path, (own,)), file_of(tmp_path)}) == 3


def test_1_an_empty_district_begins_its_day(tmp_path):
    day = day_of(tmp_path, district_with([], []))
    take_up(day, ["roster"])
    assert day.kept == Kept()


def test_1_a_day_that_was_played_is_taken_up(tmp_path):
    day = day_of(tmp_path, district_with(list(sample_schools()), [case("c-1")], known=frozenset({"c-1"})))
    write_kept(day.file, Kept(steps=["roster"], raised=[OURS]))
    take_up(day, ["roster"])
    assert day.kept == Kept(steps=["roster"], raised=[OURS])


def test_1_an_account_of_data_that_were_removed_is_not_believed(tmp_path):
    day = day_of(tmp_path, district_with([], []))
    write_kept(day.file, Kept(steps=["roster"], raised=[OURS]))
    take_up(day, ["roster"])
    assert day.kept == Kept()


def test_1_a_day_of_an_earlier_release_is_not_played_again(tmp_path):
    day = day_of(tmp_path, district_with(list(sample_schools()), [case("visitor")]))
    take_up(day, ["roster", "agencies"])
    assert (day.kept, day.own_cases()) == (Kept(steps=["roster", "agencies"], earlier=True), [])


def test_1_no_invented_concern_enters_a_district_of_one_s_own(tmp_path):
    with pytest.raises(StartRefused, match="TANGGAP_HOME"):
        take_up(day_of(tmp_path, district_with(["another"], [])), ["roster"])
    chosen = day_of(tmp_path, district_with(["another"], []), own=OwnFiles(roster=tmp_path / "own.zip"))
    take_up(chosen, ["roster"])
    assert chosen.kept == Kept()


# what is left alone --------------------------------------------------------------------------------------------------


def test_1_a_case_in_which_a_visitor_raised_a_concern_is_the_visitor_s(tmp_path):
    mine, shared, theirs = case("c-1", name="1" * 8), case("c-1", "visitor", name="2" * 8), case("visitor", name="3" * 8)
    day = day_of(tmp_path, district_with(list(sample_schools()), [mine, shared, theirs]))
    day.kept.raised.append(OURS)
    day.read_cases()
    assert day.own_cases() == [mine]
    for each in (shared, theirs):
        with pytest.raises(LeftAlone):
            day.act(each, "acknowledge", {})


def test_1_a_step_that_would_touch_a_visitor_s_case_is_left_alone_and_the_day_goes_on(tmp_path):
    day = day_of(tmp_path, district_with([], []))
    played: list[str] = []

    def touches(_: Day) -> None:
        raise LeftAlone("somebody else's")

    play(day, [Step("touches", ("", ""), touches), Step("after", ("", ""), lambda _: played.append("after"))], Silent())
    assert (played, day.kept.left, day.kept.steps) == (["after"], [("touches", "somebody else's")], ["touches", "after"])


def test_1_what_was_played_is_not_played_again_but_what_each_start_needs_is(tmp_path):
    day = day_of(tmp_path, district_with([], []))
    played: list[str] = []
    steps = [
        Step("once", ("", ""), lambda _: played.append("once")),
        Step("always", ("", ""), lambda _: played.append("always"), each_start=True),
    ]
    play(day, steps, Silent())
    again = day_of(tmp_path, district_with([], []))
    kept = read_kept(again.file)
    assert kept
    again.kept = kept
    play(again, steps, Silent())
    assert (played, again.played_now, again.kept.steps) == (["once", "always", "always"], False, ["once", "always"])


def test_1_a_refusal_ends_a_day_that_begins_and_not_one_that_was_cut_off(tmp_path):
    def refuses(_: Day) -> None:
        raise Invalid(message="said already")

    steps = [Step("refuses", ("", ""), refuses)]
    day = day_of(tmp_path, district_with([], []))
    with pytest.raises(Invalid):
        play(day, steps, Silent())
    day.kept = Kept(steps=["roster"])
    play(day, steps, Silent())
    assert [step for step, _ in day.kept.left] == ["refuses"]


def test_the_steps_of_a_day_have_names_of_their_own():
    assert [len({step.name for step in each}) for each in (STEPS, OWN_CONCERNS)] == [len(STEPS), len(OWN_CONCERNS)]


# how it tells of itself ----------------------------------------------------------------------------------------------


def test_12_without_a_terminal_a_step_that_takes_long_says_so_every_few_seconds(monkeypatch):
    told = io.StringIO()
    monkeypatch.setattr("sys.stdout", told)
    with telling(2, silence=0.05) as lines:
        lines.step("impor", "import")
        deadline = time.monotonic() + 20
        while told.getvalue().count("\n") < 3:
            assert time.monotonic() < deadline
    said = told.getvalue().splitlines()
    assert said[0] == "[1/2] impor / import"
    assert all(line.startswith("[1/2] impor / import … ") for line in said[1:])


@pytest.mark.parametrize("width", [60, 80, 110, 200])
def test_12_the_page_is_a_page_at_every_width_and_links_are_whole(tmp_path, width):
    day = day_of(tmp_path, district_with(list(sample_schools()), [case("c-1")]))
    day.kept = Kept(steps=["x"], raised=[OURS], untold=[("seseorang " * 30, "sebab")] * 100, left=[("s", "sebab " * 40)] * 9)
    day.read_cases()
    day.client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"items": [], "next": None, "state": "closed"})))
    lines, links = page(day, [], ["terbuka " * 30] * 50, width=width), to_try(day, width=width)
    assert len([*lines, *links]) <= 48
    assert all(len(line) <= width for line in lines)
    assert [line.split()[0] for line in links if "/masuk#" in line] == [f"http://127.0.0.1:9/masuk#{face.role}" for face in faces()]
