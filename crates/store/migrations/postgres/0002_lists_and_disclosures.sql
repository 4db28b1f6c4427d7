-- When a version in force was last imported again and found unchanged: a list is as old as its last confirmation.
ALTER TABLE snapshot ADD COLUMN confirmed_at BIGINT NOT NULL DEFAULT 0;
UPDATE snapshot SET confirmed_at = imported_at;

-- What was asked to be handed over: the sealed scope, and the request for a second person it rests on.
CREATE TABLE disclosure (
  id BYTEA NOT NULL PRIMARY KEY,
  account BYTEA NOT NULL,
  legal_order BYTEA,
  approval BYTEA NOT NULL,
  subject BYTEA NOT NULL,
  requested_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX disclosure_by_time ON disclosure (requested_at);
