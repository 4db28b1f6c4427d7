//! Staff and API keys, for administrators.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Link, Tone, When};
use super::shell::Shell;

/// `GET /console/staff`. Forms: `POST /console/staff` (invite), `POST /console/staff/{id}/suspend`,
/// `POST /console/staff/{id}/link` (ask for a one-time link), `POST /console/staff/{id}/link/show` (the one that was approved), `POST /console/keys` (ask for one),
/// `POST /console/keys/asked/{request}/show` (the one that was approved), `POST /console/keys/{id}/revoke`.
#[derive(Clone, Template)]
#[template(path = "console/staff.html")]
pub struct StaffPage {
    /// Frame.
    pub shell: Shell,
    /// People.
    pub people: Vec<StaffRow>,
    /// Keys the viewer asked for and has not fetched.
    pub asked_keys: Vec<AskedKeyRow>,
    /// Keys, newest first.
    pub keys: Vec<KeyRow>,
    /// To keys asked for before these.
    pub older_keys: Option<Link>,
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
    /// What can be done about a one-time link.
    pub link: LinkOffer,
}

/// What can be done about a one-time link for somebody, or a key that was asked for.
#[derive(Clone)]
pub enum LinkOffer {
    /// It can be asked for.
    Ask,
    /// It waits for a second person, here.
    Waits(Link),
    /// It was approved and can be shown, once.
    Show,
    /// Nothing: they have no access.
    Nothing,
}

/// An API key that was asked for.
#[derive(Clone)]
pub struct AskedKeyRow {
    /// Id of the request.
    pub request: String,
    /// What it is for.
    pub name: String,
    /// What can be done about it.
    pub offer: LinkOffer,
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
    /// The reseller it is confined to.
    pub reseller: Option<Link>,
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

opaque_debug!(StaffPage, StaffRow, LinkOffer, AskedKeyRow, KeyRow, NewSecret);
