-- Column types are BIGINT, TEXT and BYTEA only. Instants are microseconds since 1970, identifiers are 16 bytes,
-- words are the texts of `tenantry-model`. `sealed` columns hold what the vault encrypted.

CREATE TABLE setting (
  name TEXT NOT NULL PRIMARY KEY,
  value BYTEA NOT NULL
);

CREATE TABLE pack (
  hash BYTEA NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  text TEXT NOT NULL,
  adopted_at BIGINT NOT NULL
);

-- The ledger: one row holds its head; everything below `leaf` is derived from it and can be rebuilt.
CREATE TABLE ledger_head (
  id BIGINT NOT NULL PRIMARY KEY CHECK (id = 0),
  size BIGINT NOT NULL,
  frontier BYTEA NOT NULL,
  recorded_at BIGINT NOT NULL
);

CREATE TABLE leaf (
  seq BIGINT NOT NULL PRIMARY KEY,
  type BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  subject BYTEA NOT NULL,
  subject_seq BIGINT NOT NULL,
  class BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  body BYTEA NOT NULL
);
CREATE UNIQUE INDEX leaf_by_subject ON leaf (subject, subject_seq);

CREATE TABLE subject_head (
  subject BYTEA NOT NULL PRIMARY KEY,
  seq BIGINT NOT NULL,
  last_leaf BYTEA NOT NULL
);

CREATE TABLE tile (
  level BIGINT NOT NULL,
  number BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (level, number)
);

CREATE TABLE checkpoint (
  size BIGINT NOT NULL PRIMARY KEY,
  note TEXT NOT NULL,
  signed_at BIGINT NOT NULL
);

-- Wrapped keys. Deleting a row of `subject_key` erases what was sealed under it; its name stays in `destroyed_key`.
CREATE TABLE epoch_key (
  epoch BIGINT NOT NULL,
  class BIGINT NOT NULL,
  wrapped BYTEA NOT NULL,
  PRIMARY KEY (epoch, class)
);

CREATE TABLE subject_key (
  subject BYTEA NOT NULL,
  class BIGINT NOT NULL,
  id BYTEA NOT NULL,
  epoch BIGINT NOT NULL,
  wrapped BYTEA NOT NULL,
  PRIMARY KEY (subject, class)
);

CREATE TABLE destroyed_key (
  id BYTEA NOT NULL PRIMARY KEY
);

-- Parties and what is said of them.
CREATE TABLE party (
  id BYTEA NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  subject BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  status TEXT NOT NULL,
  screened_with BYTEA NOT NULL,
  screened_at BIGINT NOT NULL
);
CREATE INDEX party_by_screening ON party (screened_with);

CREATE TABLE fact (
  id BYTEA NOT NULL PRIMARY KEY,
  party BYTEA NOT NULL,
  kind TEXT NOT NULL,
  source TEXT NOT NULL,
  strength TEXT NOT NULL,
  evidence BYTEA,
  stated_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  superseded_at BIGINT,
  sealed BYTEA NOT NULL
);
CREATE INDEX fact_by_party ON fact (party, recorded_at);

