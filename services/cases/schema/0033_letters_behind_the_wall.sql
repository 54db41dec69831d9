-- The second wall for issued documents and their files (ADR 32); emblems are nobody's.
ALTER TABLE {schema}.issued_document ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.issued_document USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('letters', 'migration'));
CREATE POLICY of_school ON {schema}.issued_document FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
ALTER TABLE {schema}.document_file ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.document_file USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('letters', 'migration'));
