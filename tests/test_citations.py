"""Every page and section that a comment cites is in the repository, and so is everything that a page links to."""

import re
from pathlib import Path

import pytest

from tests.docs.citations import broken, cited, headings
from tests.docs.comments import MARKS, ROOT, Passage, files, passages

SOURCES = [path for suffix in (".py", *MARKS) if suffix != ".md" for path in files(suffix)]
PAGES = files(".md")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s#]*)(?:#(?P<anchor>[^)\s]+))?\)")
OUTSIDE = re.compile(r"\.\./(?:shared|notes|data)\b|(?<!\w)/(?:work)/")


def read(paths: list[Path]) -> list[Passage]:
    return [passage for path in paths for passage in passages(path)]


def test_every_citation_in_a_comment_is_there() -> None:
    checked = [each for each in read(SOURCES) if not each.file.startswith("tests/docs/") and each.file != "tests/test_citations.py"]
    assert [f"{each.file}:{each.line}: {fault}" for each in checked for fault in broken(each.text)] == []
    found = set[str]().union(*(cited(each.text) for each in checked))
    assert found >= {"domain.md", "contracts.md", "sources.md", "decision"}, "the walk has missed the comments"


def test_every_page_and_decision_that_a_page_names_is_there() -> None:
    faults = [(path, each, fault) for path in PAGES for each in passages(path) for fault in broken(each.text, beside=path.parent)]
    assert [f"{path.relative_to(ROOT)}:{each.line}: {fault}" for path, each, fault in faults] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        if link["target"].startswith(("https://", "http://", "mailto:")):
            continue
        target = page.parent / link["target"] if link["target"] else page
        assert target.exists(), f"{link[0]} leads nowhere"
        assert link["anchor"] is None or link["anchor"] in anchors(target), f"{link[0]} names no heading"


def anchors(page: Path) -> set[str]:
    """The names that a host of Markdown pages gives to headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


def test_no_page_or_comment_names_a_place_outside_the_repository() -> None:
    everything = [each for each in read([*SOURCES, *PAGES]) if each.file != "tests/test_citations.py"]
    assert [f"{each.file}:{each.line}" for each in everything if OUTSIDE.search(each.text)] == []


# the checks themselves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("(mission.md, evaluation of services)", "there is no page mission.md"),
        ("(domain.md, Weather)", "docs/domain.md has no section 'Weather'"),
        ("(domain.md, Urgency: duty and weather)", "docs/domain.md has no section 'weather'"),
        ("(domain.md, The nine strategies, Who may sing)", "docs/domain.md has no section 'Who may sing'"),
        ("(architecture, decision 99)", "docs/architecture.md has no decision 99"),
        ("(decisions 2, 3 and 98)", "docs/architecture.md has no decision 98"),
        ("leave in one mail (ADR 97)", "docs/adr has no page 97"),
    ],
)
def test_a_citation_of_what_is_not_there_is_found(told: str, fault: str) -> None:
    assert list(broken(told)) == [fault]


@pytest.mark.parametrize(
    "told",
    [
        "(domain.md, Urgency: duty and steps)", "(domain.md, People come and go)", "(domain.md, the table of strategies). More.", "domain.md, Intake.", "(domain.md, Who is told; and more)",
        "(contracts.md)", "services/cases/README.md", "(architecture, decisions 2, 3 and 5)", "docs/adr/0004-handlers-carry-the-checkpoint.md",
    ],
)  # fmt: skip
def test_a_citation_of_what_is_there_is_fine(told: str) -> None:
    assert list(broken(told)) == []


def test_comments_and_docstrings_are_read_whole(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text('"""Head\nfoot."""\n\nX = "not read"\n"""of X"""\n# one\n# two\n\n# three\n', encoding="utf-8")
    assert list(passages(code, tmp_path)) == [
        Passage("code.py", 1, "Head foot."), Passage("code.py", 5, "of X one two"), Passage("code.py", 9, "three"),
    ]  # fmt: skip
    query = tmp_path / "query.sql"
    query.write_text("-- first\n-- second\nSELECT 1;  -- third\n", encoding="utf-8")
    assert [each.text for each in passages(query, tmp_path)] == ["first second third"]
