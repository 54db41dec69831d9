-- The file of a document goes when its key was destroyed (ADR 50). Nothing else deletes one. Its row in issued_document stays, so that a copy of the
-- paper is still told apart from a forgery.
GRANT DELETE ON {schema}.document_file TO {role};
