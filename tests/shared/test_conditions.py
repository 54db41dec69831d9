"""A query has only the conditions that are asked for."""

from psycopg import sql

from shared.conditions import Conditions


def test_what_is_not_asked_for_is_neither_in_the_query_nor_among_its_values():
    wanted = Conditions()
    wanted.add("generation = %s", 3)
    wanted.add_if_asked("school = %s", None)
    wanted.add_if_asked("urgency = %s", "high")
    wanted.add_if_asked("%s = (late)", False)
    wanted.add("(opened_at, case_id) < (%s, %s)", "noon", "c-1")
    query = sql.SQL("SELECT 1 FROM case_list_v1 WHERE {}").format(wanted.where).as_string()
    assert query == "SELECT 1 FROM case_list_v1 WHERE generation = %s AND urgency = %s AND %s = (late) AND (opened_at, case_id) < (%s, %s)"
    assert wanted.values == [3, "high", False, "noon", "c-1"]
