CREATE TABLE thing (
    id      BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name    TEXT    NOT NULL UNIQUE,
    remark  TEXT,
    amount  INTEGER CHECK (amount >= -9223372036854775807 - 1),
    picture BLOB,
    parent  BLOB    REFERENCES thing (id)
) STRICT;
CREATE TABLE entry (
    position INTEGER NOT NULL PRIMARY KEY,
    author   INTEGER NOT NULL CHECK (author >= 0)
) STRICT;
