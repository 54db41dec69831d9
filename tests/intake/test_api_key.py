"""Which keys machines are given and when they end (people.md, Signing in; ADR 43): the decider alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.intake.domain.api_key import (
    API_KEYS,
    ApiKeyIssued,
    ApiKeyRevoked,
    IssueKey,
    KeyHoldsTooLong,
    NoSuchKey,
    RevokeKey,
    TwoKeysHold,
)
from shared.testing import given

NOW = datetime(2026, 11, 28, 2, tzinfo=UTC)
YEAR = timedelta(days=365)


def told(key: str, **other: Any) -> dict[str, Any]:
    usual = {"holder": "rsud", "kind": "agency", "scopes": ("referrals:read",), "hash": "ab", "until": NOW + YEAR, "at": NOW}
    return {"key": key, **usual, **other}


def issue(key: str, **other: Any) -> IssueKey:
    return IssueKey(**told(key, **other))


def issued(key: str, **other: Any) -> ApiKeyIssued:
    return ApiKeyIssued(**told(key, **other))


def revoke(key: str, at: datetime = NOW) -> RevokeKey:
    return RevokeKey(key=key, why="by-administrator", at=at)


def revoked(key: str, at: datetime = NOW) -> ApiKeyRevoked:
    return ApiKeyRevoked(key=key, why="by-administrator", at=at)


def test_a_holder_has_two_keys_at_a_time_so_that_one_can_be_changed_for_the_other():
    given(API_KEYS).when(issue("one")).then(issued("one"))
    given(API_KEYS, issued("one")).when(issue("two")).then(issued("two"))
    given(API_KEYS, issued("one"), issued("two")).when(issue("three")).refuses(TwoKeysHold)


def test_a_key_that_was_revoked_or_ran_out_leaves_room_for_the_next():
    given(API_KEYS, issued("one"), issued("two"), revoked("one")).when(issue("three")).then(issued("three"))
    old = issued("one", until=NOW, at=NOW - YEAR)
    given(API_KEYS, old, issued("two")).when(issue("three")).then(issued("three"))


@pytest.mark.parametrize("other", [{"holder": "upt"}, {"kind": "integrator"}])
def test_another_holder_s_keys_do_not_count(other):
    given(API_KEYS, issued("one"), issued("two")).when(issue("three", **other)).then(issued("three", **other))


@pytest.mark.parametrize("days", [0, -1, 400.01, 4000])
def test_a_key_ends_after_this_moment_and_within_400_days(days):
    given(API_KEYS).when(issue("one", until=NOW + timedelta(days=days))).refuses(KeyHoldsTooLong)
    given(API_KEYS).when(issue("one", until=NOW + timedelta(days=400))).then(issued("one", until=NOW + timedelta(days=400)))


def test_a_key_is_revoked_once_and_what_ran_out_is_not_revoked():
    given(API_KEYS, issued("one")).when(revoke("one")).then(revoked("one"))
    given(API_KEYS, issued("one"), revoked("one")).when(revoke("one")).then()
    given(API_KEYS, issued("one")).when(revoke("one", NOW + YEAR)).then()
    given(API_KEYS).when(revoke("one")).refuses(NoSuchKey)


def test_a_key_holds_from_when_it_is_given_until_its_end_or_its_revocation():
    keys = API_KEYS.fold([issued("one"), issued("two"), revoked("two")])
    assert keys.holds("one", NOW) == issued("one")
    assert [keys.holds("one", NOW + YEAR), keys.holds("two", NOW), keys.holds("three", NOW)] == [None] * 3
