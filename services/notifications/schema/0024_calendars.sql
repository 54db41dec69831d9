-- What cases says of the school calendar: of the district, of kinds of school, of single schools. Ladders other than the emergency one climb by it.
CREATE TABLE {schema}.calendar_v1 (of_whom text PRIMARY KEY, layer jsonb NOT NULL, position bigint NOT NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.calendar_v1 TO {role};
