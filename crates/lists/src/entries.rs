//! The entries of a snapshot as bytes, decoded one at a time: what a running server keeps to show a listed entity.

use crate::Snapshot;
use crate::pack::{self, Body};
use tenantry_model::listed::{ListedEntity, SnapshotHeader};

/// The entries of one snapshot, to look up by identifier or to go through. Needs about as much memory as the entries have
/// text.
///
/// ```
/// use tenantry_lists::{Entries, read_ftm};
///
/// let line = br#"{"id":"a","schema":"Person","properties":{"name":["Ada Example"]}}"#;
/// let snapshot = read_ftm("own", "Own list", None, line.as_slice())?.snapshot;
/// let entries = Entries::of(&snapshot);
/// assert_eq!(entries.find("a").as_ref(), snapshot.entities().first());
/// assert_eq!(entries.find("b"), None);
/// # Ok::<(), tenantry_lists::ListsError>(())
/// ```
#[derive(Debug)]
pub struct Entries {
    header: SnapshotHeader,
    body: Body,
    /// Places of the entries in the body, by identifier.
    by_id: Vec<usize>,
}

impl Entries {
    /// Keeps the entries of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        let body = Body::new(pack::body(snapshot.entities()));
        let mut by_id: Vec<usize> = body.places().collect();
        by_id.sort_by(|a, b| body.id(*a).cmp(&body.id(*b)));
        Self { header: snapshot.header().clone(), body, by_id }
    }

    /// What the snapshot says of itself.
    pub fn header(&self) -> &SnapshotHeader {
        &self.header
    }

    /// The entry with this identifier.
    pub fn find(&self, id: &str) -> Option<ListedEntity> {
        let at = self.by_id.binary_search_by(|place| self.body.id(*place).cmp(&Some(id))).ok()?;
        self.body.entry(*self.by_id.get(at)?)
    }

    /// Every entry, by identifier.
    pub fn iter(&self) -> impl Iterator<Item = ListedEntity> {
        self.by_id.iter().filter_map(|place| self.body.entry(*place))
    }
}
