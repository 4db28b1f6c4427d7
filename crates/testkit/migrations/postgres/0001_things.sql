CREATE TABLE thing (
    id      BYTEA  NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name    TEXT   NOT NULL UNIQUE,
    remark  TEXT,
    amount  BIGINT CHECK (amount >= -9223372036854775807 - 1),
    picture BYTEA,
    parent  BYTEA  REFERENCES thing (id)
);
CREATE TABLE entry (
    position BIGINT NOT NULL PRIMARY KEY,
    author   BIGINT NOT NULL CHECK (author >= 0)
);
