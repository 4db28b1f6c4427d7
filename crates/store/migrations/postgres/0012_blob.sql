-- Large objects such as legal process as received: sealed under the key of a subject, addressed by the SHA-256 of the sealed bytes.

CREATE TABLE blob (
  subject BYTEA NOT NULL,
  address BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (subject, address)
);
