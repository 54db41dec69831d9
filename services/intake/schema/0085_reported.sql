-- What somebody who signs in has reported: their own list.
CREATE INDEX event_reported ON {schema}.event (actor, position) WHERE type = 'concern-received';
