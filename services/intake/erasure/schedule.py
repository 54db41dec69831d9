"""Reading the district's archive schedule, `TANGGAP_RETENTION_FILE`: TOML, as services/intake/erasure/schedule.example.toml shows."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import ValidationError

from services.intake.domain.retention import NO_SCHEDULE, Schedule
from shared.errors import StartRefused

_SETTING = "TANGGAP_RETENTION_FILE"


def read_schedule(file: Path | None) -> Schedule:
    """No rules where no file is named: nothing ends by itself then, and no duty keeps anything. Raises: StartRefused: with place and fault."""
    if file is None:
        return NO_SCHEDULE
    try:
        return Schedule.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = "; ".join(f"{'/'.join(map(str, each['loc']))}: {each['msg'].lower()}" for each in error.errors(include_input=False))
        raise StartRefused(f"{_SETTING}: {file}: {faults}") from None
    except (OSError, ValueError) as error:
        raise StartRefused(f"{_SETTING}: {file} cannot be read as TOML ({type(error).__name__})") from None
