//! The tables beside the ledger: keys, sealed rows, and rows that carry the hash of what they hold or stand for a leaf.

use super::imports::Imports;
use super::standing::{LastSeen, wrong};
use super::{Report, Step, legal, look, outside, people, said, signal_lists, snapshots, standing, work};
use crate::RegisterError;
use crate::core::Core;
use crate::decisions::in_force;
use crate::keys;
use crate::ledger_view::hex;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_model::id::{
    AccountId, ApprovalId, CaseId, DecisionId, DeliveryId, DisclosureId, ErasureId, EventId, HoldId,
    MeasureId, OrderId, PartyId, SignalListId, SnapshotId,
};
use tenantry_policy::pack::Pack;
use tenantry_store::Tx;
use tenantry_store::repo::check::{self, After, IdTable, SealedTable};
use tenantry_store::repo::{account, key, ledger};
use tenantry_vault::{Slot, SubjectKeyRow};

/// Rows looked at in one unit.
pub(super) const ROWS_PER_STEP: u32 = 256;

/// What is looked at, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    EpochKeys,
    SubjectKeys,
    Chains,
    Timestamps,
    Sealed(SealedTable),
    Strays,
    Packs,
    Each(IdTable),
    Tokens,
    Findings,
    People,
    Endpoints,
}

impl Part {
    /// All of them, in the order in which they are looked at.
    fn all() -> impl Iterator<Item = Self> {
        let sealed = SealedTable::ALL.iter().map(|table| Self::Sealed(*table));
        let each = [
            IdTable::Decisions,
            IdTable::Snapshots,
            IdTable::SignalLists,
            IdTable::Approvals,
            IdTable::Accounts,
            IdTable::Parties,
            IdTable::Cases,
            IdTable::Measures,
            IdTable::Orders,
            IdTable::Holds,
            IdTable::Disclosures,
            IdTable::Erasures,
            IdTable::Events,
            IdTable::Deliveries,
        ];
        [Self::EpochKeys, Self::SubjectKeys, Self::Chains, Self::Timestamps]
            .into_iter()
            .chain(sealed)
            .chain([Self::Strays, Self::Packs])
            .chain(each.into_iter().map(Self::Each))
            .chain([Self::Tokens, Self::Findings, Self::People, Self::Endpoints])
    }
}

/// Where the walk over one table stands.
#[derive(Debug)]
pub(super) struct Table {
    part: Part,
    after: After,
    /// Behind which time-stamp, for the one table that is ordered otherwise.
    stamp: (i64, String),
}

/// What the rows of one step have in common, so that it is read once.
#[derive(Default)]
struct Shared {
    last_seen: LastSeen,
    imports: Imports,
}

/// What one step saw: how many keys and rows, what is wrong, and where to go on.
#[derive(Default)]
pub(super) struct Seen {
    keys: u64,
    pub(super) rows: u64,
    pub(super) wrong: Vec<(&'static str, String)>,
    last: Option<After>,
    stamp: Option<(i64, String)>,
}

impl Table {
    pub(super) const fn first() -> Self {
        Self::of(Part::EpochKeys)
    }

    const fn of(part: Part) -> Self {
        Self { part, after: After::start(), stamp: (i64::MIN, String::new()) }
    }

    pub(super) fn next(&self) -> Option<Self> {
        Part::all().skip_while(|part| *part != self.part).nth(1).map(Self::of)
    }

    pub(super) fn step(&mut self, core: &Arc<Core>, report: &mut Report) -> Step {
        if matches!(self.part, Part::Each(_) | Part::Tokens | Part::Findings) {
            return self.one_by_one(core, report);
        }
        let (part, after, stamp) = (self.part, self.after.clone(), self.stamp.clone());
        let reader = Arc::clone(core);
        let seen = match look(core, move |tx| part.look(tx, &reader, &after, &stamp)) {
            Ok(seen) => seen,
            Err(error) => {
                report.found("row", format!("{part:?} cannot be read from here on: {error}"));
                return Step::Done;
            }
        };
        report.checked.keys += seen.keys;
        report.checked.rows += seen.rows;
        for (place, what) in seen.wrong {
            report.found(place, what);
        }
        match (seen.last, seen.stamp) {
            (Some(last), _) => self.after = last,
            (None, Some(stamp)) => self.stamp = stamp,
            (None, None) => return Step::Done,
        }
        Step::More
    }

