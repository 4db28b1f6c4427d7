//! A restored copy is older than the erasures made after it: they are made again before it is used.

use super::destroy::{Destroyed, Outcome, Why};
use super::{Object, Target};
use crate::access::{Action, authorise};
use crate::call::Call;
use crate::record::Retention;
use crate::{Register, RegisterError};
use serde::Serialize;
use tenantry_model::erasure::ErasureFate;
use tenantry_store::StoreExt;
use tenantry_store::repo::{erasure, key};

/// Keys looked up in one read.
const KEYS_PER_READ: usize = 500;

/// What replaying a journal did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Keys of the journal that were there again and are destroyed now.
    pub erased: usize,
    /// Keys that a hold of the restored copy keeps; they are due, and are scheduled once it ends.
    pub held: usize,
}

impl Register {
    /// Destroys every key of the journal that this copy still has. Nothing to do is the usual case and writes nothing.
    pub fn replay_erasures(&self, call: &Call, journal: &[Destroyed]) -> Result<Replayed, RegisterError> {
        authorise(&call.actor, Action::Erase)?;
        let mut replayed = Replayed::default();
        for chunk in journal.chunks(KEYS_PER_READ) {
            let keys = chunk.to_vec();
            let alive = self.core.store.read(move |tx| {
                let mut alive = Vec::new();
                for entry in &keys {
                    let found = key::find_subject(tx, &entry.subject, entry.class)?;
                    if found.is_some_and(|row| row.id == entry.key) {
                        alive.push(*entry);
                    }
                }
                Ok::<_, RegisterError>(alive)
            })?;
            for entry in alive {
                match self.core.change(call, Action::Erase, &("replay", entry.key), move |unit| {
                    unit.destroy_again(&entry)
                }) {
                    Ok(ErasureFate::Erased) => replayed.erased += 1,
                    Ok(_) | Err(RegisterError::State { .. }) => replayed.held += 1,
                    Err(other) => return Err(other),
                }
            }
        }
        if replayed.erased > 0 {
            self.core.store.overwrite_deleted()?;
        }
        Ok(replayed)
    }

    /// Every key that erasures of this database destroyed: what the journal should hold.
    pub fn destroyed_keys(&self, call: &Call) -> Result<Vec<Destroyed>, RegisterError> {
        authorise(&call.actor, Action::Erase)?;
        self.core.store.read(|tx| {
            let rows = erasure::destroyed(tx)?;
            let entry = |row: erasure::DestroyedKey| Destroyed {
                object: Object::from_parts(row.kind, row.object),
                subject: row.subject,
                class: row.class,
                key: row.key,
            };
            Ok(rows.into_iter().map(entry).collect())
        })
    }
}

impl crate::unit::Unit<'_> {
    fn destroy_again(&mut self, entry: &Destroyed) -> Result<ErasureFate, RegisterError> {
        let class = Retention::from_number(entry.class).ok_or_else(|| {
            RegisterError::invalid("/class", "the journal names a retention class that does not exist")
        })?;
        let target = Target { subject: entry.subject, class, object: entry.object };
        let why = Why { under: "restored copy".to_owned(), basis: "erased before", cause: None };
        match self.destroy(&target, &why)? {
            Outcome::Erased { .. } => Ok(ErasureFate::Erased),
            Outcome::Held => Err(RegisterError::State {
                what: "key",
                state: "held".to_owned(),
                hint: "release the hold; it is scheduled again",
            }),
        }
    }
}
