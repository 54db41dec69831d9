"""How long tests wait: as long as `eventually` does, because the machine may be busy with other tests. No test fails for want of speed alone."""

import httpx
from httpx._config import DEFAULT_TIMEOUT_CONFIG
from hypothesis import HealthCheck, settings

from district.patience import Patient
from shared.eventstore import projection

SECONDS = 30.0


def wait_longer() -> None:
    """For every client of the tests that names no timeout, for every view in the tests' own process, and for every random example.

    The product's clients name theirs.
    """
    projection.PATIENCE = SECONDS
    for phase in ("connect", "read", "write", "pool"):
        setattr(DEFAULT_TIMEOUT_CONFIG, phase, SECONDS)
    settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("patient")


def asked_patiently(url: str, headers: dict[str, str], **query: str) -> httpx.Response:
    """What a service that runs as a process answers: what is behind on a busy machine is asked for again, as its answer says."""
    with httpx.Client(transport=Patient(), timeout=SECONDS) as client:
        return client.get(url, headers=headers, params=query)
