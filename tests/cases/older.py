"""The read models of cases as the release before generations left them, and as a rebuild of it that was killed left them."""

import psycopg

from services.cases.reading.projecting import VIEW
from services.cases.standing.kept import TABLES as STANDING

_KEYS = {"case_list_v1": "case_id", "worklist_v1": "case_id, key", "fact_v1": "position, kind", "strand_v1": "concern, case_id, role"}
_INDEXES = (
    "case_list_v1_school ON case_list_v1 (school, opened_at DESC, case_id)",
    "case_list_v1_opened ON case_list_v1 (opened_at DESC, case_id)",
    "case_list_v1_student ON case_list_v1 (student)",
    "case_list_v1_state ON case_list_v1 (school, state, opened_at DESC, case_id DESC)",
    "case_list_v1_unidentified ON case_list_v1 (school, opened_at DESC, case_id) WHERE student IS NULL",
    "worklist_v1_due ON worklist_v1 (due) WHERE due IS NOT NULL",
    "worklist_v1_school ON worklist_v1 (school, expected_at, case_id, key)",
    "worklist_v1_owner ON worklist_v1 (owner, expected_at, case_id, key)",
    "worklist_v1_what ON worklist_v1 (what, school, expected_at, case_id, key)",
    "worklist_v1_step ON worklist_v1 (school, expected_at, case_id, key) WHERE step > 0",
    "fact_v1_school ON fact_v1 (school, happened_at)",
    "fact_v1_happened ON fact_v1 (happened_at)",
)


def make_older(url: str, *, state: str = "answering") -> None:
    """Takes the database back to that release. state: of the generation whose rows it has: one that is still building is a rebuild cut short."""
    with psycopg.connect(url, options="-c search_path=cases") as connection:
        connection.execute("DELETE FROM view_checkpoint WHERE state <> %s OR view <> %s", (state, VIEW))  # other views came later
        connection.execute(f"TRUNCATE {', '.join(STANDING)}")
        for table, key in _KEYS.items():
            connection.execute(f"DELETE FROM {table} WHERE generation NOT IN (SELECT generation FROM view_checkpoint)")
            connection.execute(f"ALTER TABLE {table} DROP COLUMN generation, ADD PRIMARY KEY ({key})")
        for index in _INDEXES:
            connection.execute(f"CREATE INDEX {index}")
        connection.execute("DROP INDEX IF EXISTS fact_v1_stream")
        connection.execute("ALTER TABLE view_checkpoint DROP COLUMN generation, DROP COLUMN state, ADD PRIMARY KEY (view)")
        connection.execute("DELETE FROM migration WHERE name = '0006_generations.sql'")