    /// Looks at some rows, each in a unit of its own: one that cannot be read is a finding and hides no other.
    fn one_by_one(&mut self, core: &Arc<Core>, report: &mut Report) -> Step {
        let (part, after) = (self.part, self.after.id);
        let ids = match look(core, move |tx| part.ids(tx, &after)) {
            Ok(ids) => ids,
            Err(error) => {
                report.found("row", format!("{part:?} cannot be read from here on: {error}"));
                return Step::Done;
            }
        };
        let Some(last) = ids.last().copied() else { return Step::Done };
        let shared = Arc::new(Mutex::new(Shared::default()));
        for id in ids {
            let (reader, shared) = (Arc::clone(core), Arc::clone(&shared));
            let compared = look(core, move |tx| {
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                part.row(tx, &reader, &mut shared, id)
            });
            for what in wrong(compared) {
                report.found(part.place(), format!("{}: {what}", part.name(id)));
            }
            report.checked.rows += 1;
        }
        self.after = After { id: last, class: 0 };
        Step::More
    }
}

impl Part {
    fn look(
        self,
        tx: &mut dyn Tx,
        core: &Core,
        after: &After,
        stamp: &(i64, String),
    ) -> Result<Seen, RegisterError> {
        match self {
            Self::EpochKeys => epoch_keys(tx, core),
            Self::SubjectKeys => subject_keys(tx, core, after),
            Self::Chains => chains(tx, after),
            Self::Timestamps => {
                let (mut seen, next) = outside::timestamps(tx, core, stamp)?;
                seen.stamp = next;
                Ok(seen)
            }
            Self::Sealed(table) => sealed(tx, core, table, after),
            Self::Strays => strays(tx),
            Self::Packs => packs(tx, core),
            Self::People => people::people(tx, core),
            Self::Endpoints => people::endpoints(tx, core),
            Self::Each(_) | Self::Tokens | Self::Findings => Ok(Seen::default()),
        }
    }

    /// The next rows of a part that is looked at row by row.
    fn ids(self, tx: &mut dyn Tx, after: &[u8; 16]) -> Result<Vec<[u8; 16]>, RegisterError> {
        Ok(match self {
            Self::Each(table @ (IdTable::Snapshots | IdTable::SignalLists)) => {
                check::ids(tx, table, after, snapshots::SNAPSHOTS_PER_STEP)?
            }
            Self::Each(table) => check::ids(tx, table, after, ROWS_PER_STEP)?,
            Self::Findings => check::parties_with_findings(tx, after, ROWS_PER_STEP)?,
            _ => check::ids(tx, IdTable::Accounts, after, ROWS_PER_STEP)?,
        })
    }

    const fn place(self) -> &'static str {
        match self {
            Self::Each(IdTable::Decisions) => "decision",
            Self::Each(IdTable::Approvals) => "approval",
            Self::Each(IdTable::Events | IdTable::Deliveries) => "message",
            Self::Tokens => "token",
            _ => "row",
        }
    }

    fn name(self, id: [u8; 16]) -> String {
        let Self::Each(table) = self else {
            return match self {
                Self::Findings => format!("what was found of {}", PartyId::from_bytes(id)),
                _ => AccountId::from_bytes(id).to_string(),
            };
        };
        match table {
            IdTable::Accounts => AccountId::from_bytes(id).to_string(),
            IdTable::Parties => PartyId::from_bytes(id).to_string(),
            IdTable::Cases => CaseId::from_bytes(id).to_string(),
            IdTable::Measures => MeasureId::from_bytes(id).to_string(),
            IdTable::Orders => OrderId::from_bytes(id).to_string(),
            IdTable::Holds => HoldId::from_bytes(id).to_string(),
            IdTable::Disclosures => DisclosureId::from_bytes(id).to_string(),
            IdTable::Erasures => ErasureId::from_bytes(id).to_string(),
            IdTable::Approvals => ApprovalId::from_bytes(id).to_string(),
            IdTable::Events => EventId::from_bytes(id).to_string(),
            IdTable::Deliveries => DeliveryId::from_bytes(id).to_string(),
            IdTable::Decisions => DecisionId::from_bytes(id).to_string(),
            IdTable::Snapshots => SnapshotId::from_bytes(id).to_string(),
            IdTable::SignalLists => SignalListId::from_bytes(id).to_string(),
        }
    }

