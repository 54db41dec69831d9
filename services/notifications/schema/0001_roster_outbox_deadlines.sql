-- What notifications knows of people (contacts stay sealed), what is to be sent, every attempt, and what is expected by when.
CREATE TABLE {schema}.school_v1 (school text PRIMARY KEY, level text NOT NULL, cluster text);
CREATE TABLE {schema}.person_v1 (
    person text PRIMARY KEY, kind text NOT NULL, school text NOT NULL, roles text[] NOT NULL, email jsonb, guardians text[] NOT NULL,
    position bigint NOT NULL
);
CREATE INDEX person_v1_staff ON {schema}.person_v1 (school) WHERE kind = 'staff';
CREATE TABLE {schema}.agency_v1 (
    agency text PRIMARY KEY, name text NOT NULL, kind text NOT NULL, services text[] NOT NULL, url text, secret jsonb, old_secret jsonb
);
CREATE TABLE {schema}.task_v1 (
    task text PRIMARY KEY, agency text NOT NULL, case_id text NOT NULL, priority text NOT NULL, state text NOT NULL, respond_by timestamptz NOT NULL,
    requested_at timestamptz NOT NULL
);
CREATE INDEX task_v1_agency ON {schema}.task_v1 (agency, requested_at DESC);
CREATE TABLE {schema}.notice_v1 (token_hash bytea PRIMARY KEY, notice text NOT NULL);

-- One row for each message to one receiver; `state`: queued, sending, sent, acknowledged, failed, cancelled.
CREATE TABLE {schema}.outbox_v1 (
    id uuid PRIMARY KEY, kind text NOT NULL, stream text NOT NULL, case_id text NOT NULL, receiver text NOT NULL, step integer NOT NULL,
    urgent boolean NOT NULL, state text NOT NULL DEFAULT 'queued', attempts integer NOT NULL DEFAULT 0, due_at timestamptz NOT NULL,
    queued_at timestamptz NOT NULL DEFAULT clock_timestamp(), sent_at timestamptz
);
CREATE INDEX outbox_v1_due ON {schema}.outbox_v1 (due_at) WHERE state = 'queued';
CREATE INDEX outbox_v1_case ON {schema}.outbox_v1 (case_id);
CREATE INDEX outbox_v1_stream ON {schema}.outbox_v1 (stream);
CREATE TABLE {schema}.attempt (
    outbox uuid NOT NULL, number integer NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), outcome text NOT NULL,
    PRIMARY KEY (outbox, number)
);

CREATE TABLE {schema}.deadline_v1 (
    id uuid PRIMARY KEY, stream text NOT NULL, kind text NOT NULL, step integer NOT NULL, due_at timestamptz NOT NULL
);
CREATE INDEX deadline_v1_due ON {schema}.deadline_v1 (due_at);
CREATE INDEX deadline_v1_stream ON {schema}.deadline_v1 (stream);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.school_v1, {schema}.person_v1, {schema}.agency_v1, {schema}.task_v1, {schema}.notice_v1,
    {schema}.outbox_v1, {schema}.attempt, {schema}.deadline_v1 TO {role};
