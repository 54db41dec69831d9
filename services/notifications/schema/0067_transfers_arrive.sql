-- Whether a child comes for help or moves here: of what other districts send.
ALTER TABLE {schema}.arrival_v1 ADD COLUMN purpose text NOT NULL DEFAULT 'referral';
