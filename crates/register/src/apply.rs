//! The main job: an application arrives, is assessed, decided, recorded, and known to the gate.

use crate::access::{Action, authorise};
use crate::assess::{Before, Lists};
use crate::call::Call;
use crate::decisions::Recorded;
use crate::dossier::{Dossier, DossierParty, open_chain};
use crate::intake::{Check, Intake, IntakeParty, NewApplication, check_sources, own_statements};
use crate::outcome::{About, Cause, Written};
use crate::reassess::linked_to;
use crate::record::{Record, RecordType, Retention};
use crate::sight::decision_for;
use crate::unit::{Unit, pseudonym};
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenantry_model::account::{AccountRole, AccountState};
use tenantry_model::fact::Fact;
use tenantry_model::id::{AccountId, ApplicationId, CaseId, DecisionId, FactId, PartyId};
use tenantry_model::party::Status;
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::{Decision, Outcome};
use tenantry_policy::input::Dates;
use tenantry_store::StoreExt;
use tenantry_store::repo::{account, decision, party};

/// How often an application is assessed again when the world or the links changed under it.
const ASSESSMENTS_MAX: usize = 5;

/// What became of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Applied {
    /// The application.
    pub application: ApplicationId,
    /// The account it asked for.
    pub account: AccountId,
    /// The provider's reference.
    pub reference: String,
    /// Where the account stands now.
    pub state: AccountState,
    /// The decision.
    pub decision_id: DecisionId,
    /// The decision, with reasons, what is missing and what would change it.
    pub decision: Decision,
    /// Identifiers given to the parties, by the keys of the request.
    pub parties: BTreeMap<String, PartyId>,
    /// Cases opened.
    pub cases: Vec<CaseId>,
    /// Index of the decision's leaf in the ledger.
    pub leaf: u64,
}

/// An account as the gate is told of it after a commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct GateNews {
    pub(crate) account: AccountId,
    pub(crate) reference: String,
    #[serde(default)]
    pub(crate) referred_by: Option<AccountId>,
    pub(crate) gate: String,
    pub(crate) changed_at: Timestamp,
}

impl GateNews {
    pub(crate) fn of(row: &account::AccountRow) -> Self {
        Self {
            account: row.id,
            reference: row.reference.clone(),
            referred_by: row.referred_by,
            gate: row.gate.clone(),
            changed_at: row.changed_at,
        }
    }

    pub(crate) fn row(self) -> account::GateRow {
        account::GateRow {
            id: self.account,
            reference: self.reference,
            referred_by: self.referred_by,
            gate: self.gate,
            changed_at: self.changed_at,
        }
    }
}

/// What is kept as the answer to an application: everything but the decision, which its leaf holds already.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct AppliedRow {
    application: ApplicationId,
    decision: DecisionId,
    state: AccountState,
    parties: BTreeMap<String, PartyId>,
    cases: Vec<CaseId>,
    leaf: u64,
    news: GateNews,
}

impl AppliedRow {
    fn applied(&self, decision: Decision) -> Applied {
        Applied {
            application: self.application,
            account: self.news.account,
            reference: self.news.reference.clone(),
            state: self.state,
            decision_id: self.decision,
            decision,
            parties: self.parties.clone(),
            cases: self.cases.clone(),
            leaf: self.leaf,
        }
    }
}

impl Register {
    /// Takes an application, decides it and records everything in one unit. Answers when it is durable.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] names the field; [`RegisterError::Duplicate`] when the reference is taken;
    /// [`RegisterError::NotFound`] for a reseller the actor may not sell under.
    pub fn apply(&self, call: &Call, mut sent: NewApplication) -> Result<Applied, RegisterError> {
        authorise(&call.actor, Action::Apply)?;
        for party in &mut sent.parties {
            own_statements(&call.actor, &mut party.facts);
        }
        // Before anything is looked at: what was taken stays taken, whatever became of a reseller or a clock since.
        if let Some(row) = self.core.answered_before::<AppliedRow>(call, Action::Apply, &sent)? {
            return self.applied_before(call, &row);
        }
        let sent = Arc::new(sent);
        for _ in 0..ASSESSMENTS_MAX {
            if let Some(applied) = self.apply_once(call, &sent)? {
                return Ok(applied);
            }
            self.core.reload_world()?;
        }
        Err(RegisterError::Contention)
    }

