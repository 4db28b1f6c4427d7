//! Staff, their log-ins and sessions, and API keys.
//!
//! A password is checked together with a one-time code; a code works once. A one-time link leads to setting both; only the demo
//! lets it replace them. Nobody lets anybody in alone, nor a machine: an administrator alone could make a key that does what no
//! administrator may. Tokens and secrets are random and stored as SHA-256: they
//! carry 256 bits of randomness, so a slow hash would add nothing. Passwords do not, and get Argon2id.

mod api_keys;
mod letting_in;
mod log_in;
mod password;
mod sessions;
mod staff;
mod totp;
mod turns;

pub use api_keys::{ApiKeyView, KeyAsked, KeyInForce, NewApiKey};
pub use letting_in::{Invited, LettingIn, NewStaff};
pub use sessions::{ComesFrom, NewSession, Session};
pub use staff::StaffView;
pub use totp::TotpSecret;

pub(crate) use log_in::PASSWORD_SET;
pub(crate) use turns::Turns;

use crate::record::{Record, RecordType, Retention};
use sha2::{Digest, Sha256};

const MINUTE_US: i64 = 60_000_000;

fn hash(token: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(token).into()
}

pub(crate) fn administration(deployment: [u8; 16], what: &str) -> Record {
    Record::new(RecordType::AdministrationChanged, deployment, Retention::DecisionEvidence).text("what", what)
}
