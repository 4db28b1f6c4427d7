-- Column types are INTEGER, TEXT and BLOB only. Instants are microseconds since 1970, identifiers are 16 bytes,
-- words are the texts of `tenantry-model`. `sealed` columns hold what the vault encrypted.

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE pack (
  hash BLOB NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  adopted_at INTEGER NOT NULL
) STRICT;

-- The ledger: one row holds its head; everything below `leaf` is derived from it and can be rebuilt.
CREATE TABLE ledger_head (
  id INTEGER NOT NULL PRIMARY KEY CHECK (id = 0),
  size INTEGER NOT NULL,
  frontier BLOB NOT NULL,
  recorded_at INTEGER NOT NULL
) STRICT;

CREATE TABLE leaf (
  seq INTEGER NOT NULL PRIMARY KEY,
  type INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  subject BLOB NOT NULL,
  subject_seq INTEGER NOT NULL,
  class INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX leaf_by_subject ON leaf (subject, subject_seq);

CREATE TABLE subject_head (
  subject BLOB NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  last_leaf BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tile (
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
  size INTEGER NOT NULL PRIMARY KEY,
  note TEXT NOT NULL,
  signed_at INTEGER NOT NULL
) STRICT;

-- Wrapped keys. Deleting a row of `subject_key` erases what was sealed under it; its name stays in `destroyed_key`.
CREATE TABLE epoch_key (
  epoch INTEGER NOT NULL,
  class INTEGER NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (epoch, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE subject_key (
  subject BLOB NOT NULL,
  class INTEGER NOT NULL,
  id BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  wrapped BLOB NOT NULL,
  PRIMARY KEY (subject, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE destroyed_key (
  id BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Parties and what is said of them.
CREATE TABLE party (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  subject BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL,
  screened_with BLOB NOT NULL,
  screened_at INTEGER NOT NULL
) STRICT;
CREATE INDEX party_by_screening ON party (screened_with);

CREATE TABLE fact (
  id BLOB NOT NULL PRIMARY KEY,
  party BLOB NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  strength TEXT NOT NULL,
  evidence BLOB,
  stated_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  superseded_at INTEGER,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX fact_by_party ON fact (party, recorded_at);

CREATE TABLE evidence_item (
  id BLOB NOT NULL PRIMARY KEY,
  party BLOB NOT NULL,
  method TEXT NOT NULL,
  result TEXT NOT NULL,
  checked_at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX evidence_item_by_party ON evidence_item (party);

CREATE TABLE interest (
  owner BLOB NOT NULL,
  owned BLOB NOT NULL,
  content TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (owner, owned)
) STRICT, WITHOUT ROWID;
CREATE INDEX interest_by_owned ON interest (owned);

-- Keyed tokens of identifying values: equal tokens mean equal values, and nothing more can be read from them.
CREATE TABLE token (
  kind TEXT NOT NULL,
  digest BLOB NOT NULL,
  account BLOB NOT NULL,
  party BLOB NOT NULL,
  PRIMARY KEY (kind, digest, account, party)
) STRICT, WITHOUT ROWID;
CREATE INDEX token_by_account ON token (account);

-- Accounts.
CREATE TABLE account (
  id BLOB NOT NULL PRIMARY KEY,
  reference TEXT NOT NULL,
  subject BLOB NOT NULL,
  state TEXT NOT NULL,
  parent BLOB,
  depth INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  opened_at INTEGER,
  closed_at INTEGER,
  last_access_at INTEGER,
  for_cause INTEGER NOT NULL CHECK (for_cause IN (0, 1)),
  decision BLOB,
  gate TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX account_by_reference ON account (reference);
CREATE INDEX account_by_parent ON account (parent);
CREATE INDEX account_by_change ON account (changed_at);
CREATE INDEX account_by_state ON account (state, id);

CREATE TABLE account_role (
  account BLOB NOT NULL,
  party BLOB NOT NULL,
  role TEXT NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (account, party, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_role_by_party ON account_role (party);

CREATE TABLE application (
  id BLOB NOT NULL PRIMARY KEY,
  account BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  received_from TEXT NOT NULL
) STRICT;
CREATE INDEX application_by_account ON application (account);

CREATE TABLE decision (
  id BLOB NOT NULL PRIMARY KEY,
  account BLOB NOT NULL,
  application BLOB,
  decided_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  cause TEXT NOT NULL,
  pack BLOB NOT NULL,
  inputs TEXT NOT NULL,
  record BLOB NOT NULL,
  leaf INTEGER NOT NULL
) STRICT;
CREATE INDEX decision_by_account ON decision (account, decided_at);

-- Lists.
CREATE TABLE snapshot (
  id BLOB NOT NULL PRIMARY KEY,
  list TEXT NOT NULL,
  header TEXT NOT NULL,
  imported_at INTEGER NOT NULL,
  superseded_at INTEGER,
  packed BLOB NOT NULL
) STRICT;
CREATE INDEX snapshot_by_list ON snapshot (list, imported_at);

-- What a reviewer found about a match: it holds while what it relied on is unchanged on both sides.
CREATE TABLE finding (
  party BLOB NOT NULL,
  list TEXT NOT NULL,
  entity TEXT NOT NULL,
  verdict TEXT NOT NULL,
  basis BLOB NOT NULL,
  case_id BLOB NOT NULL,
  found_at INTEGER NOT NULL,
  PRIMARY KEY (party, list, entity)
) STRICT, WITHOUT ROWID;

-- Measures and approvals.
CREATE TABLE measure (
  id BLOB NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  subject BLOB NOT NULL,
  sealed BLOB NOT NULL,
  content_hash BLOB NOT NULL,
  proposed_by BLOB NOT NULL,
  proposed_at INTEGER NOT NULL,
  effective_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  applied_at INTEGER,
  ended_at INTEGER,
  version INTEGER NOT NULL
) STRICT;

CREATE TABLE approval (
  id BLOB NOT NULL PRIMARY KEY,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  content BLOB NOT NULL,
  content_hash BLOB NOT NULL,
  requested_by BLOB NOT NULL,
  requested_at INTEGER NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  decided_by BLOB,
  decided_at INTEGER,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX approval_by_state ON approval (state, requested_at);

-- Cases and orders.
CREATE TABLE case_file (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  account BLOB,
  party BLOB,
  subject BLOB NOT NULL,
  priority INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  summary TEXT NOT NULL,
  sealed BLOB NOT NULL,
  opened_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  leased_by BLOB,
  leased_until INTEGER,
  verdict TEXT,
  reason_code TEXT,
  decided_by BLOB,
  decided_at INTEGER,
  approval BLOB,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX case_by_state ON case_file (state, due_at, id);
CREATE INDEX case_by_account ON case_file (account);
CREATE INDEX case_by_fingerprint ON case_file (fingerprint);

CREATE TABLE legal_order (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  authority TEXT NOT NULL,
  reference TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  case_id BLOB NOT NULL,
  subject BLOB NOT NULL,
  sealed BLOB NOT NULL
) STRICT;
CREATE INDEX legal_order_by_due ON legal_order (due_at);

CREATE TABLE order_account (
  legal_order BLOB NOT NULL,
  account BLOB NOT NULL,
  PRIMARY KEY (legal_order, account)
) STRICT, WITHOUT ROWID;

-- People, keys, sessions.
CREATE TABLE staff (
  id BLOB NOT NULL PRIMARY KEY,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password TEXT,
  totp BLOB,
  totp_step INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  disabled_at INTEGER,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX staff_by_login ON staff (login);

CREATE TABLE session (
  token BLOB NOT NULL PRIMARY KEY,
  id BLOB NOT NULL,
  staff BLOB NOT NULL,
  form_token BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE login_link (
  token BLOB NOT NULL PRIMARY KEY,
  staff BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  id BLOB NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,
  reseller BLOB,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE TABLE idempotency (
  actor BLOB NOT NULL,
  key TEXT NOT NULL,
  request BLOB NOT NULL,
  answer BLOB NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (recorded_at);

-- Messages to the outside.
CREATE TABLE event (
  id BLOB NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  recorded_at INTEGER NOT NULL
) STRICT;

CREATE TABLE endpoint (
  id BLOB NOT NULL PRIMARY KEY,
  url TEXT NOT NULL,
  types TEXT NOT NULL,
  subject BLOB NOT NULL,
  secrets BLOB NOT NULL,
  disabled_at INTEGER,
  created_at INTEGER NOT NULL,
  version INTEGER NOT NULL
) STRICT;

CREATE TABLE delivery (
  id BLOB NOT NULL PRIMARY KEY,
  endpoint BLOB NOT NULL,
  event BLOB NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  last_status INTEGER,
  last_error TEXT,
  settled_at INTEGER
) STRICT;
CREATE INDEX delivery_by_state ON delivery (state, next_at);
CREATE INDEX delivery_by_subject ON delivery (endpoint, subject, id);
