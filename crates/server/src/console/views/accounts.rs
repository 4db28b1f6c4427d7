//! The list of accounts with search.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Link, Pager, When};
use super::shell::Shell;

/// `GET /console/accounts?q=&state=&after=`. Accounts are called by the provider's reference; whose they are is shown by
/// the party, to those who may see it.
#[derive(Clone, Template)]
#[template(path = "console/accounts.html")]
pub struct AccountsPage {
    /// Frame.
    pub shell: Shell,
    /// Reference or identifier looked for.
    pub query: String,
    /// Filter by state.
    pub states: Vec<Choice>,
    /// The accounts.
    pub rows: Vec<AccountRow>,
    /// Continuation.
    pub pager: Pager,
}

/// One account.
#[derive(Clone)]
pub struct AccountRow {
    /// Account id.
    pub id: String,
    /// The provider's own reference.
    pub reference: String,
    /// State of the account.
    pub state: Badge,
    /// What the gate says to provisioning.
    pub gate: Badge,
    /// The reseller account it comes through; none when direct.
    pub reseller: Option<Link>,
    /// When it was applied for.
    pub applied: When,
}

opaque_debug!(AccountsPage, AccountRow);
