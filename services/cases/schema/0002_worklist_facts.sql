-- What is expected and until when (every list of a working day is a question to this table), what was done (the reports count it), and which
-- cases share a concern. All three are folded from events and hold ids and codes only.
CREATE TABLE {schema}.worklist_v1 (
    case_id text NOT NULL, key text NOT NULL, what text NOT NULL, school text NOT NULL, owner text, student text, urgency text NOT NULL,
    expected_at timestamptz NOT NULL, due timestamptz, step integer NOT NULL, PRIMARY KEY (case_id, key)
);
CREATE INDEX worklist_v1_due ON {schema}.worklist_v1 (due) WHERE due IS NOT NULL;
CREATE INDEX worklist_v1_school ON {schema}.worklist_v1 (school, expected_at, case_id, key);
CREATE INDEX worklist_v1_owner ON {schema}.worklist_v1 (owner, expected_at, case_id, key);
CREATE INDEX worklist_v1_what ON {schema}.worklist_v1 (what, school, expected_at, case_id, key);
CREATE INDEX worklist_v1_step ON {schema}.worklist_v1 (school, expected_at, case_id, key) WHERE step > 0;
ALTER TABLE {schema}.worklist_v1 ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.worklist_v1 FORCE ROW LEVEL SECURITY;
CREATE POLICY worklist_by_school ON {schema}.worklist_v1 USING (
    current_setting('tanggap.schools', true) = '*' OR school = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ','))
);

CREATE TABLE {schema}.fact_v1 (
    position bigint PRIMARY KEY, stream text NOT NULL, school text NOT NULL, kind text NOT NULL, person text, happened_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL, codes jsonb NOT NULL
);
CREATE INDEX fact_v1_school ON {schema}.fact_v1 (school, happened_at);
CREATE INDEX fact_v1_happened ON {schema}.fact_v1 (happened_at);
ALTER TABLE {schema}.fact_v1 ENABLE ROW LEVEL SECURITY;
ALTER TABLE {schema}.fact_v1 FORCE ROW LEVEL SECURITY;
CREATE POLICY facts_by_school ON {schema}.fact_v1 USING (
    current_setting('tanggap.schools', true) = '*' OR school = ANY (string_to_array(nullif(current_setting('tanggap.schools', true), ''), ','))
);

CREATE TABLE {schema}.strand_v1 (concern text NOT NULL, case_id text NOT NULL, role text NOT NULL, PRIMARY KEY (concern, case_id, role));

CREATE INDEX case_list_v1_state ON {schema}.case_list_v1 (school, state, opened_at DESC, case_id DESC);
CREATE INDEX case_list_v1_unidentified ON {schema}.case_list_v1 (school, opened_at DESC, case_id) WHERE student IS NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.worklist_v1, {schema}.fact_v1, {schema}.strand_v1 TO {role};
UPDATE {schema}.view_checkpoint SET position = 0;
TRUNCATE {schema}.case_list_v1;
