"""How long a test's own request waits for its answer: as long as `eventually` does, because the machine may be busy with other tests."""

from httpx._config import DEFAULT_TIMEOUT_CONFIG

SECONDS = 30.0


def wait_longer() -> None:
    """For every client of the tests that names no timeout. The product's clients name theirs."""
    for phase in ("connect", "read", "write", "pool"):
        setattr(DEFAULT_TIMEOUT_CONFIG, phase, SECONDS)
