-- The part `standing-owners` looks for groups whose members stand on two sides of one concern (ADR 83), from their cases to the concerns of these.
ALTER POLICY of_work ON {schema}.strand_v1
    USING ((SELECT current_setting('tanggap.acting_as', true)) IN ('builder', 'strands', 'owners', 'migration'));
CREATE INDEX strand_v1_case ON {schema}.strand_v1 (generation, case_id);