CREATE TABLE evidence_item (
  id BYTEA NOT NULL PRIMARY KEY,
  party BYTEA NOT NULL,
  method TEXT NOT NULL,
  result TEXT NOT NULL,
  checked_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX evidence_item_by_party ON evidence_item (party);

CREATE TABLE interest (
  owner BYTEA NOT NULL,
  owned BYTEA NOT NULL,
  content TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (owner, owned)
);
CREATE INDEX interest_by_owned ON interest (owned);

-- Keyed tokens of identifying values: equal tokens mean equal values, and nothing more can be read from them.
CREATE TABLE token (
  kind TEXT NOT NULL,
  digest BYTEA NOT NULL,
  account BYTEA NOT NULL,
  party BYTEA NOT NULL,
  PRIMARY KEY (kind, digest, account, party)
);
CREATE INDEX token_by_account ON token (account);

-- Accounts.
CREATE TABLE account (
  id BYTEA NOT NULL PRIMARY KEY,
  reference TEXT NOT NULL,
  subject BYTEA NOT NULL,
  state TEXT NOT NULL,
  parent BYTEA,
  depth BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  opened_at BIGINT,
  closed_at BIGINT,
  last_access_at BIGINT,
  for_cause BIGINT NOT NULL CHECK (for_cause IN (0, 1)),
  decision BYTEA,
  gate TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_by_reference ON account (reference);
CREATE INDEX account_by_parent ON account (parent);
CREATE INDEX account_by_change ON account (changed_at);
CREATE INDEX account_by_state ON account (state, id);

CREATE TABLE account_role (
  account BYTEA NOT NULL,
  party BYTEA NOT NULL,
  role TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (account, party, role)
);
CREATE INDEX account_role_by_party ON account_role (party);

CREATE TABLE application (
  id BYTEA NOT NULL PRIMARY KEY,
  account BYTEA NOT NULL,
  received_at BIGINT NOT NULL,
  received_from TEXT NOT NULL
);
CREATE INDEX application_by_account ON application (account);

CREATE TABLE decision (
  id BYTEA NOT NULL PRIMARY KEY,
  account BYTEA NOT NULL,
  application BYTEA,
  decided_at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  cause TEXT NOT NULL,
  pack BYTEA NOT NULL,
  inputs TEXT NOT NULL,
  record BYTEA NOT NULL,
  leaf BIGINT NOT NULL
);
CREATE INDEX decision_by_account ON decision (account, decided_at);

-- Lists.
CREATE TABLE snapshot (
  id BYTEA NOT NULL PRIMARY KEY,
  list TEXT NOT NULL,
  header TEXT NOT NULL,
  imported_at BIGINT NOT NULL,
  superseded_at BIGINT,
  packed BYTEA NOT NULL
);
CREATE INDEX snapshot_by_list ON snapshot (list, imported_at);

-- What a reviewer found about a match: it holds while what it relied on is unchanged on both sides.
CREATE TABLE finding (
  party BYTEA NOT NULL,
  list TEXT NOT NULL,
  entity TEXT NOT NULL,
  verdict TEXT NOT NULL,
  basis BYTEA NOT NULL,
  case_id BYTEA NOT NULL,
  found_at BIGINT NOT NULL,
  PRIMARY KEY (party, list, entity)
);

-- Measures and approvals.
CREATE TABLE measure (
  id BYTEA NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  subject BYTEA NOT NULL,
  sealed BYTEA NOT NULL,
  content_hash BYTEA NOT NULL,
  proposed_by BYTEA NOT NULL,
  proposed_at BIGINT NOT NULL,
  effective_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  applied_at BIGINT,
  ended_at BIGINT,
  version BIGINT NOT NULL
);

CREATE TABLE approval (
  id BYTEA NOT NULL PRIMARY KEY,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  content BYTEA NOT NULL,
  content_hash BYTEA NOT NULL,
  requested_by BYTEA NOT NULL,
  requested_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  decided_by BYTEA,
  decided_at BIGINT,
  expires_at BIGINT NOT NULL
);
CREATE INDEX approval_by_state ON approval (state, requested_at);

-- Cases and orders.
CREATE TABLE case_file (
  id BYTEA NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  account BYTEA,
  party BYTEA,
  subject BYTEA NOT NULL,
  priority BIGINT NOT NULL,
  fingerprint BYTEA NOT NULL,
  summary TEXT NOT NULL,
  sealed BYTEA NOT NULL,
  opened_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  leased_by BYTEA,
  leased_until BIGINT,
  verdict TEXT,
  reason_code TEXT,
  decided_by BYTEA,
  decided_at BIGINT,
  approval BYTEA,
  version BIGINT NOT NULL
);
CREATE INDEX case_by_state ON case_file (state, due_at, id);
CREATE INDEX case_by_account ON case_file (account);
CREATE INDEX case_by_fingerprint ON case_file (fingerprint);

CREATE TABLE legal_order (
  id BYTEA NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  authority TEXT NOT NULL,
  reference TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  case_id BYTEA NOT NULL,
  subject BYTEA NOT NULL,
  sealed BYTEA NOT NULL
);
CREATE INDEX legal_order_by_due ON legal_order (due_at);

CREATE TABLE order_account (
  legal_order BYTEA NOT NULL,
  account BYTEA NOT NULL,
  PRIMARY KEY (legal_order, account)
);

-- People, keys, sessions.
CREATE TABLE staff (
  id BYTEA NOT NULL PRIMARY KEY,
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password TEXT,
  totp BYTEA,
  totp_step BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  locked_until BIGINT NOT NULL,
  disabled_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE UNIQUE INDEX staff_by_login ON staff (login);

CREATE TABLE session (
  token BYTEA NOT NULL PRIMARY KEY,
  id BYTEA NOT NULL,
  staff BYTEA NOT NULL,
  form_token BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE login_link (
  token BYTEA NOT NULL PRIMARY KEY,
  staff BYTEA NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE TABLE api_key (
  id BYTEA NOT NULL PRIMARY KEY,
  hash BYTEA NOT NULL,
  label TEXT NOT NULL,
  scopes TEXT NOT NULL,
  reseller BYTEA,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);

CREATE TABLE idempotency (
  actor BYTEA NOT NULL,
  key TEXT NOT NULL,
  request BYTEA NOT NULL,
  answer BYTEA NOT NULL,
  recorded_at BIGINT NOT NULL,
  PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_by_age ON idempotency (recorded_at);

-- Messages to the outside.
CREATE TABLE event (
  id BYTEA NOT NULL PRIMARY KEY,
  type TEXT NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  recorded_at BIGINT NOT NULL
);

CREATE TABLE endpoint (
  id BYTEA NOT NULL PRIMARY KEY,
  url TEXT NOT NULL,
  types TEXT NOT NULL,
  subject BYTEA NOT NULL,
  secrets BYTEA NOT NULL,
  disabled_at BIGINT,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL
);

CREATE TABLE delivery (
  id BYTEA NOT NULL PRIMARY KEY,
  endpoint BYTEA NOT NULL,
  event BYTEA NOT NULL,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  last_status BIGINT,
  last_error TEXT,
  settled_at BIGINT
);
CREATE INDEX delivery_by_state ON delivery (state, next_at);
CREATE INDEX delivery_by_subject ON delivery (endpoint, subject, id);
