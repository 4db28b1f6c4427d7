//! The time-stamps that go into a package: of each authority the earliest that covers all its records, or else the newest.

use crate::RegisterError;
use crate::ledger_view::{StoredTree, stored_size};
use std::collections::BTreeMap;
use tenantry_evidence as package;
use tenantry_ledger::{Checkpoint, consistency_proof, root_from};
use tenantry_model::time::Timestamp;
use tenantry_store::Tx;
use tenantry_store::repo::ledger::{self, TimestampRow};
use tenantry_timestamp::to_pem;

/// Tokens looked through, newest first: a year of one authority.
const LOOKED_THROUGH_MAX: u32 = 400;

/// The newest time that a token over the first `size` leaves or fewer states.
pub(super) fn newest_time(tx: &mut dyn Tx, size: u64) -> Result<Option<Timestamp>, RegisterError> {
    let rows = ledger::timestamps(tx, LOOKED_THROUGH_MAX)?;
    Ok(rows.iter().filter(|row| stored_size(row.size) <= size).map(|row| row.stamped_at).max())
}

/// The tokens for a package whose last record is `last`, against its checkpoint.
pub(super) fn of(
    tx: &mut dyn Tx,
    signed: &Checkpoint,
    until: Option<Timestamp>,
    last: u64,
) -> Result<Vec<package::TimeStamp>, RegisterError> {
    let Some(until) = until else { return Ok(Vec::new()) };
    let mut best = BTreeMap::<String, TimestampRow>::new();
    // Newest first: an earlier one takes its place as long as it covers all records.
    for row in ledger::timestamps(tx, LOOKED_THROUGH_MAX)? {
        let in_question =
            row.stamped_at <= until && stored_size(row.size) <= signed.size && !row.root.is_empty();
        if in_question && (stored_size(row.size) > last || !best.contains_key(&row.authority)) {
            best.insert(row.authority.clone(), row);
        }
    }
    let tree = StoredTree::new(tx, signed.size);
    let mut stamps = Vec::new();
    for row in best.into_values() {
        let size = stored_size(row.size);
        let dated = Checkpoint { origin: signed.origin.clone(), size, root: root_from(&tree, size)? };
        stamps.push(package::TimeStamp {
            token: row.token,
            root: to_pem(&row.root),
            head: dated.to_text(),
            continues: consistency_proof(&tree, size, signed.size)?,
        });
    }
    Ok(stamps)
}
