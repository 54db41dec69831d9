"""Writes down what is new: `python -m tests.golden.write`. The shape of each new event, and the state of each history that has none yet.

A type or version that is recorded already is never changed here. One exception: codes that were added to a list, and limits that were given up; every
body of before still reads. Anything else is refused: it needs a new version, an upcast and a golden file.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from tests.golden.checking import MEND, Codecs, current
from tests.golden.histories import histories
from tests.golden.shapes import RECORDED, Shape, Shapes, reads_what_was, recorded, shape
from tests.golden.stored import SERVICES, codecs


def written(codecs_by_service: Codecs, before: Shapes) -> tuple[Shapes, list[str]]:
    """The shapes with everything new, and which changes were refused."""
    after = {service: dict(before.get(service, {})) for service in codecs_by_service}
    refused = []
    for service, name, version, event in current(codecs_by_service):
        kind, now = f"{name}.v{version}", shape(event)
        if kind not in after[service] or reads_what_was(after[service][kind], now):
            after[service][kind] = now
        else:
            refused.append(f"{service}: {name} v{version} has another shape than was recorded. {MEND}")
    return after, refused


def save(shapes: Shapes, file: Path = RECORDED) -> None:
    """One line for each type and version, so that a difference shows what it is about."""
    file.write_text("{" + ",".join(f"\n{json.dumps(service)}: {_lines(shapes[service])}" for service in sorted(shapes)) + "\n}\n", encoding="utf-8")


def _lines(kinds: dict[str, Shape]) -> str:
    return "{" + ",".join(f"\n {json.dumps(kind)}: {json.dumps(kinds[kind])}" for kind in sorted(kinds)) + "\n}"


def main() -> int:
    after, refused = written({service: codecs(service) for service in SERVICES}, recorded() if RECORDED.exists() else {})
    save(after)
    for each in histories():
        if each.state is None:
            replace(each, state=each.folded()).save()
    for complaint in refused:
        sys.stderr.write(f"{complaint}\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
