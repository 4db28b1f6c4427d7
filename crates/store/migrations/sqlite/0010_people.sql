-- How a session was begun, and who may be given a one-time link once a second person has approved it.

ALTER TABLE session ADD COLUMN entered_by TEXT NOT NULL DEFAULT 'credentials';
CREATE TABLE login_grant (
  staff BLOB NOT NULL PRIMARY KEY,
  approval BLOB NOT NULL
) STRICT, WITHOUT ROWID;
