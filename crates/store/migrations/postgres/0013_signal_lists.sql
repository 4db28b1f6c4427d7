-- Versions of signal lists, immutable; the last access of an account that was found to come through a network that hides its user.

CREATE TABLE signal_list (
  id BYTEA NOT NULL PRIMARY KEY,
  list TEXT NOT NULL,
  header TEXT NOT NULL,
  imported_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  superseded_at BIGINT,
  packed BYTEA NOT NULL
);
CREATE UNIQUE INDEX signal_list_in_force ON signal_list (list) WHERE superseded_at IS NULL;

CREATE TABLE flagged_access (
  account BYTEA NOT NULL PRIMARY KEY,
  fact BYTEA NOT NULL,
  flagged_at BIGINT NOT NULL
);
