//! The tables beside the ledger: keys, sealed rows, and rows that carry the hash of what they hold or stand for a leaf.

use super::{Report, Step, look, signal_lists, snapshots, standing};
use crate::RegisterError;
use crate::approvals::{Pending, approving_leaf, sealed_reason};
use crate::core::Core;
use crate::decisions::in_force;
use crate::keys;
use crate::ledger_view::hex;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_model::id::{ApprovalId, DecisionId};
use tenantry_store::Tx;
use tenantry_store::repo::check::{self, After, SealedTable};
use tenantry_store::repo::{approval, key, ledger};
use tenantry_vault::{Slot, SubjectKeyRow};

/// Rows looked at in one unit.
pub(super) const ROWS_PER_STEP: u32 = 256;

/// What is looked at, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    EpochKeys,
    SubjectKeys,
    Chains,
    Sealed(SealedTable),
    Decisions,
    Packs,
    Snapshots,
    SignalLists,
    Approvals,
    Accounts,
    Measures,
    Holds,
    Findings,
    People,
}

/// Where the walk over one table stands.
#[derive(Debug)]
pub(super) struct Table {
    part: Part,
    after: After,
}

/// What one step saw: how many keys and rows, what is wrong, and where to go on.
#[derive(Default)]
pub(super) struct Seen {
    keys: u64,
    pub(super) rows: u64,
    pub(super) wrong: Vec<(&'static str, String)>,
    last: Option<After>,
}

impl Seen {
    /// Looked at a row with this identifier; the walk goes on behind it.
    pub(super) const fn saw(&mut self, id: [u8; 16]) {
        self.rows += 1;
        self.last = Some(After { id, class: 0 });
    }
}

impl Table {
    pub(super) const fn first() -> Self {
        Self { part: Part::EpochKeys, after: After::start() }
    }

    pub(super) fn next(&self) -> Option<Self> {
        let part = match self.part {
            Part::EpochKeys => Part::SubjectKeys,
            Part::SubjectKeys => Part::Chains,
            Part::Chains => Part::Sealed(SealedTable::ALL[0]),
            Part::Sealed(table) => {
                let mut later = SealedTable::ALL.iter().skip_while(|other| **other != table).skip(1);
                later.next().map_or(Part::Decisions, |next| Part::Sealed(*next))
            }
            Part::Decisions => Part::Packs,
            Part::Packs => Part::Snapshots,
            Part::Snapshots => Part::SignalLists,
            Part::SignalLists => Part::Approvals,
            Part::Approvals => Part::Accounts,
            Part::Accounts => Part::Measures,
            Part::Measures => Part::Holds,
            Part::Holds => Part::Findings,
            Part::Findings => Part::People,
            Part::People => return None,
        };
        Some(Self { part, after: After::start() })
    }

    pub(super) fn step(&mut self, core: &Arc<Core>, report: &mut Report) -> Step {
        let (part, after, reader) = (self.part, self.after.clone(), Arc::clone(core));
        let seen = match look(core, move |tx| part.look(tx, &reader, &after)) {
            Ok(seen) => seen,
            Err(error) => {
                report.found("row", format!("{part:?} cannot be read: {error}"));
                return Step::Done;
            }
        };
        report.checked.keys += seen.keys;
        report.checked.rows += seen.rows;
        for (place, what) in seen.wrong {
            report.found(place, what);
        }
        let Some(last) = seen.last else { return Step::Done };
        self.after = last;
        Step::More
    }
}

impl Part {
    fn look(self, tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
        match self {
            Self::EpochKeys => epoch_keys(tx, core),
            Self::SubjectKeys => subject_keys(tx, core, after),
            Self::Chains => chains(tx, after),
            Self::Sealed(table) => sealed(tx, core, table, after),
            Self::Decisions => decisions(tx, core, after),
            Self::Packs => packs(tx, core),
            Self::Snapshots => snapshots::look(tx, core, after),
            Self::SignalLists => signal_lists::look(tx, core, after),
            Self::Approvals => approvals(tx, core, after),
            Self::Accounts => standing::accounts(tx, core, after),
            Self::Measures => standing::measures(tx, core, after),
            Self::Holds => standing::holds(tx, core, after),
            Self::Findings => standing::findings(tx, core, after),
            Self::People => standing::people(tx, core),
        }
    }
}

fn epoch_keys(tx: &mut dyn Tx, core: &Core) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for (epoch, class, wrapped) in key::epochs(tx)? {
        seen.keys += 1;
        let month = u32::try_from(epoch).map(tenantry_vault::Epoch);
        let opens = month
            .is_ok_and(|epoch| core.vault.check_epoch_key(epoch, RetentionClass(class), &wrapped).is_ok());
        if !opens {
            seen.wrong.push(("key", format!("the key of epoch {epoch}, class {class} does not open")));
        }
    }
    Ok(seen)
}

