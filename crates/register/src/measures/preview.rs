//! Whom a measure would hit, before anybody approves it: now and on its effective date (SPM-05), by state and reseller.
//!
//! Accounts are read in chunks and looked at with the function that decisions use, so the preview is what then happens. For a
//! measure on jurisdictions a first look opens only facts that say where a party is; most accounts end there. For a measure on
//! persons every party is screened against the persons named; likeness is a reviewer's work and is told as candidates.

use super::NewMeasure;
use crate::access::{Action, authorise, role_may};
use crate::call::Call;
use crate::core::Core;
use crate::dossier::{self, Dossier, DossierParty};
use crate::query::screening_query;
use crate::reassess::is_of_one_account;
use crate::world::{MEASURES_LIST, named_persons};
use crate::{Register, RegisterError, keys};
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use tenantry_identity::status::ResellerChecks;
use tenantry_model::account::AccountState;
use tenantry_model::fact::FactKind;
use tenantry_model::id::{AccountId, MeasureId, PartyId};
use tenantry_model::listed::SnapshotHeader;
use tenantry_model::measure::{Measure, Target};
use tenantry_model::party::Status;
use tenantry_model::random::Entropy;
use tenantry_model::staff::Actor;
use tenantry_model::time::Timestamp;
use tenantry_policy::measures::{AccountView, Certainty, PartyView, Reach, ReachEffect, Timing, Why, reach};
use tenantry_screening::{Index, Options, Score};
use tenantry_store::repo::account::AccountRow;
use tenantry_store::repo::{account, measure};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// Accounts read at a time.
const CHUNK: u32 = 250;
/// Accounts shown as examples, the strongest first.
pub const EXAMPLES_MAX: usize = 50;
/// Candidates shown, best first.
pub const CANDIDATES_MAX: usize = 200;

/// Whom a measure would hit. Counts are exact; examples are bounded.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    /// Accounts looked at: all that are not closed.
    pub accounts: u64,
    /// What it would do now.
    pub now: Moment,
    /// What it would do on its effective date.
    pub on_effective_date: Moment,
    /// Accounts reached per reseller directly above them, most first.
    pub by_reseller: Vec<ResellerCount>,
    /// Accounts reached that stand below a reseller.
    pub downstream: u64,
    /// Accounts reached, strongest first, at most [`EXAMPLES_MAX`].
    pub examples: Vec<ReachedAccount>,
    /// Parties that resemble a person the measure names, best first, at most [`CANDIDATES_MAX`].
    pub candidates: Vec<NamedCandidate>,
    /// How many parties resemble a person the measure names.
    pub candidates_total: u64,
    /// Accounts of which nobody can say whether it would reach them, because what is stored of them cannot be read. They are in no
    /// other count, and their gates close when the measure is applied.
    pub not_assessed: u64,
    /// The first of them, at most [`EXAMPLES_MAX`].
    pub not_assessed_accounts: Vec<AccountId>,
}

/// What a measure would do at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// Whether the measure bites then.
    pub timing: Timing,
    /// Accounts the facts say it reaches.
    pub certain: u64,
    /// Accounts it may reach; a reviewer decides.
    pub possible: u64,
    /// Accounts it certainly reaches, by where they stand today.
    pub certain_by_state: Vec<(AccountState, u64)>,
    /// Accounts it may reach, by where they stand today.
    pub possible_by_state: Vec<(AccountState, u64)>,
}

/// Accounts reached below one reseller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResellerCount {
    /// The reseller's account.
    pub account: AccountId,
    /// Its reference.
    pub reference: String,
    /// How many accounts directly below it are reached.
    pub reached: u64,
}

/// An account a measure reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReachedAccount {
    /// The account.
    pub account: AccountId,
    /// The provider's reference.
    pub reference: String,
    /// Where it stands.
    pub state: AccountState,
    /// The reseller above it.
    pub reseller: Option<AccountId>,
    /// Whether the facts settle it.
    pub certainty: Certainty,
    /// Why.
    pub why: Why,
    /// What it would do to it.
    pub effect: ReachEffect,
}

/// A party that resembles a person a measure names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedCandidate {
    /// The party.
    pub party: PartyId,
    /// An account it has a part in.
    pub account: AccountId,
    /// That account's reference.
    pub reference: String,
    /// Position of the person in the measure, from 0.
    pub person: usize,
    /// How alike they are, per mille.
    pub score_per_mille: u16,
}

