"""What all verbs share: output for people or machines, exit codes, and errors in one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import httpx
import typer
from rich.console import Console
from rich.table import Table

from shared.errors import HistoryBroken, StartRefused, TanggapError, Unavailable

console = Console(stderr=False, highlight=False)
errors = Console(stderr=True, highlight=False)

FOUND_A_PROBLEM, WRONG_CALL = 1, 2

P = ParamSpec("P")
R = TypeVar("R")


def verb(run: Callable[P, R]) -> Callable[P, R]:
    """Turns each of our errors into one line on standard error and the right exit code."""

    @wraps(run)
    def guarded(*given: P.args, **named: P.kwargs) -> R:
        try:
            return run(*given, **named)
        except HistoryBroken as broken:
            errors.print(f"tanggap: {broken}", markup=False)
            raise typer.Exit(FOUND_A_PROBLEM) from None
        except (StartRefused, TanggapError) as refused:
            errors.print(f"tanggap: {refused}", markup=False)
            raise typer.Exit(FOUND_A_PROBLEM if isinstance(refused, Unavailable) else WRONG_CALL) from None
        except httpx.TransportError as error:
            errors.print(
                f"tanggap: nothing answers there ({type(error).__name__}): start it with `./tanggap up`, or say where with TANGGAP_PORT",
                markup=False,
            )
            raise typer.Exit(FOUND_A_PROBLEM) from None

    return guarded


def show_json(told: Any) -> None:
    """Prints JSON, for machines."""
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n")


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Prints a table for people, or plain lines where there is no terminal."""
    if not console.is_terminal:
        sys.stdout.write(f"{title}\n")
        for row in [columns, *rows]:
            sys.stdout.write("\t".join("" if cell is None else str(cell) for cell in row) + "\n")
        return
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)


def checked(answer: httpx.Response) -> Any:
    """The JSON of an answer. Raises: TanggapError with the words of the problem."""
    if answer.is_success:
        return answer.json()
    try:
        told = answer.json()
    except ValueError:
        told = {}
    faults = "; ".join(f"{each['pointer'] or '/'}: {each['code']}" for each in told.get("errors", ()))
    raise TanggapError(f"{answer.status_code} {told.get('title', '')}: {faults or told.get('detail', '')}".strip())
