//! Which record states the erasure of another, and under which rule.

use super::gather::{Leaves, is_erased};
use crate::core::Core;
use crate::ledger_view::stored_size;
use crate::record::{RecordType, Retention};
use crate::{RegisterError, keys};
use std::collections::{BTreeMap, BTreeSet};
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
    // One erasure states it for many records under one key, mostly neighbours.
    let mut last: Option<(LeafRow, Stated)> = None;
    for (leaf, party) in leaves.values().filter(|(leaf, _)| is_erased(leaf)) {
        let same = last.take().filter(|(before, stated)| {
            before.subject == leaf.subject && before.class == leaf.class && stated.records.contains(&leaf.seq)
        });
        let stated = match same {
            Some((_, stated)) => stated,
            None => stated_for(tx, core, leaf)?,
        };
        let place = i64::try_from(stated.erasure.leaf).unwrap_or(i64::MAX);
        if !leaves.contains_key(&place) {
            let row = ledger::range(tx, place, 1)?.pop().filter(|row| row.seq == place);
            stating.push((row.ok_or_else(|| unstated(leaf))?, *party));
        }
        found.insert(leaf.seq, stated.erasure.clone());
        last = Some((leaf.clone(), stated));
    }
    leaves.extend(stating.into_iter().map(|(row, party)| (row.seq, (row, party))));
    Ok(found)
}

/// What a record of an erasure says.
struct Stated {
    erasure: Erasure,
    records: BTreeSet<i64>,
}

/// The record that says of this one that it was erased.
fn stated_for(tx: &mut dyn Tx, core: &Core, leaf: &LeafRow) -> Result<Stated, RegisterError> {
    if let Some((by, rule)) = erasure::erased_by(tx, &leaf.subject, leaf.class, leaf.seq)? {
        let row =
            ledger::range(tx, by, 1)?.pop().filter(|row| row.seq == by).ok_or_else(|| unstated(leaf))?;
        match read(tx, core, &row) {
            Ok(Some(stated)) if stated.records.contains(&leaf.seq) => return Ok(stated),
            // Another of the records that this erasure took says it.
            Ok(_) => {}
            // It was erased itself since: what it said is known from its batch.
            Err(RegisterError::Erased) => {
                let erasure = Erasure { leaf: stored_size(by), rule };
                return Ok(Stated { erasure, records: BTreeSet::from([leaf.seq]) });
            }
            Err(error) => return Err(error),
        }
    }
    // A restored copy was brought up to date from the journal, without a batch, or one record could not list them all.
    let class = u8::try_from(leaf.class).ok().and_then(Retention::from_number);
    let chain = if class == Some(Retention::PersonalData) { leaf.subject } else { core.deployment };
    let kind = i64::from(RecordType::Erased.number());
    for row in ledger::in_chain_of_type(tx, &chain, kind, leaf.seq, LOOKED_THROUGH_MAX)? {
        if let Some(stated) = read(tx, core, &row)?.filter(|stated| stated.records.contains(&leaf.seq)) {
            return Ok(stated);
        }
    }
    Err(unstated(leaf))
}

fn read(tx: &mut dyn Tx, core: &Core, row: &LeafRow) -> Result<Option<Stated>, RegisterError> {
    let header = LeafHeader::decode(&row.bytes)?;
    let body = Body::decode(&keys::open_body(tx, &core.vault, &header, &row.bytes, &row.body)?)?;
    let records = body.get("records").map(serde_json::from_slice);
    let rule = body.get("basis").and_then(|rule| std::str::from_utf8(rule).ok());
    let (Some(Ok(records)), Some(rule)) = (records, rule) else { return Ok(None) };
    Ok(Some(Stated { erasure: Erasure { leaf: header.log_seq, rule: rule.to_owned() }, records }))
}

fn unstated(leaf: &LeafRow) -> RegisterError {
    RegisterError::Ledger {
        reason: format!("the content of record {} is gone and no record says why", leaf.seq),
    }
}
