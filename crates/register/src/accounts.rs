//! Accounts as people and machines see them, without personal data; closing them; reported accesses.

use crate::access::{Action, authorise};
use crate::apply::GateNews;
use crate::call::Call;
use crate::decisions::{Recorded, in_force};
use crate::dossier::{self, Held, Involved};
use crate::intake::lies_ahead;
use crate::outcome::CaseSummary;
use crate::record::{Record, RecordType, Retention};
use crate::sight::{
    account_in_sight, account_meant, decision_for, is_in_sight, is_the_resellers, not_erased,
};
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenantry_model::account::{AccountRole, AccountState, Ending};
use tenantry_model::case::{CaseKind, CaseState};
use tenantry_model::event::EventType;
use tenantry_model::fact::{AccessKind, PersonalIp};
use tenantry_model::id::{AccountId, ApplicationId, CaseId, DecisionId, PartyId};
use tenantry_model::party::{Interest, PartyKind, Status};
use tenantry_model::staff::Actor;
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::Decision;
use tenantry_policy::input::LinkSummary;
use tenantry_store::repo::{account, case, decision, ledger, party};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Most rows of one page.
pub const PAGE_MAX: u32 = 200;
/// Decisions shown with an account, newest first.
const DECISIONS_MAX: u32 = 50;
/// Records shown on a timeline per subject.
const TIMELINE_MAX: u32 = 500;

/// Which accounts to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct AccountFilter {
    /// Only in this state.
    pub state: Option<AccountState>,
    /// Only directly below this reseller account.
    pub reseller: Option<AccountId>,
}

/// An account in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccountSummary {
    /// Identifier.
    pub id: AccountId,
    /// The provider's own reference.
    pub reference: String,
    /// Where it stands.
    pub state: AccountState,
    /// The reseller account above it.
    pub reseller: Option<AccountId>,
    /// How many resellers stand above it.
    pub depth: i64,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// Last access reported.
    pub last_access_at: Option<Timestamp>,
    /// Grows with every change; the ETag of the account.
    pub version: i64,
}

/// An account with what belongs to it.
#[derive(Debug, Clone, Serialize)]
pub struct AccountView {
    /// The account itself.
    #[serde(flatten)]
    pub summary: AccountSummary,
    /// Whether it was refused, suspended or closed for cause.
    pub for_cause: bool,
    /// Who holds which role.
    pub roles: Vec<RoleView>,
    /// Who holds what among the parties and above them.
    pub interests: Vec<Interest>,
    /// What the gate says, per action.
    pub gate: BTreeMap<&'static str, &'static str>,
    /// The decision in force.
    pub decision: Option<Decision>,
    /// All decisions, newest first.
    pub decisions: Vec<DecisionSummary>,
    /// Cases, oldest first.
    pub cases: Vec<CaseLine>,
    /// Links to other accounts, as of the decision in force.
    pub links: Vec<LinkSummary>,
    /// Resellers above, nearest first.
    pub chain: Vec<AccountSummary>,
    /// Accounts directly below, the first page of them.
    pub below: Vec<AccountSummary>,
}

/// A party in its roles on an account.
#[derive(Debug, Clone, Serialize)]
pub struct RoleView {
    /// Who.
    pub party: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Its roles; none for a party that stands behind another.
    pub roles: Vec<AccountRole>,
    /// Its status as last determined.
    pub status: Status,
}

/// A decision in a list.
#[derive(Debug, Clone, Serialize)]
pub struct DecisionSummary {
    /// Identifier.
    pub id: DecisionId,
    /// When.
    pub decided_at: Timestamp,
    /// How it ended.
    pub outcome: String,
    /// What made the register decide.
    pub cause: String,
    /// Its leaf in the ledger.
    pub leaf: i64,
}

/// A decision with everything in it.
#[derive(Debug, Clone, Serialize)]
pub struct DecisionView {
    /// Identifier.
    pub id: DecisionId,
    /// The account.
    pub account: AccountId,
    /// The application it answered, if any.
    pub application: Option<ApplicationId>,
    /// What made the register decide.
    pub cause: String,
    /// Its leaf in the ledger.
    pub leaf: i64,
    /// The decision.
    pub decision: Decision,
}

/// An application as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationView {
    /// Identifier.
    pub id: ApplicationId,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The account it asked for.
    pub account: AccountSummary,
    /// The decision in force.
    pub decision: Option<Decision>,
}