impl Register {
    /// Whom a measure would hit if it were approved as written.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] names the field.
    pub fn preview_measure(&self, call: &Call, new: NewMeasure) -> Result<Preview, RegisterError> {
        authorise(&call.actor, Action::ProposeMeasure)?;
        let now = self.core.clock.now();
        let id = MeasureId::new(now, &NoEntropy);
        let measure = new.parse(id, now, &self.core.world().pack)?;
        self.core.preview(measure, now)
    }

    /// Whom a measure that was proposed or approved hits. For whoever may propose or approve one.
    pub fn preview_of_measure(&self, call: &Call, id: MeasureId) -> Result<Preview, RegisterError> {
        let approves =
            matches!(call.actor, Actor::Staff { role, .. } if role_may(role, Action::ApproveMeasure));
        if !approves {
            authorise(&call.actor, Action::ProposeMeasure)?;
        }
        let vault = Arc::clone(&self.core.vault);
        let measure: Measure = self.core.store.read(move |tx| {
            let row = measure::find(tx, id)?.ok_or(RegisterError::NotFound { what: "measure" })?;
            keys::open_json(tx, &vault, &row.subject, &id.bytes(), &row.sealed)
        })?;
        self.core.preview(measure, self.core.clock.now())
    }
}

/// A previewed measure has an identifier nobody sees; it needs no randomness.
struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0);
    }
}

/// What some accounts contribute.
#[derive(Default)]
pub(super) struct Looked {
    pub(super) found: Vec<Found>,
    /// What is stored of them cannot be read.
    pub(super) not_assessed: Vec<AccountId>,
}

impl Looked {
    fn extend(&mut self, other: Self) {
        self.found.extend(other.found);
        self.not_assessed.extend(other.not_assessed);
    }
}

/// What one account contributes.
pub(super) struct Found {
    row: AccountRow,
    now: Option<Reach>,
    then: Option<Reach>,
    candidates: Vec<NamedCandidate>,
}

impl Found {
    /// Whether the facts say that the measure reaches the account now.
    pub(super) fn now_certain(&self) -> bool {
        self.now.as_ref().is_some_and(|reach| reach.certainty == Certainty::Certain)
    }

    pub(super) const fn account(&self) -> AccountId {
        self.row.id
    }
}

impl Core {
    fn preview(self: &Arc<Self>, measure: Measure, now: Timestamp) -> Result<Preview, RegisterError> {
        let looker = Arc::new(Looker::new(self, measure, now));
        let mut looked = Looked::default();
        let mut accounts = 0;
        let mut after = AccountId::from_bytes([0; 16]);
        loop {
            let mut rows =
                self.store.read(move |tx| account::page(tx, after, CHUNK).map_err(RegisterError::from))?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            rows.retain(|row| row.state != AccountState::Closed);
            accounts += rows.len() as u64;
            looked.extend(looker.look_in_parallel(self, rows)?);
        }
        self.summarise(&looker, accounts, looked)
    }

    fn summarise(
        self: &Arc<Self>,
        looker: &Looker,
        accounts: u64,
        looked: Looked,
    ) -> Result<Preview, RegisterError> {
        let Looked { mut found, not_assessed: mut not_assessed_accounts } = looked;
        let not_assessed = not_assessed_accounts.len() as u64;
        not_assessed_accounts.truncate(EXAMPLES_MAX);
        let mut by_parent: BTreeMap<AccountId, u64> = BTreeMap::new();
        for reached in found.iter().filter(|f| f.then.is_some()) {
            if let Some(parent) = reached.row.parent {
                *by_parent.entry(parent).or_default() += 1;
            }
        }
        let downstream = by_parent.values().sum();
        let mut candidates: Vec<NamedCandidate> =
            found.iter_mut().flat_map(|f| std::mem::take(&mut f.candidates)).collect();
        candidates.sort_by(|a, b| b.score_per_mille.cmp(&a.score_per_mille).then(a.party.cmp(&b.party)));
        let candidates_total = candidates.len() as u64;
        candidates.truncate(CANDIDATES_MAX);
        let now = moment(looker.now, &looker.measure, found.iter().map(|f| (&f.row, f.now.as_ref())));
        let on_effective_date =
            moment(looker.then, &looker.measure, found.iter().map(|f| (&f.row, f.then.as_ref())));
        let mut examples: Vec<ReachedAccount> = found.into_iter().filter_map(example).collect();
        examples.sort_by(|a, b| b.certainty.cmp(&a.certainty).then(a.account.cmp(&b.account)));
        examples.truncate(EXAMPLES_MAX);
        let by_reseller = self.resellers(by_parent)?;
        Ok(Preview {
            accounts,
            now,
            on_effective_date,
            by_reseller,
            downstream,
            examples,
            candidates,
            candidates_total,
            not_assessed,
            not_assessed_accounts,
        })
    }