    fn apply_once(&self, call: &Call, sent: &Arc<NewApplication>) -> Result<Option<Applied>, RegisterError> {
        let now = self.core.clock.now();
        let keys: Vec<String> = sent.parties.iter().map(|p| p.key.clone()).collect();
        let intake = Intake::parse((**sent).clone(), now, &*self.core.entropy)?;
        let account = AccountId::new(now, &*self.core.entropy);
        let subjects: BTreeMap<PartyId, [u8; 16]> =
            intake.parties.iter().map(|p| (p.id, pseudonym(now, &*self.core.entropy))).collect();
        let dossier = self.new_dossier(call, account, now, &intake, &subjects)?;
        for (position, party) in sent.parties.iter().enumerate() {
            check_sources(&call.actor, &format!("/parties/{position}"), &party.facts)?;
        }
        let world = self.core.world();
        let assessment = self.core.assess(&world, &dossier, Lists::AsTheyAre, Before::default(), now)?;
        let parties: BTreeMap<String, PartyId> =
            keys.into_iter().zip(intake.parties.iter().map(|p| p.id)).collect();
        let (request, depth) = (Arc::clone(sent), dossier.chain.len());
        let fresh = assessment.decision.clone();
        // Whoever holds an account already may be the one that is turned away now.
        let linked = if fresh.outcome == Outcome::Refused { linked_to(&assessment) } else { BTreeSet::new() };
        assessment.texts();
        let written = self.core.change(call, Action::Apply, &*request, move |unit| {
            // Only among its own: whether somebody else has an account under this reference is not the caller's business.
            let own = unit.call.actor.confined_to();
            if account::find_by_reference(unit.tx, own, &intake.reference)?.is_some() {
                return Err(RegisterError::Duplicate { what: "account", field: "reference" });
            }
            if !unit.still_holds(&assessment, account)? {
                // Nothing was written: the unit is rolled back by an error that the caller turns into another round.
                return Err(RegisterError::Contention);
            }
            let mut row = new_account(unit, account, &intake, depth);
            let application = unit.write_intake(
                &intake,
                &row,
                &subjects,
                &assessment.screened_with,
                &statuses(&assessment.decision),
            )?;
            let mut about = About {
                account: &mut row,
                subjects: &subjects,
                application: Some(application),
                cause: Cause::Application,
            };
            let Written { decision, leaf, cases } = unit.write_down(&assessment, &mut about)?;
            account::add(unit.tx, &row)?;
            Ok(AppliedRow {
                application,
                decision,
                state: row.state,
                parties: parties.clone(),
                cases,
                leaf,
                news: GateNews::of(&row),
            })
        });
        let row = match written {
            Ok(row) => row,
            Err(RegisterError::Contention) => return Ok(None),
            Err(other) => return Err(other),
        };
        if row.news.account != account {
            return self.applied_before(call, &row).map(Some);
        }
        let applied = row.applied(decision_for(&call.actor, fresh));
        self.core.gate.put(&row.news.row());
        self.core.assess_linked(&linked);
        Ok(Some(applied))
    }

    /// A repeated request is answered with what was decided the first time, and tells the gate nothing.
    fn applied_before(&self, call: &Call, row: &AppliedRow) -> Result<Applied, RegisterError> {
        let stored = self.stored_decision(row.decision)?;
        Ok(row.applied(decision_for(&call.actor, stored)))
    }

    fn stored_decision(&self, id: DecisionId) -> Result<Decision, RegisterError> {
        let vault = Arc::clone(&self.core.vault);
        self.core.store.read(move |tx| {
            let row = decision::find(tx, id)?.ok_or(RegisterError::NotFound { what: "decision" })?;
            Recorded::open(tx, &vault, row)?.decision()
        })
    }

    fn new_dossier(
        &self,
        call: &Call,
        account: AccountId,
        now: Timestamp,
        intake: &Intake,
        subjects: &BTreeMap<PartyId, [u8; 16]>,
    ) -> Result<Dossier, RegisterError> {
        let vault = Arc::clone(&self.core.vault);
        let (nearest, confined) = (intake.reseller, call.actor.confined_to());
        let chain = match nearest {
            None => Vec::new(),
            Some(_) => self.core.store.read(move |tx| open_chain(tx, &vault, nearest))?,
        };
        if let Some(own) = confined
            && !chain.iter().any(|link| link.account == own)
        {
            return Err(RegisterError::NotFound { what: "reseller account" });
        }
        let sells = |link: &crate::dossier::DossierReseller| {
            link.parties.iter().any(|p| p.roles.contains(&AccountRole::Reseller))
        };
        if chain.first().is_some_and(|nearest| !sells(nearest)) {
            return Err(RegisterError::invalid(
                "/reseller",
                "no party of that account has the role `reseller`",
            ));
        }
        let parties = intake.parties.iter().map(|p| dossier_party(p, subjects)).collect();
        let interests = intake.interests.clone();
        let dates = Dates { applied_at: Some(now), opened_at: None };
        let owners_changed = BTreeMap::new();
        Ok(Dossier { account, dates, parties, interests, owners_changed, chain }.in_order())
    }
}

fn dossier_party(party: &IntakeParty, subjects: &BTreeMap<PartyId, [u8; 16]>) -> DossierParty {
    DossierParty {
        id: party.id,
        kind: party.kind,
        subject: subjects.get(&party.id).copied().unwrap_or_default(),
        roles: party.roles.clone(),
        facts: party.facts.clone(),
        former_names: Vec::new(),
        findings: Vec::new(),
    }
}

fn statuses(decision: &Decision) -> BTreeMap<PartyId, Status> {
    decision.parties.iter().map(|f| (f.party, f.status.status)).collect()
}

