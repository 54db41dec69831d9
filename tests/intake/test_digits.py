"""A receipt as digits: every secret comes back, and what was written wrongly is noticed."""

from hypothesis import given
from hypothesis import strategies as st

from services.intake.digits import BITS, DIGITS, digits_in, secret_of, written

SECRETS = st.binary(min_size=16, max_size=16)


@given(SECRETS)
def test_every_secret_comes_back(secret):
    assert len(digits_in(written(secret))) == DIGITS
    assert secret_of(written(secret)) == secret


def test_it_is_written_in_groups_of_four_from_the_first_zero_on():
    assert written(bytes(16)) == "0000 0000 0000 0000 0000 0000 0000 0000 0000 0006"
    assert written(b"\xff" * 16)[:12] == "3402 8236 69"


@given(SECRETS, st.integers(0, DIGITS - 1), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(secret, place, more):
    digits = digits_in(written(secret))
    wrong = digits[:place] + str((int(digits[place]) + more) % 10) + digits[place + 1 :]
    assert secret_of(wrong) is None


@given(st.text(max_size=60))
def test_whatever_is_typed_is_a_secret_or_none(told):
    found = secret_of(told)
    assert found is None or written(found).replace(" ", "") == digits_in(told)


def test_a_number_too_large_for_the_bits_is_none():
    largest = digits_in(written((2**BITS - 1).to_bytes(16)))
    assert [secret_of("9" * 39 + str(check)) for check in range(10)] == [None] * 10
    assert secret_of(largest) == b"\xff" * 16