    fn resellers(
        self: &Arc<Self>,
        by_parent: BTreeMap<AccountId, u64>,
    ) -> Result<Vec<ResellerCount>, RegisterError> {
        self.store.read(move |tx| {
            let mut counts = Vec::with_capacity(by_parent.len());
            for (id, reached) in &by_parent {
                let reference = account::find(tx, *id)?.map(|row| row.reference).unwrap_or_default();
                counts.push(ResellerCount { account: *id, reference, reached: *reached });
            }
            counts.sort_by(|a, b| b.reached.cmp(&a.reached).then(a.account.cmp(&b.account)));
            Ok(counts)
        })
    }
}

fn moment<'a>(
    at: Timestamp,
    measure: &Measure,
    reached: impl Iterator<Item = (&'a AccountRow, Option<&'a Reach>)>,
) -> Moment {
    let (mut certain, mut possible) = (BTreeMap::new(), BTreeMap::new());
    for (row, reach) in reached {
        let counts = match reach.map(|r| r.certainty) {
            Some(Certainty::Certain) => &mut certain,
            Some(Certainty::Possible) => &mut possible,
            None => continue,
        };
        *counts.entry(row.state).or_insert(0_u64) += 1;
    }
    let timing = if at < measure.effective_at {
        Timing::Upcoming
    } else if at < measure.expires_at {
        Timing::InForce
    } else {
        Timing::Expired
    };
    Moment {
        at,
        timing,
        certain: certain.values().sum(),
        possible: possible.values().sum(),
        certain_by_state: certain.into_iter().collect(),
        possible_by_state: possible.into_iter().collect(),
    }
}

fn example(found: Found) -> Option<ReachedAccount> {
    let reach = found.then?;
    Some(ReachedAccount {
        account: found.row.id,
        reference: found.row.reference,
        state: found.row.state,
        reseller: found.row.parent,
        certainty: reach.certainty,
        why: reach.why,
        effect: reach.effect,
    })
}

/// Chains of resellers, by the nearest, each opened once.
type Chains = BTreeMap<AccountId, Vec<(AccountId, Vec<PartyView>)>>;

/// What accounts are looked at with.
pub(super) struct Looker {
    measure: Measure,
    now: Timestamp,
    /// The effective date, or now when that is past.
    then: Timestamp,
    /// The persons named, as an index; empty for a measure on jurisdictions.
    named: Index,
    options: Options,
    /// What a reseller's own checks are worth.
    checks: ResellerChecks,
}

impl Looker {
    pub(super) fn new(core: &Core, measure: Measure, now: Timestamp) -> Self {
        let persons = named_persons(&measure);
        let header = SnapshotHeader {
            list: MEASURES_LIST.to_owned(),
            title: measure.title.clone(),
            published_on: None,
            entities: persons.len() as u64,
            digest: String::new(),
        };
        let pack = &core.world().pack;
        let threshold = Score::new(pack.thresholds.match_review.value);
        Self {
            checks: pack.reseller_checks(),
            named: Index::build(&[(header, persons.as_slice())]),
            options: Options { threshold, limit: persons.len().max(1) },
            then: measure.effective_at.max(now),
            measure,
            now,
        }
    }

    pub(super) fn look_in_parallel(
        self: &Arc<Self>,
        core: &Arc<Core>,
        rows: Vec<AccountRow>,
    ) -> Result<Looked, RegisterError> {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let share = rows.len().div_ceil(threads).max(1);
        std::thread::scope(|scope| {
            let workers: Vec<_> = rows
                .chunks(share)
                .map(|rows| {
                    let (looker, core, rows) = (Arc::clone(self), Arc::clone(core), rows.to_vec());
                    scope.spawn(move || looker.look(&core, rows))
                })
                .collect();
            let mut looked = Looked::default();
            for worker in workers {
                let failed =
                    |_| RegisterError::Evaluation { what: "a thread of the preview ended early".to_owned() };
                looked.extend(worker.join().map_err(failed)??);
            }
            Ok(looked)
        })
    }

