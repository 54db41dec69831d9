-- Which columns keep a position of a neighbour: they go back with the reader where that neighbour was restored (ADR 49).
COMMENT ON COLUMN {schema}.person_v1.position IS 'position in intake';
COMMENT ON COLUMN {schema}.calendar_v1.position IS 'position in cases';
COMMENT ON COLUMN {schema}.away_v1.position IS 'position in cases';
COMMENT ON COLUMN {schema}.case_people_v1.position IS 'position in cases';
