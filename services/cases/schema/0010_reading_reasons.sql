-- Why somebody read a case that is a colleague's; null where nobody is asked.
ALTER TABLE {schema}.read_log ADD COLUMN reason text;
