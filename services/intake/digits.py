"""A receipt as a child can write it by hand: 128 bits as forty digits, in ten groups of four. The last digit checks the others."""

from __future__ import annotations

BITS = 128
DIGITS = 40
_GROUP = 4
_LOOK_ALIKES = str.maketrans("OoIlL", "00111")


def written(secret: bytes) -> str:
    """The forty digits of 16 bytes: `0123 4567 …`."""
    number = f"{int.from_bytes(secret):0{DIGITS - 1}d}"
    digits = number + str(_check(number))
    return " ".join(digits[place : place + _GROUP] for place in range(0, DIGITS, _GROUP))


def digits_in(told: str) -> str:
    """The digits of what a person typed, however they grouped them."""
    return "".join(each for each in told.translate(_LOOK_ALIKES) if each.isascii() and each.isdigit())


def secret_of(told: str) -> bytes | None:
    """The 16 bytes; None where a digit is missing, wrong or in another's place."""
    digits = digits_in(told)
    if len(digits) != DIGITS or int(digits[-1]) != _check(digits[:-1]):
        return None
    number = int(digits[:-1])
    return number.to_bytes(BITS // 8) if number < 1 << BITS else None


def _check(digits: str) -> int:
    """ISO 7064, MOD 11,10: it finds every wrong digit and nearly every pair that changed places."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10
