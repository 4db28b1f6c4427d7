-- Holds that keep records of some types only; one without a row here keeps all.

CREATE TABLE hold_record_type (
  hold BYTEA NOT NULL,
  leaf_type BIGINT NOT NULL,
  PRIMARY KEY (hold, leaf_type)
);
