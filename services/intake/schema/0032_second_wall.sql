-- The second wall (ADR 32), as cases has it: a reader sees the schools in `tanggap.schools`, a part of the service's own work the tables that it needs
-- (`tanggap.acting_as`), and whoever says neither sees nobody.
ALTER TABLE {schema}.person_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.person_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'directory', 'sessions', 'migration'));
CREATE POLICY of_school ON {schema}.person_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);
ALTER TABLE {schema}.suspension_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.suspension_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'directory', 'sessions', 'migration'));
ALTER TABLE {schema}.post_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.post_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'directory', 'migration'));
CREATE POLICY of_school ON {schema}.post_v1 FOR SELECT USING (
    (SELECT current_setting('tanggap.schools', true)) = '*'
    OR school IN (SELECT unnest(string_to_array(current_setting('tanggap.schools', true), ',')))
);

-- What leads from a receipt to its concern.
ALTER TABLE {schema}.concern_locator_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.concern_locator_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'receipts', 'migration'));
ALTER TABLE {schema}.earlier_receipt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.earlier_receipt USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('receipts', 'migration'));

-- Accounts: what verifies, whose an invitation is, who is signed in.
ALTER TABLE {schema}.verifier ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.verifier USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('sign-in', 'migration'));
ALTER TABLE {schema}.invitation_link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.invitation_link USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('sign-in', 'migration'));
ALTER TABLE {schema}.session_v1 ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY of_work ON {schema}.session_v1 USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'sessions', 'migration'));