fn subject_keys(tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for (subject, class, row) in key::subjects(tx, (&after.id, after.class), ROWS_PER_STEP)? {
        seen.keys += 1;
        let slot = Slot { subject: Pseudonym(subject), class: RetentionClass(class) };
        let stored = SubjectKeyRow {
            id: tenantry_vault::KeyId(row.id),
            epoch: tenantry_vault::Epoch(u32::try_from(row.epoch).unwrap_or(u32::MAX)),
            wrapped: row.wrapped,
        };
        if core
            .vault
            .check_subject_key(&mut keys::Table { tx, known: &mut keys::KnownKeys::default() }, slot, &stored)
            .is_err()
        {
            let name = hex(&subject);
            seen.wrong.push(("key", format!("the key of subject {name}, class {class} does not open")));
        }
        seen.last = Some(After { id: subject, class });
    }
    Ok(seen)
}

fn chains(tx: &mut dyn Tx, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    if *after == After::start() {
        // Every leaf follows the one before it in its chain; when the chains together are as long as the ledger, none is in no chain.
        let (chained, all) = (check::chained_leaves(tx)?, ledger::head(tx)?.map_or(0, |head| head.size));
        if chained != all {
            seen.wrong
                .push(("chain", format!("all chains together have {chained} leaves, the ledger {all}")));
        }
    }
    for (subject, chain) in check::chains(tx, &after.id, ROWS_PER_STEP)? {
        seen.rows += 1;
        let last = ledger::in_chain(tx, chain.leaf, &subject, chain.records)?;
        if last.is_none_or(|bytes| tenantry_ledger::leaf_hash(&bytes) != chain.hash) {
            seen.wrong.push(("chain", format!("the head of subject {} is not its last leaf", hex(&subject))));
        }
        seen.last = Some(After { id: subject, ..After::start() });
    }
    Ok(seen)
}

fn sealed(tx: &mut dyn Tx, core: &Core, table: SealedTable, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for row in check::sealed_rows(tx, table, &after.id, ROWS_PER_STEP)? {
        seen.rows += 1;
        match keys::open_row(tx, &core.vault, &row.subject, &row.id, &row.sealed) {
            Ok(_) => {}
            Err(RegisterError::Erased) if row.sealed.len() == keys::ERASED_LENGTH || !table.is_cleared() => {}
            Err(RegisterError::Erased) => {
                let what =
                    format!("{} {} is erased but its ciphertext was not cleared", table.name(), hex(&row.id));
                seen.wrong.push(("row", what));
            }
            Err(error) => seen.wrong.push(("row", format!("{} {}: {error}", table.name(), hex(&row.id)))),
        }
        seen.last = Some(After { id: row.id, ..After::start() });
    }
    Ok(seen)
}

/// A decision must be what its leaf says, as long as the leaf's body can be opened.
fn decisions(tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for id in check::decisions(tx, &after.id, ROWS_PER_STEP)? {
        seen.rows += 1;
        match in_force(tx, &core.vault, Some(DecisionId::from_bytes(id))) {
            Ok(Some(_)) | Err(RegisterError::Erased) => {}
            Ok(None) => seen.wrong.push(("decision", format!("{} went while it was looked at", hex(&id)))),
            Err(error) => seen.wrong.push(("decision", format!("{}: {error}", hex(&id)))),
        }
        seen.last = Some(After { id, ..After::start() });
    }
    Ok(seen)
}

fn packs(tx: &mut dyn Tx, core: &Core) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    if !standing::is_pack_of_record(tx, core)? {
        seen.wrong.push(("pack", "another is in force than the one that was adopted last".to_owned()));
    }
    for (hash, text) in check::packs(tx)? {
        seen.rows += 1;
        if hash != <[u8; 32]>::from(Sha256::digest(text.as_bytes())) {
            seen.wrong.push(("pack", format!("the text of {} has another hash", hex(&hash))));
        }
    }
    Ok(seen)
}

/// A request must have the hash that was approved, and one that was approved a leaf that says by whom.
fn approvals(tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for (id, content, hash) in check::approvals(tx, &after.id, ROWS_PER_STEP)? {
        seen.rows += 1;
        if hash != <[u8; 32]>::from(Sha256::digest(&content)) {
            seen.wrong.push(("approval", format!("the content of {} has another hash", hex(&id))));
        } else if let Err(what) = check_answer(tx, core, ApprovalId::from_bytes(id)) {
            seen.wrong.push(("approval", what));
        }
        seen.last = Some(After { id, ..After::start() });
    }
    Ok(seen)
}

fn check_answer(tx: &mut dyn Tx, core: &Core, id: ApprovalId) -> Result<(), String> {
    let words = |error: RegisterError| format!("{id}: {error}");
    let row = approval::find(tx, id).map_err(|error| words(error.into()))?;
    let Some(row) = row.filter(|row| row.state == "approved") else { return Ok(()) };
    let (subject, _) = sealed_reason(&row).map_err(words)?;
    let pending = Pending::read(&row).map_err(words)?;
    match approving_leaf(tx, &core.vault, &pending, &subject) {
        Ok(Some(_)) if row.decided_by.is_some_and(|by| by != row.requested_by) => Ok(()),
        Ok(_) => Err(format!("{id} stands as approved, but no record says that another person did so")),
        Err(RegisterError::Erased) => Ok(()),
        Err(error) => Err(words(error)),
    }
}
