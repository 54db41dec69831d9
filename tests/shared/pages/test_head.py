"""The head of a page: few entries stand as they are, many are folded, and none is lost (people.md, The desk)."""

import pytest

from shared.pages.navigation import FIRST, MOST, NAVIGATION, entries_for, first_page, head_of

ROLES = sorted({role for entry in NAVIGATION for role in entry.roles if role != "everybody"})


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_stands_once_and_only_a_long_head_is_folded(role):
    entries = entries_for(frozenset({role}))
    head = head_of(frozenset({role}), "/somewhere")
    assert [entry for entry, _ in (*head.first, *head.more)] == entries
    assert len(head.first) == (len(entries) if len(entries) <= MOST else FIRST)
    assert not head.in_more


def test_who_is_on_a_folded_page_sees_where_they_are():
    last = entries_for(frozenset({"coordinator"}))[-1]
    head = head_of(frozenset({"coordinator"}), last.address)
    assert (head.in_more, [entry for entry, here in head.more if here]) == (True, [last])


def test_whoever_is_not_signed_in_has_nothing_folded():
    assert head_of(frozenset(), "/intake/lapor").more == []


def test_each_role_begins_where_its_work_is():
    begins = {role: first_page(frozenset({role})) for role in ("counsellor", "student", "agency-officer", "system-administrator", "guardian")}
    assert begins == {
        "counsellor": "/cases/menunggu",
        "student": "/cases/untuk-saya",
        "agency-officer": "/notifications/lembaga",
        "system-administrator": "/intake/keadaan",
        "guardian": "/intake/lapor",
    }
