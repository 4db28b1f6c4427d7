//! The list that is built in: the full OFAC SDN list of 28 December 2023, for the demo and for tests.
//!
//! A work of the US Government, in the public domain (17 U.S.C. 105). Production downloads the list of the day.

use crate::{ListsError, Snapshot};

/// The packed OFAC SDN list of 2023-12-28.
pub const OFAC_SDN_PACKED: &[u8] = include_bytes!("../data/ofac-sdn-2023-12-28.tnl");

/// The OFAC SDN list of 2023-12-28: 13,821 entries.
///
/// ```
/// let snapshot = tenantry_lists::embedded::ofac_sdn()?;
/// assert_eq!(snapshot.entities().len(), 13_821);
/// # Ok::<(), tenantry_lists::ListsError>(())
/// ```
pub fn ofac_sdn() -> Result<Snapshot, ListsError> {
    Snapshot::unpack(OFAC_SDN_PACKED)
}
