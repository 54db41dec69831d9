-- Who may look at a message or a task: staff of its school, never somebody who is named in the concern; and from where it follows.
ALTER TABLE {schema}.outbox_v1 ADD COLUMN school text, ADD COLUMN correlation uuid;
ALTER TABLE {schema}.deadline_v1 ADD COLUMN school text, ADD COLUMN correlation uuid;
ALTER TABLE {schema}.task_v1 ADD COLUMN school text;
CREATE TABLE {schema}.conflict_v1 (case_id text NOT NULL, person text NOT NULL, PRIMARY KEY (case_id, person));
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.conflict_v1 TO {role};
