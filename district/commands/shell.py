"""What all verbs share: output for people or machines, exit codes, and errors in one line."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import httpx
import psycopg
import rich.markup
import rich.table
import typer
from rich.console import Console

from shared.errors import HistoryBroken, NotFound, TanggapError, Unavailable

console = Console(stderr=False, highlight=False)
errors = Console(stderr=True, highlight=False)

FOUND_A_PROBLEM, WRONG_CALL = 1, 2

P = ParamSpec("P")
R = TypeVar("R")


def verb(run: Callable[P, R]) -> Callable[P, R]:
    """Turns each error into one line on standard error and the right exit code. Nobody is shown a traceback."""

    @wraps(run)
    def guarded(*given: P.args, **named: P.kwargs) -> R:
        try:
            return run(*given, **named)
        except (typer.Exit, typer.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the last place that may explain it
            told, code = _explained(error)
            errors.print(f"tanggap: {told}", markup=False, soft_wrap=True)
            raise typer.Exit(code) from None

    return guarded


def _explained(error: Exception) -> tuple[str, int]:
    """A sentence with the thing, the place and the mend; and the exit code."""
    match error:
        case HistoryBroken() | Unavailable():
            return str(error), FOUND_A_PROBLEM
        case TanggapError():
            return str(error), WRONG_CALL
        case httpx.TransportError():
            return f"nothing answers there ({_name(error)}): start it with `./tanggap up`, or say where with TANGGAP_PORT", FOUND_A_PROBLEM
        case psycopg.Error():
            return f"the database refused ({_name(error)}): `./tanggap doctor` says what is wrong with it", FOUND_A_PROBLEM
        case OSError(filename=None):
            return f"the system refused ({_name(error)}: {error.strerror}): `./tanggap doctor` says what is wrong", FOUND_A_PROBLEM
        case OSError():
            return f"{error.filename}: {error.strerror}: look at the file and at who may use it", WRONG_CALL
        case _:
            return f"this is a fault of Tanggap, please report it: {_name(error)} at {_place(error)}", FOUND_A_PROBLEM


def _name(error: Exception) -> str:
    """Only its class: a message may quote content."""
    return type(error).__name__


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if ".venv" not in frame.filename] or frames
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"


def show_json(told: Any) -> None:
    """Prints JSON, for machines."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n")


@dataclass(frozen=True, slots=True)
class Table:
    """Something to show in rows."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]

    def lines(self) -> list[str]:
        """As plain text: the title, the columns and the rows, with a tab between cells."""
        return [self.title, *("\t".join("" if cell is None else str(cell) for cell in row) for row in (self.columns, *self.rows))]


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table for people, or plain lines where there is no terminal."""
    if not console.is_terminal:
        sys.stdout.write("\n".join([*Table(title, columns, rows).lines(), ""]))
        return
    drawn = rich.table.Table(title=title, title_justify="left")
    for column in columns:
        drawn.add_column(column)
    for row in rows:
        drawn.add_row(*("" if cell is None else rich.markup.escape(str(cell)) for cell in row))
    console.print(drawn)


def checked(answer: httpx.Response) -> Any:
    """The JSON of an answer. Raises: with the words of the problem: NotFound, Unavailable, else TanggapError."""
    try:
        told = answer.json()
    except ValueError:
        raise TanggapError(f"{answer.status_code}: what answers at {answer.url.host}:{answer.url.port} is not Tanggap: set TANGGAP_PORT") from None
    if answer.is_success:
        return told
    said = told if isinstance(told, dict) else {}
    faults = "; ".join(f"{each['pointer'] or '/'}: {each['code']}" for each in said.get("errors", ()))
    refusal = NotFound if answer.status_code == httpx.codes.NOT_FOUND else Unavailable if answer.is_server_error else TanggapError
    raise refusal(f"{answer.status_code} {said.get('title', '')}: {faults or said.get('detail', '')}".strip())
