-- Time-stamp tokens over checkpoints, each by an authority outside this deployment.
CREATE TABLE ledger_timestamp (
  size INTEGER NOT NULL,
  authority TEXT NOT NULL,
  stamped_at INTEGER NOT NULL,
  token BLOB NOT NULL,
  PRIMARY KEY (size, authority)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_timestamp_by_time ON ledger_timestamp (authority, stamped_at);
