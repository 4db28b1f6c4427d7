//! Signal lists as they were imported: what flags rest on, and old decisions are replayed from.

use super::imports::{Imports, Times, stands_in_time};
use super::standing::Record as Import;
use crate::RegisterError;
use crate::core::Core;
use std::collections::BTreeSet;
use tenantry_model::id::SignalListId;
use tenantry_model::signal::SignalListHeader;
use tenantry_store::Tx;
use tenantry_store::repo::signal;

/// What is wrong with a version.
pub(super) fn signal_list(
    tx: &mut dyn Tx,
    core: &Core,
    imports: &mut Imports,
    id: SignalListId,
) -> Result<Vec<String>, RegisterError> {
    let imports = imports.read(tx, core)?;
    Ok(compare(tx, imports, id)?.err().into_iter().collect())
}

/// A version must be whole, and be what the newest record of its import says; the one in force must be the newest of its list.
fn compare(
    tx: &mut dyn Tx,
    imports: &[Import],
    id: SignalListId,
) -> Result<Result<(), String>, RegisterError> {
    let lists = match crate::signals::Signals::read_versions(tx, &BTreeSet::from([id])) {
        Ok(lists) => lists,
        Err(RegisterError::Evaluation { what }) => return Ok(Err(what)),
        Err(other) => return Err(other),
    };
    let header = |import: &Import| {
        let header = import.body.get("header").unwrap_or_default();
        serde_json::from_slice::<SignalListHeader>(header).ok()
    };
    let stored = lists.lists.first().map(|list| list.header().clone());
    let own = imports.iter().rev().find(|import| import.says("signal_list", &id.to_string()));
    if stored.is_none() || own.and_then(header) != stored {
        return Ok(Err("no record says that it was imported as it stands".to_owned()));
    }
    let code = stored.as_ref().map(|header| header.list.clone()).unwrap_or_default();
    let of_list = |import: &&Import| header(import).is_some_and(|header| header.list == code);
    let Some(row) = signal::find(tx, id)? else {
        return Ok(Err("it went while it was looked at".to_owned()));
    };
    if row.list != code || serde_json::from_str(&row.header).ok() != stored {
        return Ok(Err("its columns are not what its entries say of themselves".to_owned()));
    }
    let is_own = |import: &&Import| import.says("signal_list", &id.to_string());
    let times =
        Times { imported: row.imported_at, confirmed: row.confirmed_at, superseded: row.superseded_at };
    Ok(stands_in_time(imports, is_own, of_list, &times))
}
