-- What stands without a case and is under way: groups, partnerships, consultations. owner: whose it is; gone: that they cannot go on, as its history
-- says; goes_to: who was told. cases and students: whom a group is for, each at the same place of both, or the case that an activity is for.
CREATE TABLE {schema}.standing_v1 (
    generation integer NOT NULL, kind text NOT NULL, id text NOT NULL, school text NOT NULL, owner text NOT NULL, cases text[] NOT NULL,
    students text[] NOT NULL, begun_at timestamptz NOT NULL, gone text, goes_to text, PRIMARY KEY (generation, kind, id)
);
CREATE INDEX standing_v1_owner ON {schema}.standing_v1 (generation, owner);
CREATE INDEX standing_v1_nobodys ON {schema}.standing_v1 (generation, school, begun_at, kind, id) WHERE gone IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.standing_v1 TO {role};