/// A case in a list of an account.
#[derive(Debug, Clone, Serialize)]
pub struct CaseLine {
    /// Identifier.
    pub id: CaseId,
    /// Why it exists.
    pub kind: CaseKind,
    /// Where it stands.
    pub state: CaseState,
    /// About whom.
    pub party: Option<PartyId>,
    /// Sentences of the pack.
    pub sentences: Vec<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it is due.
    pub due_at: Timestamp,
}

/// One record on a timeline.
#[derive(Debug, Clone, Serialize)]
pub struct TimelineEntry {
    /// Index of the leaf.
    pub leaf: i64,
    /// When.
    pub at: Timestamp,
    /// Type of record.
    pub kind: i64,
    /// What happened, for people.
    pub title: String,
    /// Pseudonym of who acted, hexadecimal.
    pub actor: String,
    /// The party it is about; `None` for the account itself.
    pub party: Option<PartyId>,
}

/// An access to report.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccess {
    /// When.
    pub at: Timestamp,
    /// Why it connected.
    pub access: AccessKind,
    /// The address it came from; sealed with the record (EO-04).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<PersonalIp>,
}

impl Register {
    /// Accounts after `after` in order of identifier, at most [`PAGE_MAX`].
    pub fn accounts(
        &self,
        call: &Call,
        filter: AccountFilter,
        after: Option<AccountId>,
        rows_max: u32,
    ) -> Result<Vec<AccountSummary>, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let actor = call.actor.clone();
        let rows_max = rows_max.min(PAGE_MAX);
        let after = after.unwrap_or(AccountId::from_bytes([0; 16]));
        self.core.store.read(move |tx| {
            if let Some(reseller) = filter.reseller
                && account_in_sight(tx, &actor, reseller).is_err()
            {
                return Ok(Vec::new());
            }
            let read = |tx: &mut dyn Tx, after| page(tx, &actor, &filter, after, rows_max);
            let fits = |row: &account::AccountRow| filter.state.is_none_or(|state| state == row.state);
            let keep = |_: &mut dyn Tx, row| Ok(fits(&row).then(|| summary(&row)));
            collect(tx, after, rows_max, read, |row| row.id, keep)
        })
    }

    /// An account by its identifier.
    pub fn account(&self, call: &Call, id: AccountId) -> Result<AccountView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, vault) = (call.actor.clone(), Arc::clone(&self.core.vault));
        self.core.store.read(move |tx| {
            let row = account_in_sight(tx, &actor, id)?;
            view(tx, &actor, &vault, row)
        })
    }

    /// Identifier of the account with this reference, as the caller means it: a reseller's key its own references before those of the
    /// provider, a machine of the provider the provider's, a person also the only one among those of resellers.
    pub fn account_by_reference(&self, call: &Call, reference: &str) -> Result<AccountId, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, reference) = (call.actor.clone(), reference.to_owned());
        self.core.store.read(move |tx| {
            let row = account_meant(tx, &actor, &reference)?;
            let row = row.ok_or(RegisterError::NotFound { what: "account" })?;
            account_in_sight(tx, &actor, row.id).map(|row| row.id)
        })
    }

    /// How many accounts are in each state.
    pub fn account_counts(&self, call: &Call) -> Result<Vec<(AccountState, i64)>, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        if call.actor.confined_to().is_some() {
            return Err(RegisterError::Forbidden { action: Action::Read });
        }
        self.core.store.read(|tx| account::count_by_state(tx).map_err(RegisterError::from))
    }

    /// Applications after `after` in order of identifier.
    pub fn applications(
        &self,
        call: &Call,
        after: Option<ApplicationId>,
        rows_max: u32,
    ) -> Result<Vec<ApplicationView>, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, vault) = (call.actor.clone(), Arc::clone(&self.core.vault));
        let rows_max = rows_max.min(PAGE_MAX);
        let after = after.unwrap_or(ApplicationId::from_bytes([0; 16]));
        self.core.store.read(move |tx| {
            let read = |tx: &mut dyn Tx, after| match actor.confined_to() {
                None => Ok(account::page_applications(tx, after, rows_max)?),
                Some(own) => Ok(account::page_applications_below(tx, own, after, rows_max)?),
            };
            let view = |tx: &mut dyn Tx, row| application_view(tx, &actor, &vault, row);
            collect(tx, after, rows_max, read, |row| row.id, view)
        })
    }

    /// An application by its identifier.
    pub fn application(&self, call: &Call, id: ApplicationId) -> Result<ApplicationView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, vault) = (call.actor.clone(), Arc::clone(&self.core.vault));
        self.core.store.read(move |tx| {
            let missing = || RegisterError::NotFound { what: "application" };
            let row = account::find_application(tx, id)?.ok_or_else(missing)?;
            application_view(tx, &actor, &vault, row)?.ok_or_else(missing)
        })
    }

    /// A decision by its identifier.
    pub fn decision(&self, call: &Call, id: DecisionId) -> Result<DecisionView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let (actor, vault) = (call.actor.clone(), Arc::clone(&self.core.vault));
        self.core.store.read(move |tx| {
            let row = decision::find(tx, id)?.ok_or(RegisterError::NotFound { what: "decision" })?;
            account_in_sight(tx, &actor, row.account)
                .map_err(|_| RegisterError::NotFound { what: "decision" })?;
            let recorded = Recorded::open(tx, &vault, row)?;
            let row = recorded.row();
            Ok(DecisionView {
                id,
                account: row.account,
                application: row.application,
                decision: decision_for(&actor, recorded.decision()?),
                cause: row.cause.clone(),
                leaf: row.leaf,
            })
        })
    }

    /// What is recorded about an account and its parties, oldest first. An actor confined to a reseller sees what arrived, what was
    /// decided and where the account stands; cases, accesses of staff, second persons and holds are the provider's own work.
    pub fn timeline(&self, call: &Call, id: AccountId) -> Result<Vec<TimelineEntry>, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let actor = call.actor.clone();
        self.core.store.read(move |tx| {
            let row = account_in_sight(tx, &actor, id)?;
            let mut entries = entries_of(tx, &row.subject, None)?;
            entries.extend(batches_of(tx, &row.subject)?);
            let parties: BTreeSet<PartyId> =
                account::roles_ever(tx, id)?.into_iter().map(|role| role.party).collect();
            for id in parties {
                if let Some(row) = party::find(tx, id)? {
                    entries.extend(entries_of(tx, &row.subject, Some(id))?);
                }
            }
            entries.retain(|entry| {
                actor.confined_to().is_none()
                    || RecordType::from_number(entry.kind).is_some_and(is_the_resellers)
            });
            entries.sort_unstable_by_key(|e| e.leaf);
            Ok(entries)
        })
    }

    /// Ends an account, if it is still as the caller saw it. The retention clock starts.
    pub fn close_account(
        &self,
        call: &Call,
        id: AccountId,
        version: i64,
        ending: Ending,
    ) -> Result<AccountSummary, RegisterError> {
        let actor = call.actor.clone();
        let (closed, news) =
            self.core.change(call, Action::CloseAccount, &("close", id, version, ending), move |unit| {
                let closed = "a closed account stays closed; apply again under a new reference";
                let mut row = still_open(unit.tx, &actor, id, version, closed)?;
                let before = row.state;
                row.state = AccountState::Closed;
                row.closed_at = Some(unit.now);
                if ending == Ending::ForCause {
                    row.for_cause = 1;
                }
                unit.set_gate(&mut row, None);
                store_change(unit.tx, &row)?;
                let record =
                    Record::new(RecordType::AccountChanged, row.subject, Retention::DecisionEvidence)
                        .text("account", id)
                        .text("before", before)
                        .text("state", row.state)
                        .text("ending", ending);
                let leaf = unit.record(record)?;
                if let Some(reason) = unit.call.reason.as_ref().map(|reason| reason.expose().to_owned()) {
                    let words = Record::new(RecordType::ReasonGiven, row.subject, Retention::PersonalData)
                        .text("account", id)
                        .text("reason", reason)
                        .caused_by(leaf);
                    unit.record(words)?;
                }
                unit.below_waits(id)?;
                unit.emit(
                    EventType::AccountClosed,
                    id,
                    &serde_json::json!({ "account": id, "reference": row.reference }),
                )?;
                row.version += 1;
                Ok((summary(&row), GateNews::of(&row)))
            })?;
        self.core.gate.put(&news.row());
        self.core.look_below(id);
        Ok(closed)
    }

    /// Records an access to an account; the retention clock follows the latest (REC-05). One through a network that hides its user has
    /// the account looked at.
    pub fn report_access(&self, call: &Call, id: AccountId, access: NewAccess) -> Result<u64, RegisterError> {
        authorise(&call.actor, Action::ReportAccess)?;
        let (actor, flags) = (call.actor.clone(), self.core.accesses_to_flag(&[(id, access)])?);
        let flagged = flags.clone();
        let leaf = self.core.change(call, Action::ReportAccess, &("access", id, access), move |unit| {
            let row = account_in_sight(unit.tx, &actor, id)?;
            not_erased(unit.tx, id)?;
            if lies_ahead(access.at, unit.now) {
                return Err(RegisterError::invalid("/at", "lies in the future"));
            }
            account::accessed(unit.tx, id, access.at)?;
            let mut record = Record::new(RecordType::AccessReported, row.subject, Retention::PersonalData)
                .text("account", id)
                .text("at", access.at)
                .text("access", access.access);
            if let Some(ip) = access.ip {
                record = record.text("ip", ip.expose());
            }
            unit.flag_accesses(&flags)?;
            unit.record(record)
        })?;
        self.core.flagged(&flagged);
        Ok(leaf)
    }
}

