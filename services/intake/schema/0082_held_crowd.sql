-- How many reports came shortly before from the network of one that is held (ADR 82): a count, and nothing of which network.
ALTER TABLE {schema}.held_v1 ADD COLUMN crowd integer NOT NULL DEFAULT 0;
