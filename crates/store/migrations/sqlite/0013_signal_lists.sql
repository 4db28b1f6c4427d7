-- Versions of signal lists, immutable; the last access of an account that was found to come through a network that hides its user.

CREATE TABLE signal_list (
  id BLOB NOT NULL PRIMARY KEY,
  list TEXT NOT NULL,
  header TEXT NOT NULL,
  imported_at INTEGER NOT NULL,
  confirmed_at INTEGER NOT NULL,
  superseded_at INTEGER,
  packed BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX signal_list_in_force ON signal_list (list) WHERE superseded_at IS NULL;

CREATE TABLE flagged_access (
  account BLOB NOT NULL PRIMARY KEY,
  fact BLOB NOT NULL,
  flagged_at INTEGER NOT NULL
) STRICT;
