-- How people stand to each case, as cases tells it: messages and tasks about a case are for whoever may know of it (shared/rights, ADR 31).
-- Kept as a neighbour tells it, so it is not folded from the own store and no rebuild touches it.
CREATE TABLE {schema}.case_people_v1 (case_id text PRIMARY KEY, school text NOT NULL, people jsonb NOT NULL, position bigint NOT NULL);
GRANT SELECT, INSERT, UPDATE ON {schema}.case_people_v1 TO {role};
