//! A restored copy is older than the erasures made after it: they are made again before it is used.
//!
//! Not only keys: what stood in plain, and what a key protected that is younger than the copy, is cleared the same way. A hold of the
//! copy that covers what was erased had ended by then, or the erasure would not have been made, so it is ended. Holds that were
//! placed after the copy was made are lost with what else is; nobody can know of them here.

use super::destroy::{Destroyed, Outcome, Why};
use super::{Object, Target, holds_on};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::record::Retention;
use crate::unit::Unit;
use crate::{Register, RegisterError};
use serde::Serialize;
use tenantry_model::id::HoldId;
use tenantry_store::repo::{account, erasure, key, party, staff};
use tenantry_store::{StoreExt, Tx};

/// Erasures looked up in one read.
const ENTRIES_PER_READ: usize = 500;

/// What replaying a journal did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Erasures of the journal that this copy did not know of and that are made now.
    pub erased: usize,
    /// Holds of the copy that were over when what they kept was erased, and are ended now.
    pub holds_ended: Vec<HoldId>,
}

impl Register {
    /// Makes every erasure of the journal again that this copy does not know of. Nothing to do is the usual case and writes nothing.
    ///
    /// # Errors
    /// [`RegisterError::State`] when something keeps what was erased: then nothing may be answered from this copy.
    pub fn replay_erasures(&self, call: &Call, journal: &[Destroyed]) -> Result<Replayed, RegisterError> {
        authorise(&call.actor, Action::Erase)?;
        let mut replayed = Replayed::default();
        // Personal data before evidence, as it was erased.
        let mut journal = journal.to_vec();
        journal.sort_unstable();
        for chunk in journal.chunks(ENTRIES_PER_READ) {
            let entries = chunk.to_vec();
            let left = self.core.store.read(move |tx| {
                let mut left = Vec::new();
                for entry in &entries {
                    if is_left_of(tx, entry)? {
                        left.push(*entry);
                    }
                }
                Ok::<_, RegisterError>(left)
            })?;
            for entry in left {
                let ended = self.core.change(
                    call,
                    Action::Erase,
                    &("replay", entry.object, entry.class),
                    move |unit| unit.erase_again(&entry),
                )?;
                replayed.erased += 1;
                replayed.holds_ended.extend(ended);
            }
        }
        if replayed.erased > 0 {
            self.core.store.overwrite_deleted()?;
        }
        Ok(replayed)
    }

    /// Everything that erasures of this database erased: what the journal should hold.
    pub fn erased_here(&self, call: &Call) -> Result<Vec<Destroyed>, RegisterError> {
        authorise(&call.actor, Action::Erase)?;
        self.core.store.read(|tx| {
            let rows = erasure::erased(tx)?;
            let entry = |row: erasure::ErasedRow| Destroyed {
                object: Object::from_parts(row.kind, row.object),
                subject: row.subject,
                class: row.class,
                key: row.key,
            };
            Ok(rows.into_iter().map(entry).collect())
        })
    }
}

/// Whether this copy does not know of an erasure and has something of what was erased. A key that was made after the copy has no row
/// here: what stands under its subject is older than the erasure all the same.
fn is_left_of(tx: &mut dyn Tx, entry: &Destroyed) -> Result<bool, RegisterError> {
    match entry.key {
        Some(key) if key::is_destroyed(tx, &key)? => Ok(false),
        Some(_) => Ok(subject_of(tx, entry.object)? == Some(entry.subject)),
        None => match entry.object {
            Object::Account(id) => Ok(account::find(tx, id)?.is_some_and(|row| row.subject == entry.subject)
                && erasure::erased_class(tx, id)? < i64::from(entry.class)),
            Object::Staff(id) => Ok(entry.class == Retention::PersonalData.number()
                && staff::find(tx, id)?.is_some_and(|row| !row.name.is_empty())),
            // Of nothing else is anything erased that has no key.
            _ => Ok(false),
        },
    }
}

/// The pseudonym of what is stored; `None` when this copy does not have it.
fn subject_of(tx: &mut dyn Tx, object: Object) -> Result<Option<[u8; 16]>, RegisterError> {
    Ok(match object {
        Object::Account(id) => account::find(tx, id)?.map(|row| row.subject),
        Object::Party(id) => party::find(tx, id)?.map(|row| row.subject),
        Object::Staff(id) => staff::find(tx, id)?.map(|row| row.id.bytes()),
        own => super::own::target(tx, own, Retention::PersonalData)?.map(|target| target.subject),
    })
}

impl Unit<'_> {
    /// Answers the holds that were ended for it.
    fn erase_again(&mut self, entry: &Destroyed) -> Result<Vec<HoldId>, RegisterError> {
        let class = Retention::from_number(entry.class).ok_or_else(|| {
            RegisterError::invalid("/class", "the journal names a retention class that does not exist")
        })?;
        let target = Target { subject: entry.subject, class, object: entry.object };
        let mut ended = Vec::new();
        for hold in holds_on(self.tx, &target)? {
            self.end_hold_of_copy(hold)?;
            ended.push(hold);
        }
        let why = Why { under: "restored copy".to_owned(), basis: "erased before", cause: None };
        let Outcome::Erased { key, .. } = self.destroy(&target, &why)? else {
            let hint =
                "report it: a hold that is over keeps what was erased, so nothing is answered from this copy";
            return Err(RegisterError::State { what: "key", state: "held".to_owned(), hint });
        };
        match entry.key {
            Some(noted) if key != Some(noted) => key::note_destroyed(self.tx, &noted)?,
            _ => {}
        }
        Ok(ended)
    }
}
