//! The index of all chains: what lets anybody check that an account's records are all of its records.
//!
//! Every hour, and whenever a package needs it, one leaf commits to the length and last leaf of every subject's chain
//! ([`tenantry_ledger::completeness`]). The index itself is not kept: it is computed again from the leaves it covers when a proof
//! is asked for, under the key that lies sealed in its leaf. Ledger design 4.6.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::checkpoints::hash_of_row;
use crate::core::Core;
use crate::keys;
use crate::ledger_view::stored_size;
use crate::record::{Record, RecordType, Retention};
use crate::{Register, RegisterError};
use std::sync::Arc;
use tenantry_ledger::completeness::{ChainHead, Index, IndexStatement, SubjectProof};
use tenantry_ledger::{Body, Disclosure, LeafHeader, Pseudonym};
use tenantry_model::random::draw;
use tenantry_model::staff::{Actor, Job};
use tenantry_store::repo::ledger::{self, LeafRow};
use tenantry_store::repo::setting;
use tenantry_store::{StoreExt, Tx};
use zeroize::Zeroizing;

/// Setting that holds the index of the newest index leaf.
const NEWEST: &str = "newest_index_leaf";
/// Field of an index leaf that stays sealed.
const KEY_FIELD: &str = "key";
/// Chains read in one unit: bounds memory beside the index itself.
const CHAINS_PER_READ: u32 = 4_096;
/// Longest time without an index while records are written, in microseconds.
const INDEX_EVERY_US: i64 = 3_600_000_000;

/// What a package needs to claim that somebody's records are complete.
#[derive(Debug, Clone)]
pub struct Completeness {
    /// The index leaf.
    pub leaf: Vec<u8>,
    /// Its index in the ledger.
    pub leaf_index: u64,
    /// The shown fields of its body.
    pub shown: Disclosure,
    /// What it states.
    pub statement: IndexStatement,
    /// One proof for each subject asked about that has a record among the covered leaves, in the order asked.
    pub proofs: Vec<SubjectProof>,
}

impl Register {
    /// Writes an index leaf if the newest is an hour old and records were written since. Answers its index. Called by the system job
    /// `checkpoints`.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn index_chains(&self, call: &Call) -> Result<Option<u64>, RegisterError> {
        authorise(&call.actor, Action::SignCheckpoints)?;
        let now = self.core.clock.now();
        let (size, since) = self.core.store.read(|tx| {
            let size = ledger::head(tx)?.map_or(0, |head| stored_size(head.size));
            let since = match newest_index(tx)? {
                Some(newest) => Some(newest),
                None => ledger::range(tx, 0, 1)?.pop(),
            };
            Ok::<_, RegisterError>((size, since))
        })?;
        // An index of an index alone would tell nothing.
        let due = since.is_some_and(|leaf| {
            size > stored_size(leaf.seq) + 1 && now >= leaf.recorded_at.plus_micros(INDEX_EVERY_US)
        });
        if due { self.core.write_index().map(|(leaf, _)| Some(leaf)) } else { Ok(None) }
    }

    /// Proofs from the newest index leaf for each of these subjects.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] before the first index leaf; [`RegisterError::Ledger`] when the leaves do not lead to what
    /// the index leaf states.
    pub fn completeness(&self, call: &Call, subjects: &[[u8; 16]]) -> Result<Completeness, RegisterError> {
        authorise(&call.actor, Action::BuildEvidence)?;
        self.core.completeness(subjects, None, None)
    }

    /// Computes the index again from the leaves and compares it with what the newest index leaf states.
    ///
    /// # Errors
    /// As [`Register::completeness`].
    pub fn check_index(&self, call: &Call) -> Result<IndexStatement, RegisterError> {
        authorise(&call.actor, Action::ReadLedger)?;
        Ok(self.core.completeness(&[], None, None)?.statement)
    }
}

impl Core {
    /// Writes an index leaf over all leaves there are, and answers its place and the index itself. The leaves it covers never change,
    /// so the index is computed before the unit that records it.
    pub(crate) fn write_index(self: &Arc<Self>) -> Result<(u64, Index), RegisterError> {
        let covers = self
            .store
            .read(|tx| Ok::<_, RegisterError>(ledger::head(tx)?.map_or(0, |head| stored_size(head.size))))?;
        let key: Zeroizing<[u8; 32]> = Zeroizing::new(draw(&*self.entropy));
        let index = self.index(&key, covers)?;
        let statement = index.statement();
        let deployment = self.deployment;
        let call = Call::by(Actor::System { job: Job::Checkpoints });
        let leaf = self.change(&call, Action::SignCheckpoints, &("index", covers), move |unit| {
            let mut record = Record::new(RecordType::ChainsIndexed, deployment, Retention::DecisionEvidence);
            for (name, value) in statement.to_fields() {
                record = record.text(name, value);
            }
            let leaf = unit.record(record.bytes(KEY_FIELD, &*key))?;
            setting::put(unit.tx, NEWEST, &i64::try_from(leaf).unwrap_or(i64::MAX).to_be_bytes())?;
            Ok(leaf)
        })?;
        Ok((leaf, index))
    }

