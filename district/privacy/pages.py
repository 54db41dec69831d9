"""The two pages as text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

from district.privacy.catalogue import events, sealed_fields
from shared.destroying import PURPOSES
from shared.sealed import Purpose

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "privacy"
_HEAD = "Written by `python -m district.privacy` from the events themselves: change the code or `district/privacy/words.toml`, never this page.\n"


class Purposes(BaseModel):
    """A row of words.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    whose: str
    why: str
    basis: str
    readers: str
    retention: str


def words() -> dict[Purpose, Purposes]:
    """By purpose. Raises: ValidationError."""
    told = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return TypeAdapter(dict[Purpose, Purposes]).validate_python(told)


def record_of_processing() -> str:
    return "\n".join(_record()) + "\n"


def impact_assessment() -> str:
    return "\n".join(_assessment()) + "\n"


def _record() -> Iterator[str]:
    yield from ("# Record of processing", "", _HEAD)
    yield "Every personal text lies sealed under a key of its person and purpose; ids, codes and times stay open, so that histories can be counted."
    yield f"Of {len(events())} kinds of stored events these hold personal text. Retention: the district's archive schedule, by the kind named here.\n"
    fields, told = sealed_fields(), words()
    for purpose in PURPOSES:
        row = told[purpose]
        yield f"## `{purpose}`: {row.what}\n"
        yield f"- Whose: {row.whose}"
        yield f"- Why: {row.why}"
        yield f"- Basis (to be decided by the district): {row.basis}"
        yield f"- Who reads: {row.readers}. Every read of content is recorded."
        yield f"- Kept: as the schedule says of `{row.retention}`; a legal hold goes before it"
        yield from ("- Where:", "")
        for event, places in sorted(fields.get(purpose, {}).items()):
            yield f"    - `{event}`: {', '.join(f'`{each}`' for each in places)}"
        if purpose not in fields:
            yield "    - in no event: in a table of its own, sealed, whose rows are deleted"
        yield ""


_QUESTIONS = (
    ("Why it is done", ("Which task does the district fulfil with it, and under which regulation?", "Could the task be done with less?")),
    (
        "Who decides",
        ("Controller, data protection officer and their contacts", "Which processors (hosting, mail, messages) and under which contracts?"),
    ),
    ("Children", ("How are students told, in words they understand?", "Whose consent is asked for, by kind of record and age?")),
    ("What could go wrong", ("For each risk below: how likely, how bad, what remains, who accepts that?",)),
    ("Review", ("Date, who was asked (students, parents, counsellors), next review",)),
)

_RISKS = (
    (
        "A note is read by somebody who has nothing to do with the child",
        "rights per case at the moment of reading, a second wall in the database, every read recorded and chained",
    ),
    ("A reporter is recognised", "anonymous reports carry nobody; copies and pages never show who reported"),
    (
        "A parent who harms the child learns of the case",
        "nobody at home is told automatically; unknown safety counts as unsafe; do-not-contact register",
    ),
    ("A stolen backup or disk", "sealed texts; keys wrapped by a master key outside the database; backups encrypted for a key kept elsewhere"),
    ("Something is kept longer than needed", "archive schedule as data, run every day; erasure destroys keys; backups at most 30 days"),
    ("Something is deleted that a court needs", "a legal hold stops every erasure, whole; another person lifts it"),
    ("A statistic points at one child", "steps of five, whole days, complementary cells hidden"),
    ("History is rewritten", "two hash chains, heads signed and kept outside the database, checked by `./tanggap audit verify`"),
    ("A breach is noticed late", "the record of reads says who saw what; a notice is due in 3 × 24 hours"),
)


def _assessment() -> Iterator[str]:
    yield from ("# Data protection impact assessment: a template", "", _HEAD)
    yield "Records about children, health and offences are specific data (UU 27/2022, article 4): an assessment is a duty (article 34)."
    yield "The first part is filled from the software; what only the district can answer stands as a question.\n"
    yield from ("## What is processed", "", "| Purpose of the key | What | Whose | Kinds of events |", "|---|---|---|---|")
    fields, told = sealed_fields(), words()
    for purpose in PURPOSES:
        yield f"| `{purpose}` | {told[purpose].what} | {told[purpose].whose} | {len(fields.get(purpose, {}))} |"
    yield from (
        "",
        "## Risks and what the software does about each",
        "",
        "| Risk | What is built in | Likelihood, harm, what remains (district) |",
        "|---|---|---|",
    )
    yield from (f"| {risk} | {built} | |" for risk, built in _RISKS)
    for title, questions in _QUESTIONS:
        yield from ("", f"## {title}", "")
        yield from (f"- {each}" for each in questions)