/// The account, if it is as the caller saw it and not closed; `hint` is what to do about one that is.
pub(crate) fn still_open(
    tx: &mut dyn Tx,
    actor: &Actor,
    id: AccountId,
    version: i64,
    hint: &'static str,
) -> Result<account::AccountRow, RegisterError> {
    let row = account_in_sight(tx, actor, id)?;
    if row.version != version {
        return Err(RegisterError::Changed { what: "account" });
    }
    if row.state == AccountState::Closed {
        return Err(RegisterError::State { what: "account", state: row.state.to_string(), hint });
    }
    Ok(row)
}

/// Stores an account, or says that somebody was faster.
pub(crate) fn store_change(tx: &mut dyn Tx, row: &account::AccountRow) -> Result<(), RegisterError> {
    if account::change(tx, row)? { Ok(()) } else { Err(RegisterError::Changed { what: "account" }) }
}

/// A page of the accounts in the actor's sight that the filter may keep.
fn page(
    tx: &mut dyn Tx,
    actor: &Actor,
    filter: &AccountFilter,
    after: AccountId,
    rows_max: u32,
) -> Result<Vec<account::AccountRow>, RegisterError> {
    let rows = match (filter.reseller, actor.confined_to(), filter.state) {
        (Some(reseller), ..) => account::children(tx, reseller, after, rows_max),
        (None, Some(own), state) => account::page_below(tx, own, state, after, rows_max),
        (None, None, Some(state)) => account::page_in_state(tx, state, after, rows_max),
        (None, None, None) => account::page(tx, after, rows_max),
    };
    Ok(rows?)
}

