"""What the served OpenAPI documents promise, asked by Schemathesis in real processes: no 5xx, and no answer that is not documented."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from zlib import crc32

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from district.sample.roster import SOURCE
from services.intake.roster.people import person_id
from shared.access import Identity
from shared.keys import SERVICES, Service
from tests.faults.rig import AGENCY, Rig

CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

BETWEEN_SERVICES = ("/feed", "/heads", "/epochs", "/rebuild", "/erasures/claim", "/erasures/purge", "/erasures/release", "/machine-keys/look")
"""Only our own services ask these, and a rebuilding view would make every other answer wait."""

ROLES = {
    "nobody": None,
    "service": Identity("service:operator", "service"),
    "agency": Identity(AGENCY, "agency"),
    "integrator": Identity("dasbor", "integrator"),
    "coordinator": Identity(person_id(SOURCE, "smp1-staf-02"), "person"),
    "counsellor": Identity(person_id(SOURCE, "smp1-staf-03"), "person"),
    "principal": Identity(person_id(SOURCE, "smp1-staf-01"), "person"),
    "teacher": Identity(person_id(SOURCE, "smp1-staf-05"), "person"),
    "student": Identity(person_id(SOURCE, "smp1-murid-001"), "person"),
    "duty": Identity(person_id(SOURCE, "dinas-staf-01"), "person"),
    "officer": Identity(person_id(SOURCE, "dinas-staf-02"), "person"),
    "auditor": Identity(person_id(SOURCE, "dinas-staf-03"), "person"),
    "administrator": Identity(person_id(SOURCE, "dinas-staf-04"), "person"),
}
"""Who asks: one person of each role, a machine of each kind, and nobody."""


@dataclass
class Promises:
    """Asks one district. broken: what an answer should not have been, each once, by route and role."""

    district: Rig
    broken: dict[str, str] = field(default_factory=dict)
    asked: int = 0

    def operations(self) -> Iterator[tuple[Service, APIOperation]]:
        """Every operation that outsiders may use, of the three documents."""
        for service in SERVICES:
            origin = self.district.deployment.origin(service)
            document = httpx.get(f"{origin}/{service}/openapi.json", trust_env=False, timeout=30).json()
            for found in schemathesis.openapi.from_dict(document).get_all_operations():
                assert isinstance(found, Ok), "each document is whole"
                if not found.ok().path.endswith(BETWEEN_SERVICES):
                    yield service, found.ok()

    def ask(self, service: Service, operation: APIOperation, role: str, examples: int) -> None:
        """Asks one operation in one role, as often as that, with what its document says and with what it does not."""
        origin, who = self.district.deployment.origin(service), ROLES[role]
        headers = self.district.headers(who) if who else {}
        strategy = operation.as_strategy(generation_mode=_mode(operation, role))

        @settings(
            max_examples=examples, phases=[Phase.generate], database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(case=strategy)
        def asking(case: Case) -> None:
            self._judge(case, origin, headers, f"{operation.label} as {role}")

        with suppress(Unsatisfiable):  # nothing is wrong in every way that there is
            asking()

    def _judge(self, case: Case, origin: str, headers: dict[str, str], name: str) -> None:
        self.asked += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                case.call_and_validate(base_url=origin, headers=headers, checks=CHECKS, timeout=30)
            except FailureGroup as failures:
                self.broken.setdefault(name, "; ".join(f"{type(each).__name__}: {str(each)[:300]}" for each in failures.exceptions))


def roles_for(label: str, every: Sequence[str], count: int) -> list[str]:
    """So many of the roles, other ones for each operation."""
    first = crc32(label.encode())
    return [every[(first + step) % len(every)] for step in range(count)]


def is_asked_in_brief(label: str) -> bool:
    """Whether the short form asks this operation: one of five, so that it is done within half a minute."""
    return crc32(label[::-1].encode()) % 5 == 0


def _mode(operation: APIOperation, role: str) -> GenerationMode:
    """What the document says, or what it does not say, where there is anything to say."""
    says_nothing = operation.method.upper() == "GET" and not operation.query
    odd = crc32(f"{operation.label} {role}".encode()) % 2
    return GenerationMode.NEGATIVE if odd and not says_nothing else GenerationMode.POSITIVE
