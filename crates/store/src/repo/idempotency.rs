//! Answers already given, by actor and idempotency key, so that a repeated request changes nothing.

use crate::{StoreError, Tx, params, query_one, statements};
use tenantry_model::time::Timestamp;

statements! {
    FIND = "SELECT request, answer FROM idempotency WHERE actor = $1 AND key = $2";
    ADD = "INSERT INTO idempotency (actor, key, request, answer, recorded_at) VALUES ($1, $2, $3, $4, $5)";
    REPLACE = "UPDATE idempotency SET answer = $3 WHERE actor = $1 AND key = $2";
    FORGET = "DELETE FROM idempotency WHERE recorded_at < $1";
}

/// An answer already given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Digest of the request that used the key.
    pub request: [u8; 32],
    /// The answer it got.
    pub answer: Vec<u8>,
}

/// The answer given to an actor under a key.
pub fn find(tx: &mut dyn Tx, actor: &[u8; 16], key: &str) -> Result<Option<AnswerRow>, StoreError> {
    query_one(tx, &FIND, params![actor, key], |row| {
        Ok(AnswerRow { request: row.digest32(0)?, answer: row.bytes(1)?.to_vec() })
    })
}

/// Keeps the answer to a request.
pub fn add(
    tx: &mut dyn Tx,
    actor: &[u8; 16],
    key: &str,
    request: &[u8; 32],
    answer: &[u8],
    recorded_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&ADD, params![actor, key, request, answer, recorded_at]).map(|_| ())
}

/// Puts another answer in the place of the one that is kept, if one is.
pub fn replace(tx: &mut dyn Tx, actor: &[u8; 16], key: &str, answer: &[u8]) -> Result<(), StoreError> {
    tx.execute(&REPLACE, params![actor, key, answer]).map(|_| ())
}

/// Forgets answers older than `before`. Answers how many.
pub fn forget(tx: &mut dyn Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(&FORGET, params![before])
}
