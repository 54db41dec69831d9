-- Receipts of the concerns that were accepted before receipts came from the concern's own key: earlier_receipts.py seals and keeps them.
-- Not folded from events: a rebuild leaves them. first_release: up to where concerns were looked for here; the first start looks behind it.
CREATE TABLE {schema}.earlier_receipt (concern text PRIMARY KEY, locator text, receipt jsonb);
INSERT INTO {schema}.earlier_receipt (concern, locator)
    SELECT told.concern, located.locator
    FROM (SELECT DISTINCT body::json ->> 'concern' AS concern FROM {schema}.event WHERE type = 'concern-received') told
    LEFT JOIN {schema}.concern_locator_v1 located USING (concern);
CREATE INDEX earlier_receipt_locator ON {schema}.earlier_receipt (locator);
CREATE INDEX earlier_receipt_pending ON {schema}.earlier_receipt (concern) WHERE receipt IS NULL;
CREATE TABLE {schema}.first_release (position bigint NOT NULL, ended boolean NOT NULL);
INSERT INTO {schema}.first_release SELECT coalesce(max(position), 0), false FROM {schema}.event;
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.earlier_receipt TO {role};
GRANT SELECT, UPDATE ON {schema}.first_release TO {role};
