-- Whose guardian somebody is who begins to work at a school (ADR 77).
CREATE INDEX person_v1_of_guardian ON {schema}.person_v1 USING gin (guardians) WHERE cardinality(guardians) > 0;