    /// Looks at some accounts in one read unit. One that cannot be read is told and keeps nobody from being counted.
    fn look(self: &Arc<Self>, core: &Arc<Core>, rows: Vec<AccountRow>) -> Result<Looked, RegisterError> {
        let (looker, vault) = (Arc::clone(self), Arc::clone(&core.vault));
        core.store.read(move |tx| {
            let mut chains = BTreeMap::new();
            let mut looked = Looked::default();
            for row in &rows {
                match looker.look_at(tx, &vault, row, &mut chains) {
                    Ok(found) => looked.found.extend(found),
                    Err(error) if is_of_one_account(&error) => looked.not_assessed.push(row.id),
                    Err(error) => return Err(error),
                }
            }
            Ok(looked)
        })
    }

    fn look_at(
        &self,
        tx: &mut dyn Tx,
        vault: &Vault,
        row: &AccountRow,
        chains: &mut Chains,
    ) -> Result<Option<Found>, RegisterError> {
        let by_person = matches!(self.measure.target, Target::Person { .. });
        if !by_person && !self.could_reach(tx, vault, row, chains)? {
            return Ok(None);
        }
        let dossier = dossier::open(tx, vault, row.id)?;
        let at = |instant| reach(&self.measure, &account_view(&dossier, self.checks, instant), instant);
        let (now, then) = (at(self.now), at(self.then));
        let candidates = if by_person { self.candidates(row, &dossier) } else { Vec::new() };
        if now.is_none() && then.is_none() && candidates.is_empty() {
            return Ok(None);
        }
        Ok(Some(Found { row: row.clone(), now, then, candidates }))
    }

    /// A first look with nothing but facts that say where a party is. Nobody counts as a US person here, so it never misses.
    fn could_reach(
        &self,
        tx: &mut dyn Tx,
        vault: &Vault,
        row: &AccountRow,
        chains: &mut Chains,
    ) -> Result<bool, RegisterError> {
        let dossier = dossier::open_of(tx, vault, row.id, &says_where)?;
        let mut view = account_view(&dossier, self.checks, self.then);
        if let Some(parent) = row.parent {
            view.chain = match chains.entry(parent) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(slot) => {
                    let chain = dossier::open_chain_of(tx, vault, Some(parent), &says_where)?;
                    let chain =
                        chain.iter().map(|link| (link.account, views(&link.parties, self.checks, self.then)));
                    slot.insert(chain.collect()).clone()
                }
            };
        }
        let above = view.chain.iter_mut().flat_map(|(_, parties)| parties);
        for party in view.parties.iter_mut().chain(above) {
            party.status = Status::Undetermined;
        }
        Ok(reach(&self.measure, &view, self.then).is_some())
    }

    fn candidates(&self, row: &AccountRow, dossier: &Dossier) -> Vec<NamedCandidate> {
        let mut found = Vec::new();
        for party in &dossier.parties {
            let query = screening_query(party.kind, &party.facts, &party.former_names);
            let Some(query) = query else { continue };
            for hit in self.named.search(&query, &self.options) {
                let person = hit.entity.rsplit('-').next().and_then(|n| n.parse().ok()).unwrap_or_default();
                found.push(NamedCandidate {
                    party: party.id,
                    account: row.id,
                    reference: row.reference.clone(),
                    person,
                    score_per_mille: hit.score.per_mille(),
                });
            }
        }
        found
    }
}

/// A dossier as measures see it.
pub(crate) fn account_view(dossier: &Dossier, checks: ResellerChecks, now: Timestamp) -> AccountView<'_> {
    AccountView {
        account: dossier.account,
        parties: views(&dossier.parties, checks, now),
        interests: &dossier.interests,
        chain: dossier.chain.iter().map(|link| (link.account, views(&link.parties, checks, now))).collect(),
    }
}

fn views(parties: &[DossierParty], checks: ResellerChecks, now: Timestamp) -> Vec<PartyView> {
    let view = |p: &DossierParty| PartyView::from_facts(p.id, p.kind, &p.roles, &p.facts, checks, now);
    parties.iter().map(view).collect()
}

const fn says_where(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::LocatedIn
            | FactKind::PlaceOfUse
            | FactKind::OrganisedUnder
            | FactKind::Headquarters
            | FactKind::Address
            | FactKind::AccessFrom
    )
}
