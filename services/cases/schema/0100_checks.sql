-- By which checks a file was looked through last: what passed older ones alone is looked through again (ADR 100). Every file from before has the first.
ALTER TABLE {schema}.attachment ADD COLUMN checks integer NOT NULL DEFAULT 1;
CREATE INDEX attachment_checks ON {schema}.attachment (checks, attachment);
CREATE INDEX attachment_infected ON {schema}.attachment (attachment) WHERE verdict = 'infected';
