//! Staff and API keys, for administrators.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Tone, When};
use super::shell::Shell;

/// `GET /console/staff`. Forms: `POST /console/staff` (invite), `POST /console/staff/{id}/suspend`,
/// `POST /console/staff/{id}/link` (a fresh one-time link), `POST /console/keys` (create), `POST /console/keys/{id}/revoke`.
#[derive(Clone, Template)]
#[template(path = "console/staff.html")]
pub struct StaffPage {
    /// Frame.
    pub shell: Shell,
    /// People.
    pub people: Vec<StaffRow>,
    /// Keys.
    pub keys: Vec<KeyRow>,
    /// Roles to give.
    pub roles: Vec<Choice>,
    /// Scopes a key may have.
    pub scopes: Vec<Choice>,
    /// A secret made just now, shown once; none otherwise.
    pub secret: Option<NewSecret>,
    /// What went wrong with the last try; empty at first.
    pub problem: String,
}

/// A member of staff.
#[derive(Clone)]
pub struct StaffRow {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// What they log in with.
    pub login: String,
    /// Role in words.
    pub role: String,
    /// Active, suspended.
    pub state: Badge,
    /// When added.
    pub added: When,
}

/// An API key.
#[derive(Clone)]
pub struct KeyRow {
    /// Id, the public part.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Scopes.
    pub scopes: Vec<String>,
    /// Active, revoked.
    pub state: Badge,
    /// Made when.
    pub created: When,
}

impl KeyRow {
    fn revocable(&self) -> bool {
        self.state.word != "revoked"
    }
}

/// A secret shown once.
#[derive(Clone)]
pub struct NewSecret {
    /// What it is: `API key “billing”`, `invitation link for …`.
    pub label: String,
    /// The secret.
    pub value: String,
}

opaque_debug!(StaffPage, StaffRow, KeyRow, NewSecret);
