-- Which columns keep a position of a neighbour: they go back with the reader where that neighbour was restored (ADR 49).
COMMENT ON COLUMN {schema}.person_v1.position IS 'position in intake';
COMMENT ON COLUMN {schema}.whereabouts_v1.position IS 'position in intake';
