-- What evidence packages need: the certificate that a token's chain ends at, and which batches hold events of whom.
ALTER TABLE ledger_timestamp ADD COLUMN root BYTEA NOT NULL DEFAULT '';
CREATE TABLE event_subject (
  subject BYTEA NOT NULL,
  leaf BIGINT NOT NULL,
  PRIMARY KEY (subject, leaf)
);
