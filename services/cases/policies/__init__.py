"""The versioned policy files, and reading them: errors name the file, the place and what is wrong."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from services.cases.domain.policy import Policy
from shared.errors import Fault, Invalid

FOLDER = Path(__file__).parent


def read_policy(path: Path) -> Policy:
    """A policy from its file. Raises: Invalid with the line or the key."""
    try:
        return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise Invalid(Fault("", "no-such-file"), message=f"{path}: there is no such file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(Fault("", "not-toml"), message=f"{path.name}: {error}") from error
    except ValidationError as error:
        faults = [Fault("/" + "/".join(str(part) for part in each["loc"]), each["type"]) for each in error.errors(include_input=False)]
        told = "; ".join(f"{fault.pointer}: {fault.code}" for fault in faults)
        raise Invalid(*faults, message=f"{path.name}: {told}") from error


@lru_cache(maxsize=64)
def policy_for(today: date) -> Policy:
    """The policy in force: the newest whose effective date has come."""
    known = sorted((read_policy(path) for path in FOLDER.glob("*.toml")), key=lambda policy: (policy.effective, policy.version))
    in_force = [policy for policy in known if policy.effective <= today]
    return (in_force or known)[-1]
