-- Retention: holds, and what is erased when its time is over.

CREATE TABLE legal_hold (
  id BYTEA NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  silence TEXT NOT NULL,
  authority TEXT NOT NULL,
  reference TEXT NOT NULL,
  owner TEXT NOT NULL,
  legal_order BYTEA,
  scope_from BIGINT,
  scope_until BIGINT,
  placed_at BIGINT NOT NULL,
  expires_at BIGINT,
  renewed_at BIGINT,
  review_at BIGINT NOT NULL,
  ended_at BIGINT,
  leaf BIGINT NOT NULL,
  subject BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX legal_hold_by_state ON legal_hold (state, id);

CREATE TABLE hold_object (
  hold BYTEA NOT NULL,
  kind TEXT NOT NULL,
  object BYTEA NOT NULL,
  PRIMARY KEY (hold, kind, object)
);
CREATE INDEX hold_object_by_object ON hold_object (object);

-- Keys that a hold keeps: while it is in force, no statement deletes them.
CREATE TABLE hold_pin (
  subject BYTEA NOT NULL,
  class BIGINT NOT NULL,
  hold BYTEA NOT NULL,
  PRIMARY KEY (subject, class, hold)
);
CREATE INDEX hold_pin_by_hold ON hold_pin (hold);

CREATE TABLE erasure (
  id BYTEA NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  scheduled_at BIGINT NOT NULL,
  erase_from BIGINT NOT NULL,
  pack BYTEA NOT NULL,
  content_hash BYTEA NOT NULL,
  scheduled_leaf BIGINT NOT NULL,
  approval_leaf BIGINT,
  intent_leaf BIGINT,
  done_leaf BIGINT,
  done_at BIGINT,
  version BIGINT NOT NULL
);
CREATE INDEX erasure_by_state ON erasure (state, id);

CREATE TABLE erasure_item (
  erasure BYTEA NOT NULL,
  subject BYTEA NOT NULL,
  class BIGINT NOT NULL,
  kind TEXT NOT NULL,
  object BYTEA NOT NULL,
  basis TEXT NOT NULL,
  anchor_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  fate TEXT NOT NULL,
  key_id BYTEA,
  leaf BIGINT,
  PRIMARY KEY (erasure, subject, class)
);
CREATE INDEX erasure_item_by_subject ON erasure_item (subject, class);

-- The highest retention class of which nothing is left: 0 nothing erased, 1 personal data, 2 decision evidence too.
ALTER TABLE account ADD COLUMN erased_class BIGINT NOT NULL DEFAULT 0;
