//! Signal lists as the API shows them.

use super::words::{Day, Instant, SignalKind, SignalListId};
use utoipa::ToSchema;

/// The signal lists.
#[derive(ToSchema)]
pub struct SignalListsView {
    /// Versions in force.
    pub in_force: Vec<SignalListView>,
    /// All versions, newest first.
    pub history: Vec<SignalListView>,
    /// Codes of lists in force that cannot be read: whoever is assessed meanwhile is reviewed.
    pub unreadable: Vec<String>,
}

/// A version of a signal list.
#[derive(ToSchema)]
pub struct SignalListView {
    /// Identifier.
    pub id: SignalListId,
    /// What it says of itself.
    pub header: SignalListHeader,
    /// When it came into force here.
    pub imported_at: Instant,
    /// When a newer one took its place.
    #[schema(required)]
    pub superseded_at: Option<Instant>,
    /// When it was last imported and found to be this version: a list is as old as this.
    pub confirmed_at: Instant,
}

/// What a version of a signal list says of itself.
#[derive(ToSchema)]
pub struct SignalListHeader {
    /// Short code of the list.
    pub list: String,
    /// What its entries are.
    pub kind: SignalKind,
    /// Where it was published.
    pub source: String,
    /// Date of the version, where it is known.
    #[schema(required)]
    pub published_on: Option<Day>,
    /// Number of entries.
    pub entries: u64,
    /// SHA-256 over the entries in their one order: the version.
    pub digest: String,
    /// SHA-256 of the file as it was published.
    pub file_digest: String,
}

/// What importing a signal list did.
#[derive(ToSchema)]
pub struct SignalsImported {
    /// The version now in force.
    pub id: SignalListId,
    /// What it says of itself.
    pub header: SignalListHeader,
    /// Entries of the version before; null for the first.
    #[schema(required)]
    pub entries_before: Option<u64>,
    /// Lines that were set aside.
    pub notices: Vec<String>,
    /// This very version was in force already: it is confirmed.
    pub unchanged: bool,
}
