-- Who is away from a school, and who stands in: the ladder skips the absent at once. Kept from cases' events, not folded from our own.
CREATE TABLE {schema}.away_v1 (
    person text NOT NULL, school text NOT NULL, away_from timestamptz, away_until timestamptz, deputy text, position bigint NOT NULL,
    PRIMARY KEY (person, school)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.away_v1 TO {role};
