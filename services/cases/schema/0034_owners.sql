-- Who has a case: given, to whom it was given; taken, who took it in hand since. The column assignee says which of the two counts (ADR 23). The view
-- has a new version, which is folded anew beside the old one; a release of before leaves these columns empty.
ALTER TABLE {schema}.case_list_v1 ADD COLUMN given text, ADD COLUMN taken text;
CREATE INDEX case_list_v1_assignee ON {schema}.case_list_v1 (generation, assignee) WHERE assignee IS NOT NULL;

-- Who finds a case in no list: naming is what it follows from, named stands beside each expected thing as well.
ALTER TABLE {schema}.case_list_v1 ADD COLUMN naming jsonb;
ALTER TABLE {schema}.worklist_v1 ADD COLUMN named text[], ADD COLUMN asked boolean;
CREATE INDEX worklist_v1_nobodys ON {schema}.worklist_v1 (generation, school, expected_at, case_id, key) WHERE owner IS NULL;
CREATE INDEX worklist_v1_alerts ON {schema}.worklist_v1 (generation, school) WHERE what = 'acknowledge';

-- Who cannot go on with what they owe, also who is kept away from the case. absent: of one case, as its history says. leave_v1: who is away from a
-- school, folded from the rota. gone_v1: who left, or holds no post at a school any more, kept from what intake says; '*' is every school. Who is
-- suspended stands in suspension_v1.
ALTER TABLE {schema}.case_list_v1 ADD COLUMN absent jsonb;
CREATE INDEX case_list_v1_absent ON {schema}.case_list_v1 (generation) WHERE absent <> '[]';
CREATE INDEX case_list_v1_kept_away ON {schema}.case_list_v1 (generation) WHERE coalesce(given, taken) = ANY (named);
CREATE INDEX worklist_v1_kept_away ON {schema}.worklist_v1 (generation) WHERE owner = ANY (named);
CREATE TABLE {schema}.leave_v1 (
    generation integer NOT NULL, school text NOT NULL, person text NOT NULL, away_from timestamptz, away_until timestamptz, deputy text,
    PRIMARY KEY (generation, school, person)
);
CREATE TABLE {schema}.gone_v1 (person text NOT NULL, school text NOT NULL, why text NOT NULL, PRIMARY KEY (person, school));
GRANT SELECT, INSERT, UPDATE, DELETE ON {schema}.leave_v1, {schema}.gone_v1 TO {role};
