-- Time-stamp tokens over checkpoints, each by an authority outside this deployment.
CREATE TABLE ledger_timestamp (
  size BIGINT NOT NULL,
  authority TEXT NOT NULL,
  stamped_at BIGINT NOT NULL,
  token BYTEA NOT NULL,
  PRIMARY KEY (size, authority)
);
CREATE INDEX ledger_timestamp_by_time ON ledger_timestamp (authority, stamped_at);
