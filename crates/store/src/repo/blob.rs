//! Large objects: sealed under the key of a subject and addressed by the SHA-256 of the sealed bytes, so that rot shows without
//! any key. What one is, and what its content has to be, is said by a record in the ledger.

use crate::{StoreError, Tx, params, query_all, statements};

statements! {
    ADD = "INSERT INTO blob (subject, address, sealed) VALUES ($1, $2, $3)";
    OF_SUBJECT = "SELECT address, sealed FROM blob WHERE subject = $1 ORDER BY address";
    FORGET = "DELETE FROM blob WHERE subject = $1";
}

/// A sealed object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// SHA-256 of the sealed bytes.
    pub address: [u8; 32],
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// Adds an object of a subject.
pub fn add(tx: &mut dyn Tx, subject: &[u8; 16], blob: &BlobRow) -> Result<(), StoreError> {
    tx.execute(&ADD, params![subject, blob.address, &blob.sealed]).map(|_| ())
}

/// The objects of a subject.
pub fn of_subject(tx: &mut dyn Tx, subject: &[u8; 16]) -> Result<Vec<BlobRow>, StoreError> {
    query_all(tx, &OF_SUBJECT, params![subject], |row| {
        Ok(BlobRow { address: row.digest32(0)?, sealed: row.bytes(1)?.to_vec() })
    })
}

/// Deletes the objects of a subject whose key is gone.
pub fn forget(tx: &mut dyn Tx, subject: &[u8; 16]) -> Result<(), StoreError> {
    tx.execute(&FORGET, params![subject]).map(|_| ())
}
