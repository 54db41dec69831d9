-- Telephone numbers, sealed as mail addresses are; kept from the next time that the roster tells of somebody.
ALTER TABLE {schema}.person_v1 ADD COLUMN phone jsonb;
-- What became of a message on each channel, where there are several. Like the attempts it is not folded from events, and a rebuild keeps it.
-- reference: the hash of the provider's own id of the message, which may hold a telephone number. due_at: when a channel that failed is tried again
-- though another one took the message.
CREATE TABLE {schema}.dispatch (
    outbox uuid NOT NULL, channel text NOT NULL, state text NOT NULL, why text NOT NULL DEFAULT '', reference bytea, tried integer NOT NULL DEFAULT 0,
    due_at timestamptz, at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (outbox, channel)
);
CREATE INDEX dispatch_reference ON {schema}.dispatch (reference) WHERE reference IS NOT NULL;
CREATE INDEX dispatch_due ON {schema}.dispatch (due_at) WHERE due_at IS NOT NULL;
-- What providers reported. A report may come before the answer to the call that it is about, so it stands by itself.
CREATE TABLE {schema}.reported (
    reference bytea PRIMARY KEY, state text NOT NULL, at timestamptz NOT NULL, kept_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX reported_kept ON {schema}.reported (kept_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.dispatch, {schema}.reported TO {role};
-- Kotak masuk: somebody's own messages, newest first.
CREATE INDEX outbox_v1_receiver ON {schema}.outbox_v1 (generation, receiver, queued_at DESC) WHERE kind = 'alert';
