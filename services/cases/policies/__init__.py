"""The versioned policy files, and reading them: errors name the file, the line, the key and what is wrong."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from services.cases.domain.steps.policy import Policy
from shared.errors import Fault, Invalid
from shared.school_day import Calendar

FOLDER = Path(__file__).parent


def read_policy(path: Path) -> Policy:
    """A policy from its file. Raises: Invalid with the line and the key."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Invalid(Fault("", "no-such-file"), message=f"{path}: there is no such file") from error
    except UnicodeDecodeError as error:
        raise Invalid(Fault("", "not-utf-8"), message=f"{path.name}: not a text in UTF-8") from error
    return parse_policy(text, path.name)


def parse_policy(text: str, name: str) -> Policy:
    """A policy from its text. name: of the file, for the error. Raises: Invalid with the line and the key."""
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Invalid(Fault("", "not-toml"), message=f"{name}: {error}") from error
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        faults = [Fault("/" + "/".join(str(part) for part in each["loc"]), each["type"]) for each in found]
        told = "; ".join(f"line {line_of(text, each['loc'])}: {'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in found)
        raise Invalid(*faults, message=f"{name}: {told}") from error


def line_of(text: str, place: tuple[int | str, ...]) -> int:
    """The line of a key: its own where it stands, else that of the table it belongs in; 1 where neither is written."""
    names = [str(part) for part in place if isinstance(part, str)]
    best, table = 1, ""
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line)
        key = re.match(r"\s*([A-Za-z0-9_\-\"'.]+)\s*=", line)
        if header:
            table = header[1].replace('"', "")
            if names and ".".join(names).startswith(table):
                best = number
        elif key and names:
            written = [*filter(None, table.split(".")), key[1].strip("\"'")]
            if written == names[: len(written)]:
                best = number
    return best


@lru_cache(maxsize=64)
def policy_for(today: date) -> Policy:
    """The policy in force: the newest whose effective date has come."""
    known = sorted((read_policy(path) for path in FOLDER.glob("*.toml")), key=lambda policy: (policy.effective, policy.version))
    in_force = [policy for policy in known if policy.effective <= today]
    return (in_force or known)[-1]


def policy_at(calendar: Calendar, moment: datetime) -> Policy:
    """The policy in force at a school: by the school's own date, and counting by its calendar."""
    return policy_for(calendar.day(moment)).model_copy(update={"calendar": calendar})


@lru_cache(maxsize=64)
def policy_of(policy: str, version: int) -> Policy | None:
    """The very policy that a decision receipt names, so that it can be derived again; None where its file is not here."""
    known = (read_policy(path) for path in FOLDER.glob("*.toml"))
    return next((each for each in known if (each.id, each.version) == (policy, version)), None)
