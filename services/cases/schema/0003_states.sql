-- What a case's state follows from, so that the list knows what comes back when a case is resumed, reopened or unmerged. Folded anew.
UPDATE {schema}.view_checkpoint SET position = 0;
TRUNCATE {schema}.case_list_v1, {schema}.worklist_v1, {schema}.fact_v1, {schema}.strand_v1;
ALTER TABLE {schema}.case_list_v1
    ADD COLUMN closed boolean NOT NULL, ADD COLUMN merged boolean NOT NULL, ADD COLUMN waiting boolean NOT NULL, ADD COLUMN worked boolean NOT NULL,
    ADD COLUMN stage text NOT NULL;