    /// What is wrong with one row.
    fn row(
        self,
        tx: &mut dyn Tx,
        core: &Core,
        shared: &mut Shared,
        id: [u8; 16],
    ) -> Result<Vec<String>, RegisterError> {
        let Self::Each(table) = self else {
            return match self {
                Self::Findings => standing::findings(tx, core, PartyId::from_bytes(id)),
                _ => said::tokens(tx, core, AccountId::from_bytes(id)),
            };
        };
        match table {
            IdTable::Accounts => {
                standing::account(tx, core, &mut shared.last_seen, AccountId::from_bytes(id))
            }
            IdTable::Parties => said::party(tx, core, PartyId::from_bytes(id)),
            IdTable::Cases => work::case(tx, core, CaseId::from_bytes(id)),
            IdTable::Measures => standing::measure(tx, core, MeasureId::from_bytes(id)),
            IdTable::Orders => legal::order(tx, core, OrderId::from_bytes(id)),
            IdTable::Holds => legal::hold(tx, core, HoldId::from_bytes(id)),
            IdTable::Disclosures => legal::disclosure(tx, core, DisclosureId::from_bytes(id)),
            IdTable::Erasures => legal::erasure(tx, core, ErasureId::from_bytes(id)),
            IdTable::Approvals => work::approval(tx, core, ApprovalId::from_bytes(id)),
            IdTable::Events => outside::event(tx, EventId::from_bytes(id)),
            IdTable::Deliveries => outside::delivery(tx, DeliveryId::from_bytes(id)),
            IdTable::Decisions => decision(tx, core, DecisionId::from_bytes(id)),
            IdTable::Snapshots => {
                snapshots::snapshot(tx, core, &mut shared.imports, SnapshotId::from_bytes(id))
            }
            IdTable::SignalLists => {
                signal_lists::signal_list(tx, core, &mut shared.imports, SignalListId::from_bytes(id))
            }
        }
    }
}

/// A decision must be what its leaf says, as long as the leaf's body can be opened.
fn decision(tx: &mut dyn Tx, core: &Core, id: DecisionId) -> Result<Vec<String>, RegisterError> {
    let Some(recorded) = in_force(tx, &core.vault, Some(id))? else { return Ok(Vec::new()) };
    let row = recorded.row();
    let asked_for = match row.application {
        Some(application) => {
            account::application_of(tx, row.account)?.is_some_and(|own| own.id == application)
        }
        None => true,
    };
    let same = asked_for && recorded.decision()?.decided_for == row.decided_at;
    Ok(if same { Vec::new() } else { vec!["its time or application is not that of its record".to_owned()] })
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

/// Large objects and tokens that nothing has.
fn strays(tx: &mut dyn Tx) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    let stray = check::blobs_of_nothing(tx)?;
    if stray > 0 {
        seen.wrong.push(("row", format!("{stray} large objects belong to no order")));
    }
    let stray = check::tokens_of_nothing(tx)?;
    if stray > 0 {
        seen.wrong.push(("token", format!("{stray} tokens belong to no account")));
    }
    Ok(seen)
}

fn packs(tx: &mut dyn Tx, core: &Core) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    if !standing::is_pack_of_record(tx, core)? {
        seen.wrong.push(("pack", "another is in force than the one that was adopted last".to_owned()));
    }
    for (hash, name, text) in check::packs(tx)? {
        seen.rows += 1;
        if hash != <[u8; 32]>::from(Sha256::digest(text.as_bytes())) {
            seen.wrong.push(("pack", format!("the text of {} has another hash", hex(&hash))));
        } else if Pack::parse(&text).is_ok_and(|pack| pack.header.id != name) {
            seen.wrong.push(("pack", format!("{} has another name than its text", hex(&hash))));
        }
    }
    Ok(seen)
}
