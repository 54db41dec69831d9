-- Children whom other districts send here, by the sender's district: ids, codes and times; nobody is named. waits: no school of ours has it yet.
CREATE TABLE {schema}.arrival_v1 (
    generation integer NOT NULL, arrival text NOT NULL, district text NOT NULL, priority text NOT NULL, state text NOT NULL,
    respond_by timestamptz NOT NULL, announced_at timestamptz NOT NULL, school text, waits boolean NOT NULL DEFAULT true,
    PRIMARY KEY (generation, arrival)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.arrival_v1 TO {role};
