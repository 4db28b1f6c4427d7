//! The events about an account, behind the leaves of their batches.

use crate::core::Core;
use crate::ledger_view::{StoredTree, stored_size};
use crate::{RegisterError, keys};
use tenantry_evidence as package;
use tenantry_ledger::batch::{BatchProver, EVENT_BYTES, Event};
use tenantry_ledger::{Body, LeafHeader, Pseudonym, inclusion_proof};
use tenantry_store::Tx;
use tenantry_store::repo::ledger;

/// Most batches in a package; the newest ones.
pub(super) const BATCHES_MAX: u32 = 1_000;

/// The newest batches that hold events about a subject, with the proofs of those.
pub(super) fn batches(
    tx: &mut dyn Tx,
    core: &Core,
    subject: &[u8; 16],
    size: u64,
) -> Result<Vec<package::EventBatch>, RegisterError> {
    let before = i64::try_from(size).unwrap_or(i64::MAX);
    let mut found = Vec::new();
    for place in ledger::batches_about(tx, subject, before, BATCHES_MAX)? {
        let gone = || RegisterError::Ledger { reason: format!("the events behind leaf {place} are gone") };
        let row = ledger::range(tx, place, 1)?.pop().filter(|row| row.seq == place).ok_or_else(gone)?;
        let events = ledger::find_batch(tx, place)?.ok_or_else(gone)?.events;
        let header = LeafHeader::decode(&row.bytes)?;
        let body = Body::decode(&keys::open_body(tx, &core.vault, &header, &row.bytes, &row.body)?)?;
        let prover = BatchProver::new(&events)?;
        let mut own = Vec::new();
        for bytes in events.as_chunks::<EVENT_BYTES>().0 {
            let event = Event::decode(bytes)?;
            if event.subject == Pseudonym(*subject) {
                own.push((*bytes, prover.prove(event.number)?));
            }
        }
        let path = inclusion_proof(&StoredTree::new(tx, size), stored_size(place), size)?;
        let record = package::Record { leaf: row.bytes, path, disclosure: Some(body.disclose_all()) };
        found.push(package::EventBatch { record, events: own });
    }
    Ok(found)
}
