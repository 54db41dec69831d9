-- What ends with somebody is found without reading every row (ADR 101).
CREATE INDEX task_v1_case ON {schema}.task_v1 (generation, case_id);
CREATE INDEX notice_v1_notice ON {schema}.notice_v1 (notice);
CREATE INDEX notice_v1_guardian ON {schema}.notice_v1 (guardian) WHERE guardian IS NOT NULL;
CREATE INDEX alert_link_v1_person ON {schema}.alert_link_v1 (person);
