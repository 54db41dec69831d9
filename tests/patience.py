"""How long a test's own request waits for its answer: as long as `eventually` does, because the machine may be busy with other tests."""

import httpx
from httpx._config import DEFAULT_TIMEOUT_CONFIG

from district.patience import Patient
from shared.eventstore import projection

SECONDS = 30.0


def wait_longer() -> None:
    """For every client of the tests that names no timeout, and for every view in the tests' own process. The product's clients name theirs."""
    projection.PATIENCE = SECONDS
    for phase in ("connect", "read", "write", "pool"):
        setattr(DEFAULT_TIMEOUT_CONFIG, phase, SECONDS)


def patient() -> httpx.Client:
    """For questions to services that run as processes: what is behind on a busy machine is asked again, as its answer says."""
    return httpx.Client(transport=Patient(), timeout=SECONDS)
