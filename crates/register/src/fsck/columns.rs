//! Every column of every table, with what reads it when everything is checked, or why nothing does.
//!
//! A test compares this with the schema, so a column that is added must be put in here; another changes each column that is said to
//! be read and sees the change found. Whoever adds a table decides here whether what it holds decides or proves anything.

/// What a check does with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// A changed value is a finding.
    Compared,
    /// A changed value is not found: it decides and proves nothing, and this says why.
    Left(&'static str),
}

use Reading::{Compared, Left};

/// The columns of a table.
pub type Table = (&'static str, &'static [(&'static str, Reading)]);

const COUNTER: Reading = Left("counts changes, so that two people do not overwrite each other");

const FLAGGED: Reading = Left(
    "says when the next flagged access of an account may become a fact; those that did are facts, and compared",
);

/// All tables.
pub const TABLES: &[Table] = &[
    ("setting", &[("name", SETTING), ("value", SETTING)]),
    (
        "pack",
        &[
            ("hash", Compared),
            ("name", Compared),
            ("text", Compared),
            ("adopted_at", Left("shown; when a pack came into force is the time of its record")),
        ],
    ),
    (
        "ledger_head",
        &[("id", Compared), ("size", Compared), ("frontier", Compared), ("recorded_at", Compared)],
    ),
    (
        "leaf",
        &[
            ("seq", Compared),
            ("type", Compared),
            ("recorded_at", Compared),
            ("subject", Compared),
            ("subject_seq", Compared),
            ("prev", Compared),
            ("class", Compared),
            ("bytes", Compared),
            ("body", Compared),
        ],
    ),
    (
        "subject_head",
        &[("subject", Compared), ("seq", Compared), ("leaf", Compared), ("last_leaf", Compared)],
    ),
    ("tile", &[("level", Compared), ("number", Compared), ("bytes", Compared)]),
    (
        "checkpoint",
        &[
            ("size", Compared),
            ("note", Compared),
            (
                "signed_at",
                Left(
                    "when the next one is signed at the latest; the time of a checkpoint is that of its time-stamp",
                ),
            ),
        ],
    ),
    (
        "ledger_timestamp",
        &[
            ("size", Compared),
            (
                "authority",
                Left(
                    "where a token was fetched, which decides when it is asked again; the token names its signer itself",
                ),
            ),
            ("stamped_at", Compared),
            ("token", Compared),
            ("root", Compared),
        ],
    ),
    ("epoch_key", &[("epoch", Compared), ("class", Compared), ("wrapped", Compared)]),
    (
        "subject_key",
        &[
            ("subject", Compared),
            ("class", Compared),
            ("id", Compared),
            ("epoch", Compared),
            ("wrapped", Compared),
        ],
    ),
    ("destroyed_key", &[("id", Compared)]),
    (
        "party",
        &[
            ("id", Compared),
            ("kind", Compared),
            ("subject", Compared),
            ("created_at", Compared),
            ("version", COUNTER),
            ("status", Left("shown beside a party; every decision derives it from the facts")),
            ("screened_with", STAMP),
            ("screened_at", STAMP),
        ],
    ),
    (
        "fact",
        &[
            ("id", Compared),
            ("party", Compared),
            ("kind", Compared),
            ("source", Compared),
            ("strength", Compared),
            ("evidence", Compared),
            ("stated_at", Compared),
            ("recorded_at", Compared),
            ("superseded_at", Compared),
            ("sealed", Compared),
        ],
    ),
    (
        "evidence_item",
        &[
            ("id", Compared),
            ("party", Compared),
            ("method", Compared),
            ("result", Compared),
            ("checked_at", Compared),
            ("recorded_at", Compared),
            ("sealed", Compared),
        ],
    ),
    (
        "interest",
        &[
            ("owner", Compared),
            ("owned", Compared),
            ("content", Compared),
            ("since", Compared),
            ("ended_at", Compared),
        ],
    ),
    ("token", &[("kind", Compared), ("digest", Compared), ("account", Compared), ("party", Compared)]),
    (
        "account",
        &[
            ("id", Compared),
            ("reference", Compared),
            ("subject", Compared),
            ("state", Compared),
            ("parent", Compared),
            ("referred_by", Compared),
            ("depth", Compared),
            ("created_at", Compared),
            ("opened_at", Compared),
            ("closed_at", Compared),
            ("last_access_at", Compared),
            ("for_cause", Compared),
            ("decision", Compared),
            // What it allows; the codes of reasons behind the letters are words that are shown.
            ("gate", Compared),
            (
                "changed_at",
                Left(
                    "orders the news for those who remember the gate; every node reads all of it when it starts",
                ),
            ),
            ("version", COUNTER),
            ("erased_class", Compared),
            (
                "look_again_at",
                Left(
                    "when an account is assessed again though nothing changed; every change of facts, lists, measures or pack assesses it, too",
                ),
            ),
        ],
    ),
    (
        "account_role",
        &[
            ("account", Compared),
            ("party", Compared),
            ("role", Compared),
            ("since", Compared),
            ("ended_at", Compared),
        ],
    ),
    (
        "application",
        &[("id", Compared), ("account", Compared), ("received_at", Compared), ("received_from", Compared)],
    ),
    (
        "decision",
        &[
            ("id", Compared),
            ("account", Compared),
            ("application", Compared),
            ("decided_at", Compared),
            ("outcome", Compared),
            ("cause", Compared),
            ("pack", Compared),
            ("leaf", Compared),
        ],
    ),
    (
        "snapshot",
        &[
            ("id", Compared),
            ("list", Compared),
            ("header", Compared),
            ("imported_at", Compared),
            ("superseded_at", Compared),
            ("packed", Compared),
            ("confirmed_at", Compared),
        ],
    ),
    (
        "signal_list",
        &[
            ("id", Compared),
            ("list", Compared),
            ("header", Compared),
            ("imported_at", Compared),
            ("confirmed_at", Compared),
            ("superseded_at", Compared),
            ("packed", Compared),
        ],
    ),
    ("flagged_access", &[("account", FLAGGED), ("fact", FLAGGED), ("flagged_at", FLAGGED)]),
    (
        "finding",
        &[
            ("party", Compared),
            ("list", Compared),
            ("entity", Compared),
            ("verdict", Compared),
            ("basis", Compared),
            ("case_id", Compared),
            ("found_at", Left("shown; what was found holds as long as its basis, whenever that was")),
        ],
    ),
    (
        "measure",
        &[
            ("id", Compared),
            ("state", Compared),
            ("subject", Compared),
            ("sealed", Compared),
            ("content_hash", Compared),
            ("proposed_by", Left("shown; who asked and who approved are compared from the request")),
            ("proposed_at", Compared),
            ("effective_at", Compared),
            ("expires_at", Compared),
            ("applied_at", Compared),
            ("ended_at", Compared),
            ("version", COUNTER),
        ],
    ),
    (
        "approval",
        &[
            ("id", Compared),
            ("action", Compared),
            ("object", Compared),
            ("content", Compared),
            ("content_hash", Compared),
            ("requested_by", Compared),
            ("requested_at", Compared),
            ("reason", Compared),
            ("state", Compared),
            ("decided_by", Compared),
            ("decided_at", Compared),
            ("expires_at", Compared),
        ],
    ),
    (
        "case_file",
        &[
            ("id", Compared),
            ("kind", Compared),
            ("state", Compared),
            ("account", Compared),
            ("party", Compared),
            ("subject", Compared),
            ("priority", Left("how urgent a case is shown as; its queue goes by the day it is due")),
            ("fingerprint", Compared),
            (
                "summary",
                Left(
                    "codes and sentences of the pack, shown; of the rules the record is compared, the detail is sealed",
                ),
            ),
            ("sealed", Compared),
            ("opened_at", Compared),
            ("due_at", Compared),
            ("leased_by", LEASE),
            ("leased_until", LEASE),
            ("verdict", Compared),
            ("reason_code", Compared),
            ("decided_by", Compared),
            ("decided_at", Compared),
            ("approval", Left("which request waits; an approval executes what its own content says")),
            ("version", COUNTER),
        ],
    ),
    (
        "legal_order",
        &[
            ("id", Compared),
            ("kind", Compared),
            ("authority", Compared),
            ("reference", Compared),
            ("received_at", Compared),
            ("due_at", Compared),
            ("case_id", Compared),
            ("subject", Compared),
            ("sealed", Compared),
        ],
    ),
    ("blob", &[("subject", Compared), ("address", Compared), ("sealed", Compared)]),
    ("order_account", &[("legal_order", Compared), ("account", Compared)]),
    (
        "disclosure",
        &[
            ("id", Compared),
            ("account", Compared),
            ("legal_order", Compared),
            ("approval", Compared),
            ("subject", Compared),
            ("requested_at", Compared),
            ("sealed", Compared),
        ],
    ),
    (
        "staff",
        &[
            ("id", Compared),
            ("login", NAMES_STAFF),
            ("name", NAMES_STAFF),
            ("role", Compared),
            ("password", Compared),
            ("totp", Compared),
            ("totp_step", GUESSING),
            ("failures", GUESSING),
            ("locked_until", GUESSING),
            ("disabled_at", Compared),
            ("created_at", Compared),
            ("version", COUNTER),
        ],
    ),
    (
        "session",
        &[
            ("token", SESSION),
            ("id", Compared),
            ("staff", Compared),
            ("form_token", SESSION),
            ("created_at", SESSION),
            ("seen_at", SESSION),
            ("expires_at", SESSION),
            ("entered_by", Compared),
        ],
    ),
    ("login_link", &[("token", SESSION), ("staff", SESSION), ("expires_at", SESSION)]),
    ("login_grant", &[("staff", Compared), ("approval", Compared)]),
    (
        "api_key",
        &[
            ("id", Compared),
            ("hash", Compared),
            ("label", Left("what a key is called; what it may do is compared")),
            ("scopes", Compared),
            ("reseller", Compared),
            ("created_at", Compared),
            ("revoked_at", Compared),
        ],
    ),
    (
        "idempotency",
        &[
            ("actor", ANSWERED),
            ("key", ANSWERED),
            ("request", ANSWERED),
            ("answer", ANSWERED),
            ("recorded_at", ANSWERED),
        ],
    ),
    (
        "event",
        &[
            ("id", MESSAGE),
            ("type", MESSAGE),
            ("subject", MESSAGE),
            ("data", MESSAGE),
            ("recorded_at", MESSAGE),
        ],
    ),
    (
        "endpoint",
        &[
            ("id", Compared),
            ("url", Compared),
            ("types", Compared),
            ("subject", Compared),
            ("secrets", Compared),
            ("disabled_at", Compared),
            ("created_at", Compared),
            ("version", COUNTER),
        ],
    ),
    (
        "delivery",
        &[
            ("id", MESSAGE),
            ("endpoint", MESSAGE),
            ("event", MESSAGE),
            ("subject", MESSAGE),
            ("state", MESSAGE),
            ("attempts", MESSAGE),
            ("next_at", MESSAGE),
            ("last_status", MESSAGE),
            ("last_error", MESSAGE),
            ("settled_at", MESSAGE),
        ],
    ),
    ("event_batch", &[("leaf", Compared), ("events", Compared), ("sealed", Compared)]),
    ("event_subject", &[("subject", Compared), ("leaf", Compared)]),
    (
        "legal_hold",
        &[
            ("id", Compared),
            ("kind", Compared),
            ("state", Compared),
            ("silence", Compared),
            ("authority", Compared),
            ("reference", Compared),
            ("owner", Compared),
            ("legal_order", Compared),
            ("scope_from", Compared),
            ("scope_until", Compared),
            ("placed_at", Compared),
            ("expires_at", Compared),
            ("renewed_at", Compared),
            ("review_at", Compared),
            ("ended_at", Compared),
            ("leaf", Compared),
            ("subject", Compared),
            ("sealed", Compared),
            ("version", COUNTER),
        ],
    ),
    ("hold_object", &[("hold", Compared), ("kind", Compared), ("object", Compared)]),
    ("hold_pin", &[("subject", Compared), ("class", Compared), ("hold", Compared)]),
    ("hold_record_type", &[("hold", Compared), ("leaf_type", Compared)]),
    (
        "erasure",
        &[
            ("id", Compared),
            ("state", Compared),
            ("scheduled_at", Compared),
            ("erase_from", Compared),
            ("pack", Compared),
            ("content_hash", Compared),
            ("scheduled_leaf", Compared),
            ("approval_leaf", Compared),
            ("intent_leaf", Compared),
            ("done_leaf", Compared),
            ("done_at", Compared),
            ("version", COUNTER),
        ],
    ),
    (
        "erasure_item",
        &[
            ("erasure", Compared),
            ("subject", Compared),
            ("class", Compared),
            ("kind", Compared),
            ("object", Compared),
            ("basis", Compared),
            (
                "anchor_at",
                Left("shown; what is due is worked out anew from the records before anything is destroyed"),
            ),
            ("due_at", Compared),
            ("fate", Compared),
            ("key_id", Compared),
            ("leaf", Compared),
        ],
    ),
];

const SETTING: Reading = Left(
    "the pack is compared, and keys and names are opened when a deployment starts, which refuses others; what is left are marks of \
     how far work has come, and losing one does the work again",
);
const STAMP: Reading = Left(
    "a stamp that somebody was screened and nothing changed, which has no record; a list, an algorithm or a measure that changes \
     meets everybody again",
);
const LEASE: Reading =
    Left("who works on a case for a quarter of an hour; taking one is a record of its own");
const NAMES_STAFF: Reading = Left(
    "what a person is called; what they may do goes by identifier, role and credentials, which are compared, and the records name \
     nobody otherwise",
);
const GUESSING: Reading =
    Left("slows guessing; has no record, and gives nobody access without password and code");
const SESSION: Reading = Left(
    "lives for hours and has no record: whoever can write to the database can make one; what weighs asks the ledger for two people",
);
const ANSWERED: Reading =
    Left("what a repeated request is answered for seven days; nothing is decided from it");
const MESSAGE: Reading = Left(
    "a message tells of a record and is none: whoever acts on one asks for the state. That it can be read, and that a delivery \
     brings a message there is to an endpoint there is, is looked at",
);
