//! Staff, their log-ins and sessions, and API keys.
//!
//! A password is checked together with a one-time code; a code works once. A one-time link replaces both where it is the
//! deployment's choice (the demo, the first administrator). Tokens and secrets are random and stored as SHA-256: they
//! carry 256 bits of randomness, so a slow hash would add nothing. Passwords do not, and get Argon2id.

mod api_keys;
mod log_in;
mod password;
mod sessions;
mod staff;
mod totp;

pub use api_keys::{ApiKeyView, KeyInForce, NewApiKey};
pub use sessions::{NewSession, Session};
pub use staff::{NewStaff, StaffView};
pub use totp::TotpSecret;

use crate::record::{Record, RecordType, Retention};
use sha2::{Digest, Sha256};

const MINUTE_US: i64 = 60_000_000;

fn hash(token: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(token).into()
}

pub(crate) fn administration(deployment: [u8; 16], what: &str) -> Record {
    Record::new(RecordType::AdministrationChanged, deployment, Retention::DecisionEvidence).text("what", what)
}
