-- What cases knows of people (ids, roles, schools; names and birth dates stay sealed), the case list, and who read content.
CREATE TABLE {schema}.school_v1 (school text PRIMARY KEY, name text NOT NULL, level text NOT NULL, cluster text);
CREATE TABLE {schema}.person_v1 (
    person text PRIMARY KEY, kind text NOT NULL, school text NOT NULL, roles text[] NOT NULL, name jsonb NOT NULL, born jsonb,
    guardians text[] NOT NULL, position bigint NOT NULL
);
CREATE TABLE {schema}.case_list_v1 (
    case_id text PRIMARY KEY, school text NOT NULL, student text, state text NOT NULL, urgency text NOT NULL, assignee text,
    acknowledged_by text, acknowledge_by timestamptz, named text[] NOT NULL, desk text NOT NULL, opened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL, version integer NOT NULL
);
CREATE INDEX case_list_v1_school ON {schema}.case_list_v1 (school, opened_at DESC, case_id);
CREATE INDEX case_list_v1_opened ON {schema}.case_list_v1 (opened_at DESC, case_id);
CREATE INDEX case_list_v1_student ON {schema}.case_list_v1 (student);

-- Second wall behind access.py: without a school in the transaction's setting no row is seen; NULL and '' are nobody.
ALTER TABLE {schema}.case_list_v1 ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.case_list_v1 FORCE ROW LEVEL SECURITY;
CREATE POLICY case_list_by_school ON {schema}.case_list_v1 USING (
    current_setting('tanggap.schools', true) = '*' OR school = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ','))
);

CREATE TABLE {schema}.read_log (
    read_at timestamptz NOT NULL DEFAULT clock_timestamp(), reader text NOT NULL, case_id text NOT NULL, what text NOT NULL, version integer NOT NULL
);
CREATE INDEX read_log_case ON {schema}.read_log (case_id, read_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.school_v1, {schema}.person_v1, {schema}.case_list_v1 TO {role};
GRANT SELECT, INSERT ON {schema}.read_log TO {role};
