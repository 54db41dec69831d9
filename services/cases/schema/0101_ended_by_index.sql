-- What ends with somebody is found without reading every history (ADR 101).
CREATE INDEX event_consultation ON {schema}.event (position) WHERE type = 'consultation-asked';
CREATE INDEX event_member ON {schema}.event (position) WHERE type IN ('group-formed', 'member-added');
CREATE INDEX issued_document_whose ON {schema}.issued_document (whose);
