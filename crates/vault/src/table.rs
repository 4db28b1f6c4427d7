//! Where wrapped keys live: a port. The database implements it inside the transaction that writes the record, so
//! that a key exists exactly when something is sealed under it, and a hold checked there wins over an erasure.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_ledger::{Pseudonym, RetentionClass, UnixNanos};

/// What a subject key covers: one subject in one retention class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// Random pseudonym of the subject.
    pub subject: Pseudonym,
    /// Retention class.
    pub class: RetentionClass,
}

/// Random name of one subject key. A slot that is used again after erasure gets a key with another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 16]);

/// Calendar month (UTC) in which a subject key was made, as months since January 1970. One epoch key per month and
/// retention class, so that another root wraps few keys anew.
///
/// Epoch keys lie in the same database as what they wrap, and so in the same backups: no change of an epoch key reaches a backup.
/// What does is another root, once every copy of the old one is destroyed: a backup from before opens under the old root only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The month of an instant.
    ///
    /// ```
    /// use tenantry_ledger::UnixNanos;
    /// use tenantry_vault::Epoch;
    /// assert_eq!(Epoch::of(UnixNanos(0)), Epoch(0));
    /// assert_eq!(Epoch::of(UnixNanos(1_790_000_000_000_000_000)), Epoch(56 * 12 + 8)); // September 2026
    /// ```
    pub const fn of(at: UnixNanos) -> Self {
        // Proleptic Gregorian calendar counted in 400-year eras that begin on 1 March of year 0.
        let days = at.0 / 86_400_000_000_000 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year_of_era = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let months = (era * 400 + year_of_era) * 12 + month_from_march + 2;
        Self((months - 1_970 * 12) as u32)
    }
}

/// A subject key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectKeyRow {
    /// Name of the key.
    pub id: KeyId,
    /// Epoch whose key wraps it.
    pub epoch: Epoch,
    /// The wrapped key, 61 bytes.
    pub wrapped: Vec<u8>,
}

/// Any failure of an implementation.
pub type KeyTableError = Box<dyn std::error::Error + Send + Sync>;

/// Wrapped keys, found, inserted and deleted inside the caller's transaction.
///
/// Deleting a subject key must leave its [`KeyId`] behind as destroyed (without key material): that is how an erased
/// record is told from a damaged key table. The database overwrites deleted rows (`secure_delete`).
pub trait KeyTable {
    /// The wrapped epoch key.
    ///
    /// # Errors
    /// When the store fails; absence is `None`.
    fn epoch_key(&mut self, epoch: Epoch, class: RetentionClass) -> Result<Option<Vec<u8>>, KeyTableError>;

    /// Stores a new wrapped epoch key. One per epoch and class.
    ///
    /// # Errors
    /// When it exists already or the store fails.
    fn insert_epoch_key(
        &mut self,
        epoch: Epoch,
        class: RetentionClass,
        wrapped: &[u8],
    ) -> Result<(), KeyTableError>;

    /// The live subject key of a slot.
    ///
    /// # Errors
    /// When the store fails; absence is `None`.
    fn subject_key(&mut self, slot: Slot) -> Result<Option<SubjectKeyRow>, KeyTableError>;

    /// Stores a new subject key. At most one is live per slot.
    ///
    /// # Errors
    /// When one is live already or the store fails.
    fn insert_subject_key(&mut self, slot: Slot, row: &SubjectKeyRow) -> Result<(), KeyTableError>;

    /// Deletes the live subject key of a slot and keeps its id as destroyed. Returns the id, `None` if there was none.
    ///
    /// # Errors
    /// When the store fails.
    fn delete_subject_key(&mut self, slot: Slot) -> Result<Option<KeyId>, KeyTableError>;

    /// Whether a key of this name was deleted by [`KeyTable::delete_subject_key`].
    ///
    /// # Errors
    /// When the store fails.
    fn is_destroyed(&mut self, id: KeyId) -> Result<bool, KeyTableError>;
}

/// A key table in memory, for tests and examples.
#[derive(Debug, Clone, Default)]
pub struct MemoryKeys {
    epochs: BTreeMap<(Epoch, RetentionClass), Vec<u8>>,
    subjects: BTreeMap<Slot, SubjectKeyRow>,
    destroyed: BTreeSet<KeyId>,
}

impl KeyTable for MemoryKeys {
    fn epoch_key(&mut self, epoch: Epoch, class: RetentionClass) -> Result<Option<Vec<u8>>, KeyTableError> {
        Ok(self.epochs.get(&(epoch, class)).cloned())
    }

    fn insert_epoch_key(
        &mut self,
        epoch: Epoch,
        class: RetentionClass,
        wrapped: &[u8],
    ) -> Result<(), KeyTableError> {
        if self.epochs.insert((epoch, class), wrapped.to_vec()).is_some() {
            return Err("the epoch key exists already".into());
        }
        Ok(())
    }

    fn subject_key(&mut self, slot: Slot) -> Result<Option<SubjectKeyRow>, KeyTableError> {
        Ok(self.subjects.get(&slot).cloned())
    }

    fn insert_subject_key(&mut self, slot: Slot, row: &SubjectKeyRow) -> Result<(), KeyTableError> {
        if self.subjects.insert(slot, row.clone()).is_some() {
            return Err("the slot has a live key already".into());
        }
        Ok(())
    }

    fn delete_subject_key(&mut self, slot: Slot) -> Result<Option<KeyId>, KeyTableError> {
        let id = self.subjects.remove(&slot).map(|row| row.id);
        self.destroyed.extend(id);
        Ok(id)
    }

    fn is_destroyed(&mut self, id: KeyId) -> Result<bool, KeyTableError> {
        Ok(self.destroyed.contains(&id))
    }
}
