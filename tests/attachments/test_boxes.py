"""A file sealed in chunks: it opens whole under its key, as its part and in its order, and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from shared.attachments.boxes import CHUNK, divided, fresh_key, opened, sealed
from shared.errors import HistoryBroken

CONTENT = bytes(range(256)) * (CHUNK // 128)  # two chunks


@given(octets=some.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 5]))
def test_every_length_comes_back_also_as_one_body(octets):
    key, content = fresh_key(), bytes(octets)
    boxes = list(sealed(key, "a", "original", content))
    assert opened(key, "a", "original", divided(b"".join(boxes))) == content


def changed(boxes: list[bytes]) -> dict[str, list[bytes]]:
    first, second = boxes
    return {
        "turned round": [second, first],
        "cut": [first],
        "without its beginning": [second],
        "one twice": [first, first, second],
        "one octet": [first, second[:-1] + bytes([second[-1] ^ 1])],
        "none": [],
    }


@pytest.mark.parametrize("how", changed([b"", b" "]))
def test_a_change_is_found(how):
    key = fresh_key()
    boxes = list(sealed(key, "a", "original", CONTENT))
    with pytest.raises(HistoryBroken):
        opened(key, "a", "original", changed(boxes)[how])


@pytest.mark.parametrize(("attachment", "part"), [("b", "original"), ("a", "picture")])
def test_chunks_open_as_no_other_file_and_no_other_part(attachment, part):
    key = fresh_key()
    boxes = list(sealed(key, "a", "original", CONTENT))
    with pytest.raises(HistoryBroken):
        opened(key, attachment, part, boxes)


def test_without_the_key_nothing_opens():
    with pytest.raises(HistoryBroken):
        opened(fresh_key(), "a", "original", list(sealed(fresh_key(), "a", "original", CONTENT)))
