-- When a version in force was last imported again and found unchanged: a list is as old as its last confirmation.
ALTER TABLE snapshot ADD COLUMN confirmed_at INTEGER NOT NULL DEFAULT 0;
UPDATE snapshot SET confirmed_at = imported_at;

-- What was asked to be handed over: the sealed scope, and the request for a second person it rests on.
CREATE TABLE disclosure (
  id BLOB NOT NULL PRIMARY KEY,
  account BLOB NOT NULL,
  legal_order BLOB,
  approval BLOB NOT NULL,
  subject BLOB NOT NULL,
  requested_at INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX disclosure_by_time ON disclosure (requested_at);
