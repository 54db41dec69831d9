"""What somebody holds, and where (security, rows 9 and 10)."""

from shared.access import ANONYMOUS, EVERYWHERE, Principal
from shared.events import Post
from tests.keys import somebody
from tests.shared.rows import ROLES

BUDI = Principal("budi", "person", frozenset({Post("subject-teacher", "a"), Post("counsellor", "b")}))


def test_security_9_a_role_counts_only_at_the_school_where_it_is_held():
    assert BUDI.roles == {"subject-teacher", "counsellor"}
    assert BUDI.holds("counsellor")
    assert [BUDI.holds_at(school, "counsellor") for school in "abc"] == [False, True, False]
    assert [BUDI.at(school) for school in "abc"] == [True, True, False]
    assert (BUDI.schools("counsellor"), BUDI.schools(), BUDI.schools("auditor")) == (frozenset("b"), frozenset("ab"), frozenset())


def test_security_9_for_a_route_only_the_posts_of_its_roles_count():
    counsellor = BUDI.only(frozenset({"counsellor", "coordinator"}))
    assert (counsellor.at("a"), counsellor.at("b"), counsellor.schools()) == (False, True, frozenset("b"))


def test_a_role_in_the_whole_district_holds_at_every_school():
    duty = somebody("dewi", {"district-duty"})
    assert (duty.holds_at("a", "district-duty"), duty.at("a"), duty.schools()) == (True, True, EVERYWHERE)


def test_security_10_empty_is_nobody():
    nobody = Principal("ani", "person")
    assert (nobody.roles, nobody.at("a"), nobody.schools(), nobody.holds(*ROLES)) == (frozenset(), False, frozenset(), False)
    assert not ANONYMOUS.holds(*(role for role in ROLES if role != "anonymous"))


def test_security_10_only_a_person_holds_posts_and_is_never_an_agency_or_a_service():
    assert Principal("upt", "agency", frozenset({Post("auditor")})).roles == {"agency"}
    assert not somebody("ani", {"counsellor"}, {"a"}).holds("agency", "service")
