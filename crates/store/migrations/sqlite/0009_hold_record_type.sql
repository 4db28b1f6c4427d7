-- Holds that keep records of some types only; one without a row here keeps all.

CREATE TABLE hold_record_type (
  hold BLOB NOT NULL,
  leaf_type INTEGER NOT NULL,
  PRIMARY KEY (hold, leaf_type)
) STRICT, WITHOUT ROWID;
