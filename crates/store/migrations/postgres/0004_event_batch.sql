-- Events of a micro-batch, behind one leaf: what is hashed, and what is sealed under the key of each subject.
CREATE TABLE event_batch (
  leaf BIGINT NOT NULL PRIMARY KEY,
  events BYTEA NOT NULL,
  sealed BYTEA NOT NULL
);
