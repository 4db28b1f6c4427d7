//! Versions of lists against the records of their imports, for watchlists and signal lists alike.

use super::standing::{Record, records};
use crate::RegisterError;
use crate::core::Core;
use crate::record::RecordType;
use tenantry_model::time::Timestamp;
use tenantry_store::Tx;

/// The records of all imports, read once for the versions of one step.
#[derive(Default)]
pub(super) struct Imports(Option<Vec<Record>>);

impl Imports {
    pub(super) fn read(&mut self, tx: &mut dyn Tx, core: &Core) -> Result<&[Record], RegisterError> {
        let read = match self.0.take() {
            Some(read) => read,
            None => records(tx, core, &core.deployment, RecordType::ListImported)?,
        };
        Ok(self.0.insert(read))
    }
}

/// When a version came, was confirmed and went.
pub(super) struct Times {
    pub(super) imported: Timestamp,
    pub(super) confirmed: Timestamp,
    pub(super) superseded: Option<Timestamp>,
}

/// Whether a version is in force exactly if it was imported last of its list, and came, was confirmed and went when its records say.
pub(super) fn stands_in_time(
    imports: &[Record],
    is_own: impl Fn(&&Record) -> bool,
    of_list: impl Fn(&&Record) -> bool,
    times: &Times,
) -> Result<(), String> {
    let newest = imports.iter().rev().find(&of_list);
    if newest.is_some_and(|import| is_own(&import)) != times.superseded.is_none() {
        return Err("the version in force is not the one that was imported last".to_owned());
    }
    let imported = imports.iter().find(&is_own).map(|import| import.at);
    let confirmed = imports.iter().rev().find(&is_own).map(|import| import.at);
    if (imported, confirmed) != (Some(times.imported), Some(times.confirmed)) {
        return Err("it was imported or confirmed at another time than its records say".to_owned());
    }
    // The next version of the list took its place the moment it was imported.
    let later = imports.iter().skip_while(|import| !is_own(import));
    let next = later.filter(&of_list).find(|import| !is_own(import)).map(|next| next.at);
    if times.superseded.is_some() && next != times.superseded {
        return Err("another version took its place at another time than the records say".to_owned());
    }
    Ok(())
}
