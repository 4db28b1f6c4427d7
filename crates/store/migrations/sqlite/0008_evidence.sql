-- What evidence packages need: the certificate that a token's chain ends at, and which batches hold events of whom.
ALTER TABLE ledger_timestamp ADD COLUMN root BLOB NOT NULL DEFAULT X'';
CREATE TABLE event_subject (
  subject BLOB NOT NULL,
  leaf INTEGER NOT NULL,
  PRIMARY KEY (subject, leaf)
) STRICT, WITHOUT ROWID;
