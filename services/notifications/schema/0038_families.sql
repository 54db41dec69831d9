-- A guardian's link is for one guardian and ends by itself. Those that an earlier release made were for the notice's one guardian.
ALTER TABLE {schema}.notice_v1 ADD COLUMN guardian text, ADD COLUMN until timestamptz NOT NULL DEFAULT clock_timestamp() + interval '72 hours';
-- A student's birth date, sealed: the second factor of a guardian for an appointment. Kept from the next time that the roster tells of somebody.
ALTER TABLE {schema}.person_v1 ADD COLUMN born jsonb;
