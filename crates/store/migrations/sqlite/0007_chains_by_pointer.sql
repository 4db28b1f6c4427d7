-- A leaf names the one before it about its subject, and the head of a chain its newest. An index over subjects would have to be
-- changed at as many places as a commit has subjects; following a chain needs none.

CREATE TABLE leaf_linked (
  seq INTEGER NOT NULL PRIMARY KEY,
  type INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  subject BLOB NOT NULL,
  subject_seq INTEGER NOT NULL,
  prev INTEGER,
  class INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
INSERT INTO leaf_linked SELECT seq, type, recorded_at, subject, subject_seq,
  (SELECT earlier.seq FROM leaf AS earlier WHERE earlier.subject = leaf.subject AND earlier.subject_seq = leaf.subject_seq - 1),
  class, bytes, body FROM leaf ORDER BY leaf.seq;

CREATE TABLE subject_head_linked (
  subject BLOB NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  leaf INTEGER NOT NULL,
  last_leaf BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO subject_head_linked SELECT head.subject, head.seq, leaf.seq, head.last_leaf
  FROM subject_head AS head JOIN leaf ON leaf.subject = head.subject AND leaf.subject_seq = head.seq ORDER BY head.subject;

DROP TABLE leaf;
ALTER TABLE leaf_linked RENAME TO leaf;
DROP TABLE subject_head;
ALTER TABLE subject_head_linked RENAME TO subject_head;