pub(crate) fn summary(row: &account::AccountRow) -> AccountSummary {
    AccountSummary {
        id: row.id,
        reference: row.reference.clone(),
        state: row.state,
        reseller: row.parent,
        depth: row.depth,
        created_at: row.created_at,
        opened_at: row.opened_at,
        closed_at: row.closed_at,
        last_access_at: row.last_access_at,
        version: row.version,
    }
}

fn view(
    tx: &mut dyn Tx,
    actor: &Actor,
    vault: &Vault,
    row: account::AccountRow,
) -> Result<AccountView, RegisterError> {
    let in_force = in_force(tx, vault, row.decision)?;
    let links = in_force.as_ref().map(Recorded::inputs).transpose()?.map(|i| i.links).unwrap_or_default();
    let decision = in_force.as_ref().map(Recorded::decision).transpose()?;
    let decision = decision.map(|decision| decision_for(actor, decision));
    let (roles, interests) = roles_view(tx, row.id)?;
    let decisions =
        decision::of_account(tx, row.id, DECISIONS_MAX)?.into_iter().map(decision_summary).collect();
    let below = account::children(tx, row.id, AccountId::from_bytes([0; 16]), PAGE_MAX)?;
    Ok(AccountView {
        for_cause: row.for_cause == 1,
        roles,
        interests,
        gate: crate::gate::answers(&row.gate),
        decision,
        decisions,
        cases: cases_of(tx, actor, row.id)?,
        // Whom an account resembles, and who stands above a reseller, is not that reseller's business.
        links: if actor.confined_to().is_some() { Vec::new() } else { links },
        chain: chain_of(tx, actor, &row)?,
        below: below.iter().map(summary).collect(),
        summary: summary(&row),
    })
}

fn decision_summary(row: decision::DecisionRow) -> DecisionSummary {
    DecisionSummary {
        id: row.id,
        decided_at: row.decided_at,
        outcome: row.outcome,
        cause: row.cause,
        leaf: row.leaf,
    }
}

/// Parties on an account and those behind them.
fn roles_view(tx: &mut dyn Tx, id: AccountId) -> Result<(Vec<RoleView>, Vec<Interest>), RegisterError> {
    let Involved { parties, interests, .. } = dossier::involved(tx, id, Held::Now)?;
    let mut views = Vec::with_capacity(parties.len());
    for (id, roles) in parties {
        let row = party::find(tx, id)?.ok_or(RegisterError::NotFound { what: "party" })?;
        views.push(RoleView { party: id, kind: row.kind, roles, status: row.status });
    }
    Ok((views, interests))
}

