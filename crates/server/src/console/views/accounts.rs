//! The list of accounts with search.

use askama::Template;

use super::opaque_debug;
use super::parts::{Badge, Choice, Pager, When};
use super::shell::Shell;

/// `GET /console/accounts?q=&state=&after=`.
#[derive(Clone, Template)]
#[template(path = "console/accounts.html")]
pub struct AccountsPage {
    /// Frame.
    pub shell: Shell,
    /// Words searched for.
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
    /// Customer's name, or its masked form.
    pub customer: String,
    /// `person` or `organisation`, with country where known.
    pub about: String,
    /// State of the account.
    pub state: Badge,
    /// US, foreign or undetermined.
    pub status: Badge,
    /// What the gate says to provisioning.
    pub gate: Badge,
    /// The reseller it comes through; empty when direct.
    pub reseller: String,
    /// When it was applied for.
    pub opened: When,
}

opaque_debug!(AccountsPage, AccountRow);
