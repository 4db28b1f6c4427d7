//! Columns in which a changed bit is not found, because what stands there decides and proves nothing: the check says so of each,
//! and why.

use super::dump::ERASED;
use tenantry_register::fsck::columns::{Reading, TABLES};

/// Whether the check leaves this place (`table.column`) as it is, or what its records said of it was erased with them.
pub(super) fn has(place: &str) -> bool {
    place.ends_with(ERASED) || place.split_once('.').is_some_and(is_left)
}

fn is_left((table, column): (&str, &str)) -> bool {
    let columns = TABLES.iter().find(|(name, _)| *name == table).map_or(&[][..], |(_, columns)| columns);
    columns.iter().any(|(name, reading)| *name == column && *reading != Reading::Compared)
}
