//! Wrapped keys: one per subject and retention class, one per epoch. Deleting a subject's row is what erases its data; the
//! name of the key stays, so that an erased record is told from a damaged table.

use crate::{StoreError, Tx, params, query_all, query_one, statements};

statements! {
    FIND_SUBJECT = "SELECT id, epoch, wrapped FROM subject_key WHERE subject = $1 AND class = $2";
    ADD_SUBJECT = "INSERT INTO subject_key (subject, class, id, epoch, wrapped) VALUES ($1, $2, $3, $4, $5)";
    DELETE_SUBJECT = "DELETE FROM subject_key WHERE subject = $1 AND class = $2 AND NOT EXISTS ( \
        SELECT 1 FROM hold_pin JOIN legal_hold ON legal_hold.id = hold_pin.hold \
        WHERE hold_pin.subject = $1 AND hold_pin.class = $2 AND legal_hold.state = 'in_force') RETURNING id";
    SUBJECTS = "SELECT subject, class, id, epoch, wrapped FROM subject_key WHERE subject > $1 OR (subject = $1 AND class > $2) \
        ORDER BY subject, class LIMIT $3";
    OF_EPOCH = "SELECT subject, id, epoch, wrapped FROM subject_key WHERE epoch = $1 AND class = $2 ORDER BY subject";
    SET_SUBJECT = "UPDATE subject_key SET wrapped = $3 WHERE subject = $1 AND class = $2";
    SET_EPOCH = "UPDATE epoch_key SET wrapped = $3 WHERE epoch = $1 AND class = $2";
    EPOCHS = "SELECT epoch, class, wrapped FROM epoch_key ORDER BY epoch, class";
    ADD_DESTROYED = "INSERT INTO destroyed_key (id) VALUES ($1)";
    FIND_DESTROYED = "SELECT 1 FROM destroyed_key WHERE id = $1";
    FIND_EPOCH = "SELECT wrapped FROM epoch_key WHERE epoch = $1 AND class = $2";
    ADD_EPOCH = "INSERT INTO epoch_key (epoch, class, wrapped) VALUES ($1, $2, $3)";
}

/// A subject key as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectKeyRow {
    /// Name of the key.
    pub id: [u8; 16],
    /// Month whose key wraps it.
    pub epoch: i64,
    /// The wrapped key.
    pub wrapped: Vec<u8>,
}

/// The live key of a subject and class.
pub fn find_subject(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: u8,
) -> Result<Option<SubjectKeyRow>, StoreError> {
    query_one(tx, &FIND_SUBJECT, params![subject, i64::from(class)], |row| {
        Ok(SubjectKeyRow { id: row.id16(0)?, epoch: row.int(1)?, wrapped: row.bytes(2)?.to_vec() })
    })
}

/// Adds the key of a subject and class.
pub fn add_subject(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: u8,
    key: &SubjectKeyRow,
) -> Result<(), StoreError> {
    let params = params![subject, i64::from(class), key.id, key.epoch, &key.wrapped];
    tx.execute(&ADD_SUBJECT, params).map(|_| ())
}

/// Destroys the key of a subject and class and keeps its name. Answers the name; `None` when there is no key, or when a hold
/// in force keeps it: the statement itself looks, so no caller can forget to.
pub fn delete_subject(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: u8,
) -> Result<Option<[u8; 16]>, StoreError> {
    let id = query_one(tx, &DELETE_SUBJECT, params![subject, i64::from(class)], |row| row.id16(0))?;
    if let Some(id) = id {
        tx.execute(&ADD_DESTROYED, params![id])?;
    }
    Ok(id)
}

/// Notes that a key of this name was destroyed, though it never was in this copy of the database.
pub fn note_destroyed(tx: &mut dyn Tx, id: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(&ADD_DESTROYED, params![id]).map(|_| ())
}

/// Whether a key of this name was destroyed.
pub fn is_destroyed(tx: &mut dyn Tx, id: &[u8; 16]) -> Result<bool, StoreError> {
    Ok(query_one(tx, &FIND_DESTROYED, params![id], |row| row.int(0))?.is_some())
}

/// The wrapped key of an epoch and class.
pub fn find_epoch(tx: &mut dyn Tx, epoch: i64, class: u8) -> Result<Option<Vec<u8>>, StoreError> {
    query_one(tx, &FIND_EPOCH, params![epoch, i64::from(class)], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Adds the wrapped key of an epoch and class.
pub fn add_epoch(tx: &mut dyn Tx, epoch: i64, class: u8, wrapped: &[u8]) -> Result<(), StoreError> {
    tx.execute(&ADD_EPOCH, params![epoch, i64::from(class), wrapped]).map(|_| ())
}

/// A subject key with the slot it fills.
pub type SlotRow = ([u8; 16], u8, SubjectKeyRow);

/// Subject keys after this subject and class, in order.
pub fn subjects(tx: &mut dyn Tx, after: (&[u8; 16], u8), rows_max: u32) -> Result<Vec<SlotRow>, StoreError> {
    let params = params![after.0, i64::from(after.1), i64::from(rows_max)];
    query_all(tx, &SUBJECTS, params, |row| {
        let key = SubjectKeyRow { id: row.id16(2)?, epoch: row.int(3)?, wrapped: row.bytes(4)?.to_vec() };
        Ok((row.id16(0)?, u8::try_from(row.int(1)?).unwrap_or_default(), key))
    })
}

/// Every epoch key: epoch, class, wrapped key. One row per month and class.
pub fn epochs(tx: &mut dyn Tx) -> Result<Vec<(i64, u8, Vec<u8>)>, StoreError> {
    query_all(tx, &EPOCHS, &[], |row| {
        Ok((row.int(0)?, u8::try_from(row.int(1)?).unwrap_or_default(), row.bytes(2)?.to_vec()))
    })
}

/// Every subject key under an epoch key.
pub fn of_epoch(
    tx: &mut dyn Tx,
    epoch: i64,
    class: u8,
) -> Result<Vec<([u8; 16], SubjectKeyRow)>, StoreError> {
    query_all(tx, &OF_EPOCH, params![epoch, i64::from(class)], |row| {
        let key = SubjectKeyRow { id: row.id16(1)?, epoch: row.int(2)?, wrapped: row.bytes(3)?.to_vec() };
        Ok((row.id16(0)?, key))
    })
}

/// Replaces how a subject key is wrapped.
pub fn set_subject(tx: &mut dyn Tx, subject: &[u8; 16], class: u8, wrapped: &[u8]) -> Result<(), StoreError> {
    tx.execute(&SET_SUBJECT, params![subject, i64::from(class), wrapped]).map(|_| ())
}

/// Replaces an epoch key, or how it is wrapped.
pub fn set_epoch(tx: &mut dyn Tx, epoch: i64, class: u8, wrapped: &[u8]) -> Result<(), StoreError> {
    tx.execute(&SET_EPOCH, params![epoch, i64::from(class), wrapped]).map(|_| ())
}
