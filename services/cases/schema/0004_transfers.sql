-- A transfer is two facts of one event: the old school gave the case, the new one has it. Folded anew.
UPDATE {schema}.view_checkpoint SET position = 0;
TRUNCATE {schema}.case_list_v1, {schema}.worklist_v1, {schema}.fact_v1, {schema}.strand_v1;
ALTER TABLE {schema}.fact_v1 DROP CONSTRAINT fact_v1_pkey, ADD PRIMARY KEY (position, kind);
