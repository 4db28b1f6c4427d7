//! Signal lists as they were imported: what flags rest on, and old decisions are replayed from.

use super::rows::Seen;
use super::standing::{Record as Import, records};
use crate::RegisterError;
use crate::core::Core;
use crate::record::RecordType;
use std::collections::BTreeSet;
use tenantry_model::id::SignalListId;
use tenantry_model::signal::SignalListHeader;
use tenantry_store::Tx;
use tenantry_store::repo::check::After;
use tenantry_store::repo::signal;

/// Versions looked at in one unit.
const LISTS_PER_STEP: u32 = 8;

/// Looks at some versions.
pub(super) fn look(tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    let ids = signal::after(tx, &after.id, LISTS_PER_STEP)?;
    if ids.is_empty() {
        return Ok(seen);
    }
    let imports = records(tx, core, &core.deployment, RecordType::ListImported)?;
    for bytes in ids {
        let id = SignalListId::from_bytes(bytes);
        if let Err(what) = compare(tx, &imports, id)? {
            seen.wrong.push(("row", format!("{id}: {what}")));
        }
        seen.saw(bytes);
    }
    Ok(seen)
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
    let code = stored.map(|header| header.list).unwrap_or_default();
    let of_list = |import: &&Import| header(import).is_some_and(|header| header.list == code);
    let newest = imports.iter().rev().find(of_list);
    let in_force = signal::find(tx, id)?.is_some_and(|row| row.superseded_at.is_none());
    if newest.is_some_and(|import| import.says("signal_list", &id.to_string())) != in_force {
        return Ok(Err("the version in force is not the one that was imported last".to_owned()));
    }
    Ok(Ok(()))
}
