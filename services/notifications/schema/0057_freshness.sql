-- When an agency last assured its entry, was last reminded of it, and since when what the directory says of it has stood there.
ALTER TABLE {schema}.agency_v1 ADD COLUMN assured_at timestamptz, ADD COLUMN reminded_at timestamptz, ADD COLUMN listed_at timestamptz;
UPDATE {schema}.agency_v1 a SET listed_at = (
    SELECT max(e.recorded_at) FROM {schema}.event e WHERE e.stream = 'agency-' || a.agency AND e.type IN ('agency-registered', 'agency-described')
);
