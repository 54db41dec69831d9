-- What somebody is writing into a form of a case, sealed, for seven days (ADR 36). form: its command, with what it is about.
CREATE TABLE {schema}.draft (
    person text NOT NULL, case_id text NOT NULL, form text NOT NULL, box jsonb NOT NULL, saved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (person, case_id, form)
);
CREATE INDEX draft_case ON {schema}.draft (case_id, form);
CREATE INDEX draft_age ON {schema}.draft (saved_at);
ALTER TABLE {schema}.draft ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.draft USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('drafts', 'migration'));
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.draft TO {role};
