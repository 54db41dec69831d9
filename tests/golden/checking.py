"""What must hold between the golden files, the recorded shapes and the codecs of today. Each check gives its complaints as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from shared.eventstore.codec import EventCodec
from shared.message import Event
from tests.golden.files import Golden, by_kind
from tests.golden.shapes import Shape, Shapes, shape

Codecs = Mapping[str, Sequence[EventCodec[Any]]]
"""By service."""

MEND = "What is stored never changes: keep the old version, give the event a new version, an upcast and a golden file (docs/adr/0010)."
NEW = "Write its golden file by hand, then run `python -m tests.golden.write`."


def current(codecs: Codecs) -> Iterator[tuple[str, str, int, type[Event]]]:
    """Service, type, newest version and class of everything that may be stored, each once."""
    for service, each in codecs.items():
        known = {name: event for codec in each for name, event in codec.types.items()}
        for name, event in sorted(known.items()):
            yield service, name, event.model_fields["version"].default, event


def without_golden_file(codecs: Codecs, files: Sequence[Golden]) -> list[str]:
    """Every version from the first to the newest stands in some store, and so in a golden file."""
    full = by_kind(files, bare=False)
    return [
        f"{service}: {name} v{version} has no golden file. {NEW}"
        for service, name, newest, _ in current(codecs)
        for version in range(1, newest + 1)
        if (service, f"{name}.v{version}") not in full
    ]


def without_codec(codecs: Codecs, files: Sequence[Golden]) -> list[str]:
    """A type or version that a store may hold and nothing reads."""
    newest = {(service, name): version for service, name, version, _ in current(codecs)}
    return [
        f"{each}: no codec of {each.service} reads {each.type} v{each.version}. {MEND}"
        for each in files
        if each.version > newest.get((each.service, each.type), 0)
    ]


def read_otherwise(each: Golden, codecs: Codecs) -> list[str]:
    """The golden body, decoded and written again by each codec that knows its type, is what was expected."""
    return [complaint for codec in codecs[each.service] if each.type in codec.types for complaint in _reread(each, codec)]


def incomplete(files: Sequence[Golden], recorded: Shapes) -> list[str]:
    """A golden file holds every field; where something may be null or absent there is a bare one that has it so."""
    bare = by_kind(files, bare=True)
    return [
        complaint
        for (service, kind), each in by_kind(files, bare=False).items()
        for complaint in _holds_all(each, bare.get((service, kind)), recorded.get(service, {}).get(kind, {}))
    ]


def reshaped(codecs: Codecs, recorded: Shapes) -> list[str]:
    """A field that came, went, was renamed, became required or holds something else, without a new version."""
    return [
        f"{service}: {name} v{version}: {complaint}. {MEND}"
        for service, name, version, event in current(codecs)
        for complaint in _differences(recorded.get(service, {}).get(f"{name}.v{version}"), shape(event))
    ]


def unrecorded(recorded: Shapes, files: Sequence[Golden]) -> list[str]:
    """A shape stays written down for as long as a store may hold its version: as long as there is a golden file."""
    return [f"{each}: shapes.json lacks it. {NEW}" for each in files if each.kind not in recorded.get(each.service, {})]


def _reread(each: Golden, codec: EventCodec[Any]) -> list[str]:
    try:
        now = json.loads(codec.decode(each.stored).model_dump_json())
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['msg']}" for found in error.errors(include_input=False))
        return [f"{each.service}: {each.type} v{each.version} of a store is unreadable ({wrong}). {MEND}"]
    if now == each.expected:
        return []
    return [f"{each.service}: {each.type} v{each.version} of a store now reads as {now}, expected was {each.expected}. {MEND}"]


def _holds_all(full: Golden, bare: Golden | None, fields: Mapping[str, Shape]) -> list[str]:
    spare = [name for name, field in fields.items() if "null" in field or "absent" in field]
    lacking = [name for name in fields if full.body.get(name) is None]
    complaints = [f"{full}: the golden file lacks {', '.join(lacking)}"] if lacking else []
    if spare and bare is None:
        complaints.append(f"{full}: may lack {', '.join(spare)}: write {full.kind}.bare.json, which lacks them or holds null")
    if bare and any(bare.body.get(name) is not None for name in spare):
        complaints.append(f"{bare}: the bare file holds what may be null or absent ({', '.join(spare)})")
    return complaints


def _differences(before: Shape | None, now: Shape) -> list[str]:
    if before is None:
        return ["its shape is not recorded (a new type or version: see python -m tests.golden.write)"]
    gone = [f"field `{name}` is gone" for name in before if name not in now]
    came = [f"field `{name}` is new" for name in now if name not in before]
    differ = [f"field `{name}` was {before[name]}, is {now[name]}" for name in now if name in before and before[name] != now[name]]
    return [*gone, *came, *differ]
