//! Lists as they were imported: what everybody is screened against, and what old decisions are replayed from.

use super::imports::{Imports, Times, stands_in_time};
use super::standing::Record as Import;
use crate::RegisterError;
use crate::core::Core;
use tenantry_lists::Snapshot;
use tenantry_model::id::SnapshotId;
use tenantry_model::listed::SnapshotHeader;
use tenantry_store::Tx;
use tenantry_store::repo::list;

/// Snapshots looked at in one step: each can hold tens of megabytes, and all their records are read for it.
pub(super) const SNAPSHOTS_PER_STEP: u32 = 8;

/// What is wrong with a snapshot.
pub(super) fn snapshot(
    tx: &mut dyn Tx,
    core: &Core,
    imports: &mut Imports,
    id: SnapshotId,
) -> Result<Vec<String>, RegisterError> {
    let imports = imports.read(tx, core)?;
    Ok(compare(tx, imports, id)?.err().into_iter().collect())
}

/// A snapshot must be whole, and be what the newest record of its import says; the one in force must be the newest of its list.
fn compare(tx: &mut dyn Tx, imports: &[Import], id: SnapshotId) -> Result<Result<(), String>, RegisterError> {
    let Some(row) = list::find(tx, id)? else { return Ok(Err("it went while it was looked at".to_owned())) };
    let snapshot = match list::packed(tx, id)?.map(|packed| Snapshot::unpack(&packed)) {
        Some(Ok(snapshot)) => snapshot,
        Some(Err(error)) => return Ok(Err(error.to_string())),
        None => return Ok(Err("its entries are gone".to_owned())),
    };
    let header = |import: &Import| {
        let header = import.body.get("header").unwrap_or_default();
        serde_json::from_slice::<SnapshotHeader>(header).ok()
    };
    let own = imports.iter().rev().find(|import| import.says("snapshot", &id.to_string())).and_then(header);
    let stored: Option<SnapshotHeader> = serde_json::from_str(&row.header).ok();
    if own.is_none() || own != stored {
        return Ok(Err("no record says that it was imported as it stands".to_owned()));
    }
    if own.is_some_and(|own| own.digest != snapshot.header().digest || own.list != row.list) {
        return Ok(Err("its entries are not those that were imported".to_owned()));
    }
    let of_list = |import: &&Import| header(import).is_some_and(|header| header.list == row.list);
    let is_own = |import: &&Import| import.says("snapshot", &id.to_string());
    let times =
        Times { imported: row.imported_at, confirmed: row.confirmed_at, superseded: row.superseded_at };
    Ok(stands_in_time(imports, is_own, of_list, &times))
}
