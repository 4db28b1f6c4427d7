-- Large objects such as legal process as received: sealed under the key of a subject, addressed by the SHA-256 of the sealed bytes.

CREATE TABLE blob (
  subject BLOB NOT NULL,
  address BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (subject, address)
) STRICT;
