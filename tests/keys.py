"""Keys for tests: what the operator's tools derive from a service's settings, or from secrets that a test chooses."""

from datetime import UTC, datetime, timedelta

from shared.access import Principal, issue_token
from shared.clock import Clock, SystemClock
from shared.keys import Holder, Keys
from shared.secretfile import GivenSecrets
from shared.secretset import SECRET_NAMES, Secret, SecretSet
from shared.settings import Settings


def secrets(letter: bytes = b"k", secret_id: str = "1") -> SecretSet:
    """One secret of each name, all made of one letter."""
    return SecretSet(tuple(Secret(name, secret_id, letter * 32) for name in SECRET_NAMES))


def keys(holder: Holder = "district", known: SecretSet | None = None, clock: Clock | None = None) -> Keys:
    return Keys(holder, GivenSecrets(known or secrets()), clock or SystemClock())


def bearer(settings: Settings, principal: Principal) -> dict[str, str]:
    """Headers of somebody whom the service with these settings lets in, for an hour."""
    token = issue_token(Keys("district", settings.secret_source(), SystemClock()), principal, datetime.now(UTC) + timedelta(hours=1))
    return {"authorization": f"Bearer {token}"}
