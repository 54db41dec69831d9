-- Who served a school as a counsellor of its cluster, and does so no more, is told by the posts of people: the part `owners` sees them (ADR 34).
ALTER POLICY of_work ON {schema}.person_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'owners', 'migration'));
ALTER POLICY of_work ON {schema}.post_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('directory', 'owners', 'migration'));
