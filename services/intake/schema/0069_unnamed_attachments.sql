-- Files of which no event tells (an upload that was cut off) are taken away a day after that was seen first (ADR 69). A file that is named has no time here.
ALTER TABLE {schema}.attachment ADD COLUMN key jsonb, ADD COLUMN settled boolean NOT NULL DEFAULT false, ADD COLUMN unnamed_at timestamptz;
CREATE INDEX attachment_unsettled ON {schema}.attachment (attachment) WHERE NOT settled;
