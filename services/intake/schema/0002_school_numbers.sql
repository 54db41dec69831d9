-- A number may stand with two schools in two systems' bundles; the directory must follow all the same, and a look-up takes the first.
ALTER TABLE {schema}.school_v1 DROP CONSTRAINT school_v1_npsn_key;
