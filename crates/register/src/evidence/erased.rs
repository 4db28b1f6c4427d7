//! Which record states the erasure of another, and under which rule.

use super::gather::{Leaves, is_erased};
use crate::core::Core;
use crate::ledger_view::stored_size;
use crate::record::{RecordType, Retention};
use crate::{RegisterError, keys};
use std::collections::BTreeMap;
use tenantry_ledger::{Body, LeafHeader};
use tenantry_store::Tx;
use tenantry_store::repo::ledger::LeafRow;
use tenantry_store::repo::{erasure, ledger};

/// Records of erasures looked through for one that no batch of this database made.
const LOOKED_THROUGH_MAX: u32 = 10_000;

/// What is known of the erasure of a record.
#[derive(Clone)]
pub(super) struct Erasure {
    /// The leaf that states it.
    pub(super) leaf: u64,
    /// Under which rule.
    pub(super) rule: String,
}

/// The erasures of those leaves whose content is gone. A leaf that states one and is not among them is added.
pub(super) fn erasures(
    tx: &mut dyn Tx,
    core: &Core,
    leaves: &mut Leaves,
) -> Result<BTreeMap<i64, Erasure>, RegisterError> {
    let mut found = BTreeMap::new();
    let mut stating = Vec::new();
    // One erasure states it for all records under one key, mostly neighbours.
    let mut last: Option<(LeafRow, Erasure)> = None;
    for (leaf, party) in leaves.values().filter(|(leaf, _)| is_erased(leaf)) {
        let same = last.take().filter(|(before, erasure)| {
            before.subject == leaf.subject
                && before.class == leaf.class
                && erasure.leaf > stored_size(leaf.seq)
        });
        let erasure = match same {
            Some((_, erasure)) => erasure,
            None => erasure_of(tx, core, leaf)?,
        };
        let place = i64::try_from(erasure.leaf).unwrap_or(i64::MAX);
        if !leaves.contains_key(&place) {
            let row = ledger::range(tx, place, 1)?.pop().filter(|row| row.seq == place);
            stating.push((row.ok_or_else(|| unstated(leaf))?, *party));
        }
        found.insert(leaf.seq, erasure.clone());
        last = Some((leaf.clone(), erasure));
    }
    leaves.extend(stating.into_iter().map(|(row, party)| (row.seq, (row, party))));
    Ok(found)
}

fn erasure_of(tx: &mut dyn Tx, core: &Core, leaf: &LeafRow) -> Result<Erasure, RegisterError> {
    if let Some((by, rule)) = erasure::erased_by(tx, &leaf.subject, leaf.class, leaf.seq)? {
        return Ok(Erasure { leaf: stored_size(by), rule });
    }
    // A restored copy was brought up to date from the journal, without a batch: the ledger itself has the record.
    let class = u8::try_from(leaf.class).ok().and_then(Retention::from_number);
    let chain = if class == Some(Retention::PersonalData) { leaf.subject } else { core.deployment };
    let kind = i64::from(RecordType::Erased.number());
    for row in ledger::in_chain_of_type(tx, &chain, kind, leaf.seq, LOOKED_THROUGH_MAX)? {
        let header = LeafHeader::decode(&row.bytes)?;
        let body = Body::decode(&keys::open_body(tx, &core.vault, &header, &row.bytes, &row.body)?)?;
        let records = body.get("records").map(serde_json::from_slice::<Vec<i64>>);
        let rule = body.get("basis").and_then(|rule| std::str::from_utf8(rule).ok());
        if let (Some(Ok(records)), Some(rule)) = (records, rule)
            && records.contains(&leaf.seq)
        {
            return Ok(Erasure { leaf: header.log_seq, rule: rule.to_owned() });
        }
    }
    Err(unstated(leaf))
}

fn unstated(leaf: &LeafRow) -> RegisterError {
    RegisterError::Ledger {
        reason: format!("the content of record {} is gone and no record says why", leaf.seq),
    }
}
