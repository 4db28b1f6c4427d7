-- Events of a micro-batch, behind one leaf: what is hashed, and what is sealed under the key of each subject.
CREATE TABLE event_batch (
  leaf INTEGER NOT NULL PRIMARY KEY,
  events BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
