-- How a session was begun, and who may be given a one-time link once a second person has approved it.

ALTER TABLE session ADD COLUMN entered_by TEXT NOT NULL DEFAULT 'credentials';
CREATE TABLE login_grant (
  staff BYTEA NOT NULL PRIMARY KEY,
  approval BYTEA NOT NULL
);
