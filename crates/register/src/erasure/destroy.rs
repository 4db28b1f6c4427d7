//! Destroying one key: the holds once more, the key, the rows it protected, the leaf that says so. One transaction.

use crate::RegisterError;
use crate::keys::{Table, refused};
use crate::record::{Record, RecordType, Retention};
use crate::retention::{Object, Target, accounts_behind, all_erased_around, holds_on};
use crate::unit::Unit;
use crate::world;
use std::sync::Arc;
use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_model::time::Timestamp;
use tenantry_store::repo::erasure;
use tenantry_vault::Slot;

/// Records of one key that are listed as erased.
const RECORDS_LISTED_MAX: u32 = 10_000_000;
/// Records listed in one leaf: twenty digits and a comma for each stay within what a field may hold.
const RECORDS_PER_LEAF: usize = 12_000;

/// How a key was destroyed, and what is said where nothing had been sealed under one.
const KEY_DESTROYED: &str = "cryptographic erase, NIST SP 800-88 Rev. 2: the only key was destroyed";
const NO_KEY: &str =
    "nothing had been sealed: there was no key to destroy; what was kept in plain was deleted";

/// An erasure as the journal keeps it: enough to make it again in a restored copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destroyed {
    /// What it protected records about.
    pub object: Object,
    /// Pseudonym of the subject.
    pub subject: [u8; 16],
    /// Retention class.
    pub class: u8,
    /// Name of the key, no key material; `None` where nothing had been sealed and what stood in plain was deleted.
    pub key: Option<[u8; 16]>,
}

/// What came of an attempt to destroy a key.
pub(super) enum Outcome {
    /// Destroyed, with the name of the key if there was one, and the leaf that says so.
    Erased { key: Option<[u8; 16]>, leaf: u64 },
    /// A hold keeps it.
    Held,
}

/// Why a key is destroyed, for its leaf.
pub(super) struct Why<'a> {
    /// The batch, or that it is done again in a restored copy.
    pub(super) under: String,
    pub(super) basis: &'a str,
    /// The intent of the batch.
    pub(super) cause: Option<u64>,
}

impl Unit<'_> {
    /// Destroys a key unless a hold keeps it.
    pub(super) fn destroy(&mut self, target: &Target, why: &Why<'_>) -> Result<Outcome, RegisterError> {
        if !holds_on(self.tx, target)?.is_empty() {
            return Ok(Outcome::Held);
        }
        let Target { subject, class, object } = *target;
        let always = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
        let records = erasure::indices(self.tx, &subject, class.number(), always, RECORDS_LISTED_MAX)?;
        let vault = Arc::clone(&self.core.vault);
        let slot = Slot { subject: Pseudonym(subject), class: RetentionClass(class.number()) };
        let key = vault
            .destroy(&mut Table { tx: self.tx, known: &mut self.keys }, slot)
            .map_err(refused)?
            .map(|id| id.0);
        self.clear(target)?;
        // The record of an erasure must not stand under the key that it destroyed.
        let chain = match class {
            Retention::PersonalData => subject,
            Retention::DecisionEvidence => self.core.deployment,
        };
        let mut state = |records: &[i64]| {
            let mut record = Record::new(RecordType::Erased, chain, Retention::DecisionEvidence)
                .text("under", &why.under)
                .text("object", object)
                .text("class", class.number())
                .text("basis", why.basis)
                .text("method", if key.is_some() { KEY_DESTROYED } else { NO_KEY })
                .json("records", &records);
            if let Some(leaf) = why.cause {
                record = record.caused_by(leaf);
            }
            self.record(record)
        };
        let (first, rest) = records.split_at(records.len().min(RECORDS_PER_LEAF));
        let mut leaf = state(first)?;
        for more in rest.chunks(RECORDS_PER_LEAF) {
            leaf = state(more)?;
        }
        Ok(Outcome::Erased { key, leaf })
    }

    /// Clears the rows that the key protected, and what was kept beside them in plain.
    fn clear(&mut self, target: &Target) -> Result<(), RegisterError> {
        let (subject, class) = (&target.subject, target.class.number());
        erasure::clear_bodies(self.tx, subject, class)?;
        match (target.object, target.class) {
            (Object::Account(id), Retention::PersonalData) => {
                erasure::clear_account(self.tx, id, subject, class)?;
            }
            (Object::Account(id), Retention::DecisionEvidence) => {
                erasure::clear_evidence(self.tx, id)?;
                erasure::clear_account(self.tx, id, subject, class)?;
            }
            (Object::Party(id), Retention::PersonalData) => {
                let accounts: Vec<_> = accounts_behind(self.tx, id)?.into_iter().collect();
                erasure::clear_party(self.tx, id, subject, &accounts)?;
            }
            (Object::Party(id), Retention::DecisionEvidence) => {
                for party in all_erased_around(self.tx, id)?.unwrap_or_default() {
                    erasure::clear_interests(self.tx, party)?;
                }
            }
            (Object::Order(id), Retention::PersonalData) => erasure::clear_order(self.tx, id, subject)?,
            (Object::Order(id), Retention::DecisionEvidence) => erasure::clear_order_reference(self.tx, id)?,
            (Object::Hold(id), Retention::PersonalData) => erasure::clear_hold(self.tx, id)?,
            (Object::Hold(id), Retention::DecisionEvidence) => erasure::clear_hold_reference(self.tx, id)?,
            (Object::Disclosure(id), Retention::PersonalData) => erasure::clear_disclosure(self.tx, id)?,
            (Object::Measure(id), Retention::PersonalData) => {
                erasure::clear_measure(self.tx, id)?;
                // It ended long ago, but stands in what every node has loaded.
                world::raise_generation(self.tx)?;
            }
            (Object::Staff(id), Retention::PersonalData) => erasure::clear_staff(self.tx, id)?,
            (Object::Disclosure(_) | Object::Measure(_) | Object::Staff(_), Retention::DecisionEvidence) => {}
        }
        Ok(())
    }
}
