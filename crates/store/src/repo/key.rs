//! Wrapped keys: one per subject and retention class, one per epoch. Deleting a subject's row is what erases its data.

use crate::{StoreError, Tx, params, query_one, statements};

statements! {
    FIND_SUBJECT = "SELECT epoch, wrapped FROM subject_key WHERE subject = $1 AND class = $2";
    ADD_SUBJECT = "INSERT INTO subject_key (subject, class, epoch, wrapped) VALUES ($1, $2, $3, $4)";
    DELETE_SUBJECT = "DELETE FROM subject_key WHERE subject = $1 AND class = $2";
    FIND_EPOCH = "SELECT wrapped FROM epoch_key WHERE epoch = $1";
    ADD_EPOCH = "INSERT INTO epoch_key (epoch, wrapped) VALUES ($1, $2)";
    DELETE_EPOCH = "DELETE FROM epoch_key WHERE epoch = $1";
}

/// Epoch and wrapped key of a subject and class.
pub fn find_subject(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: u8,
) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    query_one(tx, &FIND_SUBJECT, params![subject, i64::from(class)], |row| {
        Ok((row.int(0)?, row.bytes(1)?.to_vec()))
    })
}

/// Adds the wrapped key of a subject and class.
pub fn add_subject(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    class: u8,
    epoch: i64,
    wrapped: &[u8],
) -> Result<(), StoreError> {
    tx.execute(&ADD_SUBJECT, params![subject, i64::from(class), epoch, wrapped]).map(|_| ())
}

/// Deletes the wrapped key of a subject and class. Answers whether there was one.
pub fn delete_subject(tx: &mut dyn Tx, subject: &[u8; 16], class: u8) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELETE_SUBJECT, params![subject, i64::from(class)])? > 0)
}

/// The wrapped key of an epoch.
pub fn find_epoch(tx: &mut dyn Tx, epoch: i64) -> Result<Option<Vec<u8>>, StoreError> {
    query_one(tx, &FIND_EPOCH, params![epoch], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Adds the wrapped key of an epoch.
pub fn add_epoch(tx: &mut dyn Tx, epoch: i64, wrapped: &[u8]) -> Result<(), StoreError> {
    tx.execute(&ADD_EPOCH, params![epoch, wrapped]).map(|_| ())
}

/// Deletes the wrapped key of an epoch. Answers whether there was one.
pub fn delete_epoch(tx: &mut dyn Tx, epoch: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(&DELETE_EPOCH, params![epoch])? > 0)
}