/// Up to `rows_max` of the rows that `keep` keeps, read page by page from behind `after` on.
fn collect<K: Copy, R, T>(
    tx: &mut dyn Tx,
    mut after: K,
    rows_max: u32,
    mut page: impl FnMut(&mut dyn Tx, K) -> Result<Vec<R>, RegisterError>,
    key: impl Fn(&R) -> K,
    mut keep: impl FnMut(&mut dyn Tx, R) -> Result<Option<T>, RegisterError>,
) -> Result<Vec<T>, RegisterError> {
    let mut found = Vec::new();
    loop {
        let rows = page(tx, after)?;
        let full = rows.len() == rows_max as usize;
        for row in rows {
            after = key(&row);
            found.extend(keep(tx, row)?);
            if found.len() == rows_max as usize {
                return Ok(found);
            }
        }
        if !full {
            return Ok(found);
        }
    }
}

/// Cases are the provider's own work: an actor confined to a reseller does not see them.
fn cases_of(tx: &mut dyn Tx, actor: &Actor, id: AccountId) -> Result<Vec<CaseLine>, RegisterError> {
    if actor.confined_to().is_some() {
        return Ok(Vec::new());
    }
    let line = |row: case::CaseRow| CaseLine {
        id: row.id,
        kind: row.kind,
        state: row.state,
        party: row.party,
        sentences: serde_json::from_str::<CaseSummary>(&row.summary).map(|s| s.sentences).unwrap_or_default(),
        opened_at: row.opened_at,
        due_at: row.due_at,
    };
    Ok(case::of_account(tx, id)?.into_iter().map(line).collect())
}

/// The resellers above an account, nearest first, as far up as the actor may see.
fn chain_of(
    tx: &mut dyn Tx,
    actor: &Actor,
    row: &account::AccountRow,
) -> Result<Vec<AccountSummary>, RegisterError> {
    let mut chain = Vec::new();
    let mut next = row.parent.filter(|_| actor.confined_to() != Some(row.id));
    while let Some(id) = next {
        let Some(row) = account::find(tx, id)? else { break };
        chain.push(summary(&row));
        let top = chain.len() == dossier::RESELLER_LEVELS_MAX || actor.confined_to() == Some(id);
        next = row.parent.filter(|_| !top);
    }
    Ok(chain)
}

fn application_view(
    tx: &mut dyn Tx,
    actor: &Actor,
    vault: &Vault,
    row: account::ApplicationRow,
) -> Result<Option<ApplicationView>, RegisterError> {
    let Some(of) = account::find(tx, row.account)? else { return Ok(None) };
    if !is_in_sight(tx, actor, &of)? {
        return Ok(None);
    }
    let decision = in_force(tx, vault, of.decision)?.as_ref().map(Recorded::decision).transpose()?;
    let decision = decision.map(|decision| decision_for(actor, decision));
    Ok(Some(ApplicationView { id: row.id, received_at: row.received_at, account: summary(&of), decision }))
}

fn entries_of(
    tx: &mut dyn Tx,
    subject: &[u8; 16],
    party: Option<PartyId>,
) -> Result<Vec<TimelineEntry>, RegisterError> {
    let leaves = ledger::by_subject(tx, subject, TIMELINE_MAX)?;
    leaves.into_iter().map(|leaf| entry(leaf, party)).collect()
}

/// The newest batches that hold accesses to an account: their leaves are about no one account.
fn batches_of(tx: &mut dyn Tx, subject: &[u8; 16]) -> Result<Vec<TimelineEntry>, RegisterError> {
    let mut entries = Vec::new();
    for batch in ledger::batches_about(tx, subject, i64::MAX, TIMELINE_MAX)? {
        let leaf = ledger::range(tx, batch, 1)?.pop().filter(|leaf| leaf.seq == batch);
        let shown = |mut entry: TimelineEntry| {
            RecordType::AccessReported.title().clone_into(&mut entry.title);
            entry
        };
        entries.extend(leaf.map(|leaf| entry(leaf, None).map(shown)).transpose()?);
    }
    Ok(entries)
}

fn entry(leaf: ledger::LeafRow, party: Option<PartyId>) -> Result<TimelineEntry, RegisterError> {
    let header = tenantry_ledger::LeafHeader::decode(&leaf.bytes).map_err(crate::unit::broken)?;
    let title =
        RecordType::from_number(leaf.leaf_type).map_or("Record of a newer version", RecordType::title);
    Ok(TimelineEntry {
        leaf: leaf.seq,
        at: leaf.recorded_at,
        kind: leaf.leaf_type,
        title: title.to_owned(),
        actor: header.actor.to_string(),
        party,
    })
}