fn new_account(unit: &Unit<'_>, id: AccountId, intake: &Intake, depth: usize) -> account::AccountRow {
    account::AccountRow {
        id,
        reference: intake.reference.clone(),
        referred_by: unit.call.actor.confined_to(),
        subject: pseudonym(unit.now, &*unit.core.entropy),
        state: AccountState::Applied,
        parent: intake.reseller,
        depth: i64::try_from(depth).unwrap_or(i64::MAX),
        created_at: unit.now,
        opened_at: None,
        closed_at: None,
        last_access_at: None,
        for_cause: 0,
        decision: None,
        gate: String::new(),
        changed_at: unit.now,
        version: 1,
        look_again_at: None,
    }
}

impl Unit<'_> {
    fn write_intake(
        &mut self,
        intake: &Intake,
        account: &account::AccountRow,
        subjects: &BTreeMap<PartyId, [u8; 16]>,
        screened_with: &[u8; 32],
        statuses: &BTreeMap<PartyId, Status>,
    ) -> Result<ApplicationId, RegisterError> {
        let application = ApplicationId::new(self.now, &*self.core.entropy);
        let mut leaves = Vec::with_capacity(intake.parties.len());
        for party in &intake.parties {
            let subject = subjects.get(&party.id).copied().unwrap_or_default();
            let status = statuses.get(&party.id).copied().unwrap_or(Status::Undetermined);
            leaves.push(self.write_party(party, subject, status, *screened_with)?);
            for role in &party.roles {
                account::add_role(self.tx, account.id, party.id, *role, self.now)?;
            }
        }
        for interest in &intake.interests {
            let content = serde_json::to_string(interest).unwrap_or_default();
            party::put_interest(self.tx, interest.owner, interest.owned, &content, self.now)?;
        }
        let roles: Vec<_> = intake.parties.iter().map(|p| (p.id, p.kind, p.roles.clone())).collect();
        let mut record =
            Record::new(RecordType::ApplicationReceived, account.subject, Retention::DecisionEvidence)
                .text("application", application)
                .text("account", account.id)
                .text("reference", &account.reference)
                .text("received_from", self.call.actor_text())
                .json("parties", &roles)
                .json("interests", &intake.interests);
        if let Some(reseller) = account.parent {
            record = record.text("reseller", reseller);
        }
        if let Some(reseller) = account.referred_by {
            record = record.text("referred_by", reseller);
        }
        for leaf in leaves {
            record = record.caused_by(leaf);
        }
        self.record(record)?;
        account::add_application(
            self.tx,
            &account::ApplicationRow {
                id: application,
                account: account.id,
                received_at: self.now,
                received_from: self.call.actor_text(),
            },
        )?;
        Ok(application)
    }

    /// Writes a party that comes to an account, with what is said of it. Answers the leaf.
    pub(crate) fn write_party(
        &mut self,
        party: &IntakeParty,
        subject: [u8; 16],
        status: Status,
        screened_with: [u8; 32],
    ) -> Result<u64, RegisterError> {
        party::add(
            self.tx,
            &party::PartyRow {
                id: party.id,
                kind: party.kind,
                subject,
                created_at: self.now,
                version: 1,
                status,
                screened_with,
                screened_at: self.now,
            },
        )?;
        self.write_statements(party.id, &subject, &party.facts, &party.checks, &[])
    }

    /// Writes facts and checks about a party, with the leaf that records them and which facts they take the place of. Answers the leaf's index.
    pub(crate) fn write_statements(
        &mut self,
        party: PartyId,
        subject: &[u8; 16],
        facts: &[Fact],
        checks: &[Check],
        supersedes: &[FactId],
    ) -> Result<u64, RegisterError> {
        let mut record =
            Record::new(RecordType::PartyRecorded, *subject, Retention::PersonalData).text("party", party);
        if !supersedes.is_empty() {
            record = record.json("supersedes", &supersedes);
        }
        for check in checks {
            let sealed = self.seal(subject, &check.id.bytes(), &check.description)?;
            let row = party::EvidenceRow {
                id: check.id,
                method: check.method.to_string(),
                result: check.result.to_string(),
                checked_at: check.checked_at,
                recorded_at: self.now,
                sealed,
            };
            party::add_evidence(self.tx, party, &row)?;
            let shown = (check.method, check.result, check.checked_at, &check.description);
            record = record.json(&format!("check.{}", check.id), &shown);
        }
        for fact in facts {
            let sealed = self.seal(subject, &fact.id.bytes(), &fact.value)?;
            party::add_fact(
                self.tx,
                &party::FactRow {
                    id: fact.id,
                    party,
                    kind: fact.value.kind(),
                    source: fact.source,
                    strength: fact.strength,
                    evidence: fact.evidence,
                    stated_at: fact.stated_at,
                    recorded_at: fact.recorded_at,
                    superseded_at: None,
                    sealed,
                },
            )?;
            record = record.json(&format!("fact.{}", fact.id), fact);
        }
        self.record(record)
    }
}
