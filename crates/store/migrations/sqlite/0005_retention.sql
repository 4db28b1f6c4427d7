-- Retention: holds, and what is erased when its time is over.

CREATE TABLE legal_hold (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  silence TEXT NOT NULL,
  authority TEXT NOT NULL,
  reference TEXT NOT NULL,
  owner TEXT NOT NULL,
  legal_order BLOB,
  scope_from INTEGER,
  scope_until INTEGER,
  placed_at INTEGER NOT NULL,
  expires_at INTEGER,
  renewed_at INTEGER,
  review_at INTEGER NOT NULL,
  ended_at INTEGER,
  leaf INTEGER NOT NULL,
  subject BLOB NOT NULL,
  sealed BLOB NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX legal_hold_by_state ON legal_hold (state, id);

CREATE TABLE hold_object (
  hold BLOB NOT NULL,
  kind TEXT NOT NULL,
  object BLOB NOT NULL,
  PRIMARY KEY (hold, kind, object)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_object_by_object ON hold_object (object);

-- Keys that a hold keeps: while it is in force, no statement deletes them.
CREATE TABLE hold_pin (
  subject BLOB NOT NULL,
  class INTEGER NOT NULL,
  hold BLOB NOT NULL,
  PRIMARY KEY (subject, class, hold)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_pin_by_hold ON hold_pin (hold);

CREATE TABLE erasure (
  id BLOB NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  scheduled_at INTEGER NOT NULL,
  erase_from INTEGER NOT NULL,
  pack BLOB NOT NULL,
  content_hash BLOB NOT NULL,
  scheduled_leaf INTEGER NOT NULL,
  approval_leaf INTEGER,
  intent_leaf INTEGER,
  done_leaf INTEGER,
  done_at INTEGER,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX erasure_by_state ON erasure (state, id);

CREATE TABLE erasure_item (
  erasure BLOB NOT NULL,
  subject BLOB NOT NULL,
  class INTEGER NOT NULL,
  kind TEXT NOT NULL,
  object BLOB NOT NULL,
  basis TEXT NOT NULL,
  anchor_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  fate TEXT NOT NULL,
  key_id BLOB,
  leaf INTEGER,
  PRIMARY KEY (erasure, subject, class)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_item_by_subject ON erasure_item (subject, class);

-- The highest retention class of which nothing is left: 0 nothing erased, 1 personal data, 2 decision evidence too.
ALTER TABLE account ADD COLUMN erased_class INTEGER NOT NULL DEFAULT 0;
