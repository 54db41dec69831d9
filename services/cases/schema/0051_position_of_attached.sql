-- What keeps a position says of whose store, so that a restore that sets a neighbour back sets this back, too (ADR 49).
COMMENT ON COLUMN {schema}.attached_v1.position IS 'position in intake';
