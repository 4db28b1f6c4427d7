//! Settings of this deployment that must live with the data: the ledger's origin, the pack in force, the world's version.

use crate::{StoreError, Tx, params, query_one, statements};
use tenantry_model::time::Timestamp;

statements! {
    FIND = "SELECT value FROM setting WHERE name = $1";
    PUT = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    FIND_PACK = "SELECT text FROM pack WHERE hash = $1";
    ADD_PACK = "INSERT INTO pack (hash, name, text, adopted_at) VALUES ($1, $2, $3, $4) ON CONFLICT (hash) DO NOTHING";
}

/// The bytes of a setting.
pub fn find(tx: &mut dyn Tx, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    query_one(tx, &FIND, params![name], |row| Ok(row.bytes(0)?.to_vec()))
}

/// Sets a setting.
pub fn put(tx: &mut dyn Tx, name: &str, value: &[u8]) -> Result<(), StoreError> {
    tx.execute(&PUT, params![name, value]).map(|_| ())
}

/// The text of a policy pack by its hash.
pub fn find_pack(tx: &mut dyn Tx, hash: &[u8; 32]) -> Result<Option<String>, StoreError> {
    query_one(tx, &FIND_PACK, params![hash], |row| Ok(row.text(0)?.to_owned()))
}

/// Keeps the text of a policy pack for ever: decisions made under it are replayed from it.
pub fn add_pack(
    tx: &mut dyn Tx,
    hash: &[u8; 32],
    name: &str,
    text: &str,
    adopted_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&ADD_PACK, params![hash, name, text, adopted_at]).map(|_| ())
}