    /// The newest index leaf, if it counted every leaf up to `last`.
    pub(crate) fn newest_count_beyond(
        &self,
        tx: &mut dyn Tx,
        last: u64,
    ) -> Result<Option<u64>, RegisterError> {
        let Some(row) = newest_index(tx)? else { return Ok(None) };
        let header = LeafHeader::decode(&row.bytes)?;
        let body = Body::decode(&keys::open_body(tx, &self.vault, &header, &row.bytes, &row.body)?)?;
        let covers = IndexStatement::from_leaf(&header, &body.disclose_all())?.covers;
        Ok((last < covers).then_some(header.log_seq))
    }

    /// What an index leaf says of these subjects; without a leaf, the newest one. `built` is its index, if that was built just now.
    pub(crate) fn completeness(
        self: &Arc<Self>,
        subjects: &[[u8; 16]],
        leaf: Option<u64>,
        built: Option<Index>,
    ) -> Result<Completeness, RegisterError> {
        let core = Arc::clone(self);
        let (row, header, body) = self.store.read(move |tx| {
            let row = match leaf {
                Some(leaf) => Some(index_leaf(tx, i64::try_from(leaf).unwrap_or(i64::MAX))?),
                None => newest_index(tx)?,
            };
            let row = row.ok_or(RegisterError::NotFound { what: "index of chains" })?;
            let header = LeafHeader::decode(&row.bytes)?;
            let opening = keys::open_body(tx, &core.vault, &header, &row.bytes, &row.body)?;
            Ok::<_, RegisterError>((row, header, Body::decode(&opening)?))
        })?;
        let names = body.fields().map(|field| field.name.as_str()).filter(|name| *name != KEY_FIELD);
        let shown = body.disclose(&names.collect::<Vec<_>>())?;
        let statement = IndexStatement::from_leaf(&header, &shown)?;
        let key = body.get(KEY_FIELD).and_then(|key| <[u8; 32]>::try_from(key).ok()).map(Zeroizing::new);
        let key = key.ok_or(RegisterError::Ledger { reason: "an index leaf has no key".to_owned() })?;
        let index = match built {
            Some(index) => index,
            None => self.index(&key, statement.covers)?,
        };
        if index.statement() != statement {
            let reason = format!("index leaf {} is not about the leaves before it", header.log_seq);
            return Err(RegisterError::Ledger { reason });
        }
        let proofs = subjects.iter().filter_map(|subject| index.prove(Pseudonym(*subject))).collect();
        Ok(Completeness { leaf: row.bytes, leaf_index: header.log_seq, shown, statement, proofs })
    }

    /// The index over the first `covers` leaves, from the leaves themselves.
    fn index(self: &Arc<Self>, key: &[u8; 32], covers: u64) -> Result<Index, RegisterError> {
        let (mut heads, mut after) = (Vec::new(), [0; 16]);
        let before = i64::try_from(covers).unwrap_or(i64::MAX);
        loop {
            let page = self.store.read(move |tx| {
                let Some(through) = ledger::subjects(tx, &after, CHAINS_PER_READ)?.pop() else {
                    return Ok(None);
                };
                let heads = ledger::chain_heads(tx, &after, &through, before)?;
                Ok::<_, RegisterError>(Some((through, heads)))
            })?;
            let Some((through, leaves)) = page else { break };
            after = through;
            for leaf in leaves {
                let header = LeafHeader::decode(&leaf.bytes)?;
                let hash = hash_of_row(&leaf, stored_size(leaf.seq))?;
                heads.push(ChainHead { subject: header.subject, records: header.subject_seq, head: hash });
            }
        }
        Ok(Index::build(key, covers, heads)?)
    }
}

fn newest_index(tx: &mut dyn Tx) -> Result<Option<LeafRow>, RegisterError> {
    let Some(bytes) = setting::find(tx, NEWEST)? else { return Ok(None) };
    let index = <[u8; 8]>::try_from(bytes).map_or(i64::MAX, i64::from_be_bytes);
    index_leaf(tx, index).map(Some)
}

fn index_leaf(tx: &mut dyn Tx, index: i64) -> Result<LeafRow, RegisterError> {
    let row = ledger::range(tx, index, 1)?.pop().filter(|row| row.seq == index);
    row.ok_or_else(|| RegisterError::Ledger { reason: format!("index leaf {index} is gone") })
}
