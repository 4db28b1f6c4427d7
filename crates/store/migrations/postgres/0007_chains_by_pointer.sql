-- A leaf names the one before it about its subject, and the head of a chain its newest. An index over subjects would have to be
-- changed at as many places as a commit has subjects; following a chain needs none.

CREATE TABLE leaf_linked (
  seq BIGINT NOT NULL PRIMARY KEY,
  type BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  subject BYTEA NOT NULL,
  subject_seq BIGINT NOT NULL,
  prev BIGINT,
  class BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  body BYTEA NOT NULL
);
INSERT INTO leaf_linked SELECT seq, type, recorded_at, subject, subject_seq,
  (SELECT earlier.seq FROM leaf AS earlier WHERE earlier.subject = leaf.subject AND earlier.subject_seq = leaf.subject_seq - 1),
  class, bytes, body FROM leaf ORDER BY leaf.seq;

CREATE TABLE subject_head_linked (
  subject BYTEA NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  leaf BIGINT NOT NULL,
  last_leaf BYTEA NOT NULL
);
INSERT INTO subject_head_linked SELECT head.subject, head.seq, leaf.seq, head.last_leaf
  FROM subject_head AS head JOIN leaf ON leaf.subject = head.subject AND leaf.subject_seq = head.seq ORDER BY head.subject;

DROP TABLE leaf;
ALTER TABLE leaf_linked RENAME TO leaf;
ALTER INDEX leaf_linked_pkey RENAME TO leaf_pkey;
DROP TABLE subject_head;
ALTER TABLE subject_head_linked RENAME TO subject_head;
ALTER INDEX subject_head_linked_pkey RENAME TO subject_head_pkey;
