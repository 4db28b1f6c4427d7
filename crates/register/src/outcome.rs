//! Writing an assessment down: the decision and its leaf, the account's state, the cases, the gate, the events.
//!
//! An automatic review never takes an open account away: weak evidence opens a case, and only a refusal (a measure that
//! prohibits, a match a reviewer confirmed) or a restriction changes what an open account may do. Where what is reviewed is grave by
//! the words of the pack, nothing new is handed out meanwhile; what runs goes on.

use crate::assess::{Assessment, FoundHit, holders_of};
use crate::cases::is_weak;
use crate::decisions::{INPUTS, RECORD};
use crate::gate;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{RegisterError, world};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use tenantry_linkage::{Link, Tier, Token};
use tenantry_model::account::AccountState;
use tenantry_model::case::{CaseKind, CaseState};
use tenantry_model::event::EventType;
use tenantry_model::id::{AccountId, ApplicationId, CaseId, DecisionId, PartyId};
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::{CaseDraft, Decision, Outcome, Reason};
use tenantry_policy::input::HitStanding;
use tenantry_policy::rule::{Priority, RuleCode};
use tenantry_screening::Hit;
use tenantry_store::repo::{account, case, decision, list, party};

/// Why an account was assessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It was asked for.
    Application,
    /// Facts were added.
    Facts,
    /// A list, an algorithm or a measure changed.
    World,
    /// A case was decided.
    Case,
    /// A clock ran out.
    Clock,
}

impl Cause {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Facts => "facts",
            Self::World => "world",
            Self::Case => "case",
            Self::Clock => "clock",
        }
    }
}

/// What the sealed part of a case holds: what a reviewer needs to see, and nobody else.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseDetail {
    /// Hits with their explanations, best first, with the digest of what each rests on.
    #[serde(default)]
    pub(crate) hits: Vec<(Hit, [u8; 32])>,
    /// Links with their evidence.
    #[serde(default)]
    pub(crate) links: Vec<Link>,
    /// Free words: of an order, or the statement of an appeal.
    #[serde(default)]
    pub(crate) words: String,
    /// What reviewers noted, oldest first.
    #[serde(default)]
    pub(crate) notes: Vec<String>,
    /// The fingerprint of the concern, as it stands beside it in plain; none in cases from before it was kept here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) concern: Option<[u8; 32]>,
}

/// The open part of a case: codes and sentences of the pack, no personal data.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseSummary {
    pub(crate) rules: Vec<String>,
    pub(crate) requirements: Vec<String>,
    pub(crate) sentences: Vec<String>,
    #[serde(default)]
    pub(crate) score_per_mille: Option<u16>,
    /// When a reviewer passed it to somebody with more authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) escalated_at: Option<Timestamp>,
}

/// What was written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Written {
    pub(crate) decision: DecisionId,
    pub(crate) leaf: u64,
    pub(crate) cases: Vec<CaseId>,
}

/// What an assessment is written down about.
pub(crate) struct About<'a> {
    pub(crate) account: &'a mut account::AccountRow,
    pub(crate) subjects: &'a BTreeMap<PartyId, [u8; 16]>,
    pub(crate) application: Option<ApplicationId>,
    pub(crate) cause: Cause,
}

impl Unit<'_> {
    /// Refuses an assessment whose world or links have changed since it was made; the caller assesses again.
    pub(crate) fn still_holds(
        &mut self,
        assessment: &Assessment,
        own: AccountId,
    ) -> Result<bool, RegisterError> {
        if world::generation(self.tx)? != assessment.generation {
            return Ok(false);
        }
        // Weak evidence decides nothing, so it overtakes nothing: a street address is shared by whoever moves into the same house.
        let counts = |token: &Token| token.kind.tier() > Tier::Weak;
        let tokens: BTreeSet<Token> =
            assessment.tokens.iter().map(|(_, token)| *token).filter(counts).collect();
        let now = holders_of(self.tx, own, &tokens)?;
        Ok(now.iter().eq(assessment.holders.iter().filter(|(token, _)| counts(token))))
    }

    /// Writes an assessment down. `about.account` is changed; the caller stores it.
    pub(crate) fn write_down(
        &mut self,
        assessment: &Assessment,
        about: &mut About<'_>,
    ) -> Result<Written, RegisterError> {
        let id = DecisionId::new(self.now, &*self.core.entropy);
        let decision = &assessment.decision;
        let texts = assessment.texts();
        let leaf = self.record(
            Record::new(RecordType::Decided, about.account.subject, Retention::DecisionEvidence)
                .text("decision", id)
                .text("account", about.account.id)
                .text("outcome", decision.outcome)
                .text("cause", about.cause.as_str())
                .bytes(RECORD, &texts.record)
                .bytes(INPUTS, texts.inputs.as_bytes()),
        )?;
        self.enter_state(decision, about)?;
        decision::add(
            self.tx,
            &decision::DecisionRow {
                id,
                account: about.account.id,
                application: about.application,
                decided_at: decision.decided_for,
                outcome: decision.outcome.to_string(),
                cause: about.cause.as_str().to_owned(),
                pack: self.core.world().pack_hash(),
                leaf: i64::try_from(leaf).unwrap_or(i64::MAX),
            },
        )?;
        about.account.decision = Some(id);
        about.account.look_again_at = decision.next_change_at;
        self.set_gate(about.account, Some(decision));
        self.keep_tokens(assessment, about.account.id)?;
        self.keep_screening(assessment, about)?;
        let cases = self.open_cases(assessment, about, leaf)?;
        self.tell(decision, about, id)?;
        Ok(Written { decision: id, leaf, cases })
    }

    fn enter_state(&mut self, decision: &Decision, about: &mut About<'_>) -> Result<(), RegisterError> {
        let account = &mut *about.account;
        let before = account.state;
        let (mut state, for_cause) = next_state(before, account.for_cause, decision.outcome);
        let opens = matches!(state, AccountState::Open | AccountState::Restricted);
        if opens
            && account.opened_at.is_none()
            && about.cause != Cause::Application
            && self.undecided(account.id)?
        {
            state = AccountState::InReview;
        }
        account.state = state;
        account.for_cause = for_cause;
        if matches!(state, AccountState::Open | AccountState::Restricted) && account.opened_at.is_none() {
            account.opened_at = Some(self.now);
        }
        if state != before {
            let record =
                Record::new(RecordType::AccountChanged, account.subject, Retention::DecisionEvidence)
                    .text("account", account.id)
                    .text("before", before)
                    .text("state", state);
            self.record(record)?;
            self.below_waits(about.account.id)?;
        }
        Ok(())
    }

    /// Whether a person still has to conclude whether somebody on the account is who it seems. What raised the doubt may be gone
    /// from the facts, because whoever applies changes them; the doubt is not.
    fn undecided(&mut self, account: AccountId) -> Result<bool, RegisterError> {
        let doubts =
            [CaseKind::Match, CaseKind::Link, CaseKind::RedFlag, CaseKind::Discrepancy, CaseKind::Measure];
        for case in case::of_account(self.tx, account)? {
            if case.state != CaseState::Closed && doubts.contains(&case.kind) && !is_weak(&case)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Recomputes what the gate says of an account and when it last changed.
    pub(crate) fn set_gate(&mut self, account: &mut account::AccountRow, decision: Option<&Decision>) {
        let summary = decision.map(Decision::summary);
        let reaches = decision.map(|d| d.reaches.as_slice()).unwrap_or_default();
        account.gate =
            gate::encode(tenantry_policy::gate::verdict(account.state, summary.as_ref(), reaches, self.now));
        // Strictly growing per account, so that whoever remembers a verdict can tell the newer one.
        account.changed_at = self.now.max(account.changed_at.plus_micros(1));
    }

    fn keep_tokens(&mut self, assessment: &Assessment, account: AccountId) -> Result<(), RegisterError> {
        for (party, token) in &assessment.tokens {
            party::add_token(self.tx, token.kind.as_str(), &token.digest, account, *party)?;
        }
        Ok(())
    }

    fn keep_screening(&mut self, assessment: &Assessment, about: &About<'_>) -> Result<(), RegisterError> {
        if about.cause == Cause::Application {
            return Ok(());
        }
        for finding in &assessment.decision.parties {
            let (with, at) = (&assessment.screened_with, assessment.inputs.now);
            party::touch(self.tx, finding.party, finding.status.status, with, at)?;
        }
        Ok(())
    }

    fn open_cases(
        &mut self,
        assessment: &Assessment,
        about: &About<'_>,
        leaf: u64,
    ) -> Result<Vec<CaseId>, RegisterError> {
        let mut opened = Vec::new();
        for draft in &assessment.decision.cases {
            if let Some(id) = self.open_case(assessment, about, draft, leaf)? {
                opened.push(id);
            }
        }
        Ok(opened)
    }

    fn open_case(
        &mut self,
        assessment: &Assessment,
        about: &About<'_>,
        draft: &CaseDraft,
        leaf: u64,
    ) -> Result<Option<CaseId>, RegisterError> {
        // What a reviewer has just confirmed needs no further case.
        let confirmed = draft.kind == CaseKind::Match && draft.rules == [RuleCode::ListedConfirmed];
        let fingerprint = concern(assessment, draft);
        if confirmed || case::is_known(self.tx, &fingerprint)? {
            return Ok(None);
        }
        let (overtakes, escalated_at) = self.end_overtaken(assessment, about.account.id, draft)?;
        let hits = new_hits(assessment, draft);
        let detail = CaseDetail {
            hits: hits.iter().map(|f| (f.hit.clone(), f.basis)).collect(),
            links: links_of(assessment, draft).to_vec(),
            ..CaseDetail::default()
        };
        let summary = CaseSummary {
            rules: draft.rules.iter().map(ToString::to_string).collect(),
            requirements: draft.requirements.clone(),
            sentences: sentences(assessment, draft),
            score_per_mille: hits.iter().map(|f| f.hit.score.per_mille()).max(),
            escalated_at,
        };
        let subject =
            draft.party.and_then(|p| about.subjects.get(&p).copied()).unwrap_or(about.account.subject);
        self.add_case(&NewCase {
            kind: draft.kind,
            account: Some(about.account.id),
            party: draft.party,
            subject,
            chain: about.account.subject,
            priority: match draft.priority {
                _ if escalated_at.is_some() => 0,
                Priority::Urgent => 0,
                Priority::High => 1,
                Priority::Normal => 2,
                Priority::Low => 3,
            },
            fingerprint,
            summary,
            detail,
            due_at: self.now.plus_days(draft.due_days),
            cause: Some(leaf),
            overtakes,
        })
        .map(Some)
    }

    /// Opens a case: row, leaf, event.
    pub(crate) fn add_case(&mut self, new: &NewCase) -> Result<CaseId, RegisterError> {
        let id = CaseId::new(self.now, &*self.core.entropy);
        let detail = CaseDetail { concern: Some(new.fingerprint), ..new.detail.clone() };
        let sealed = self.seal(&new.subject, &id.bytes(), &detail)?;
        let row = case::CaseRow {
            id,
            kind: new.kind,
            state: CaseState::Open,
            account: new.account,
            party: new.party,
            subject: new.subject,
            priority: new.priority,
            fingerprint: new.fingerprint,
            summary: serde_json::to_string(&new.summary).unwrap_or_default(),
            sealed,
            opened_at: self.now,
            due_at: new.due_at,
            leased_by: None,
            leased_until: None,
            verdict: None,
            reason_code: None,
            decided_by: None,
            decided_at: None,
            approval: None,
            version: 1,
        };
        case::add(self.tx, &row)?;
        let mut record = Record::new(RecordType::CaseOpened, new.chain, Retention::DecisionEvidence)
            .text("case", id)
            .text("kind", new.kind)
            .text("due_at", row.due_at)
            .json("rules", &new.summary.rules);
        if let Some(account) = new.account {
            record = record.text("account", account);
        }
        if !new.overtakes.is_empty() {
            record = record.json("overtakes", &new.overtakes);
        }
        if let Some(leaf) = new.cause {
            record = record.caused_by(leaf);
        }
        self.record(record)?;
        for overtaken in &new.overtakes {
            let told = serde_json::json!({ "case": overtaken, "kind": new.kind, "overtaken_by": id });
            self.emit(EventType::CaseClosed, overtaken, &told)?;
        }
        self.emit(
            EventType::CaseOpened,
            id,
            &serde_json::json!({ "case": id, "kind": new.kind, "account": new.account }),
        )?;
        Ok(id)
    }

    fn tell(&mut self, decision: &Decision, about: &About<'_>, id: DecisionId) -> Result<(), RegisterError> {
        let event = event_of(about.account.state);
        let data = serde_json::json!({
            "account": about.account.id,
            "reference": about.account.reference,
            "decision": id,
            "outcome": decision.outcome,
            "state": about.account.state,
        });
        self.emit(event, about.account.id, &data)
    }
}

/// The event that tells of an account in this state.
pub(crate) const fn event_of(state: AccountState) -> EventType {
    match state {
        AccountState::Open => EventType::AccountOpened,
        AccountState::Restricted => EventType::AccountRestricted,
        AccountState::Refused => EventType::AccountRefused,
        AccountState::Suspended => EventType::AccountSuspended,
        AccountState::Applied | AccountState::InReview | AccountState::Closed => EventType::AccountInReview,
    }
}

/// A case to open.
pub(crate) struct NewCase {
    pub(crate) kind: CaseKind,
    pub(crate) account: Option<AccountId>,
    pub(crate) party: Option<PartyId>,
    /// Under whose key the detail is sealed.
    pub(crate) subject: [u8; 16],
    /// In whose chain the record stands: the account's, so that its package holds it.
    pub(crate) chain: [u8; 16],
    pub(crate) priority: i64,
    pub(crate) fingerprint: [u8; 32],
    pub(crate) summary: CaseSummary,
    pub(crate) detail: CaseDetail,
    pub(crate) due_at: Timestamp,
    pub(crate) cause: Option<u64>,
    /// Cases that ended because this one takes their place.
    pub(crate) overtakes: Vec<CaseId>,
}

/// Where a decision takes an account, and whether that is for cause.
fn next_state(before: AccountState, for_cause: i64, outcome: Outcome) -> (AccountState, i64) {
    use AccountState as S;
    match (before, outcome) {
        // What ended, or what a person took away for cause, no automatic decision brings back.
        (S::Closed, _) => (S::Closed, for_cause),
        (S::Refused | S::Suspended, _) if for_cause == 1 => (before, 1),
        (S::Applied | S::InReview | S::Refused | S::Suspended, Outcome::Open) => (S::Open, 0),
        (S::Applied | S::InReview | S::Refused | S::Suspended, Outcome::Restricted) => (S::Restricted, 0),
        (S::Applied | S::InReview, Outcome::Review) => (S::InReview, 0),
        (S::Applied | S::InReview | S::Refused, Outcome::Refused) => (S::Refused, for_cause),
        // An account under an automatic review stays as it is until a person decides.
        (S::Open | S::Restricted | S::Refused | S::Suspended, Outcome::Review) => (before, for_cause),
        (S::Open | S::Restricted, Outcome::Open) => (S::Open, for_cause),
        (S::Open | S::Restricted, Outcome::Restricted) => (S::Restricted, for_cause),
        (S::Open | S::Restricted | S::Suspended, Outcome::Refused) => (S::Suspended, for_cause),
    }
}

fn new_hits<'a>(assessment: &'a Assessment, draft: &CaseDraft) -> Vec<&'a FoundHit> {
    if draft.kind != CaseKind::Match {
        return Vec::new();
    }
    let of = |party: &PartyId| assessment.hits.get(party).into_iter().flatten();
    draft.party.iter().flat_map(of).filter(|found| found.standing == HitStanding::New).collect()
}

fn sentences(assessment: &Assessment, draft: &CaseDraft) -> Vec<String> {
    let mut sentences = Vec::new();
    for reason in &assessment.decision.reasons {
        let ours =
            draft.rules.contains(&reason.rule) && (draft.party.is_none() || reason.party == draft.party);
        let sentence = reason.sentence();
        if ours && !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    let left_out = assessment.inputs.parties.iter().filter(|party| Some(party.id) == draft.party);
    for left_out in left_out.filter_map(|party| party.left_out).filter(|hits| *hits > 0) {
        if draft.kind == CaseKind::Match {
            sentences.push(format!(
                "Further entries that are alike and wait until these are decided: {left_out}."
            ));
        }
    }
    sentences
}

fn links_of<'a>(assessment: &'a Assessment, draft: &CaseDraft) -> &'a [Link] {
    if draft.kind == CaseKind::Link { &assessment.links } else { &[] }
}

/// Digest of what a case is about: whom, and what the concern rests on. The same concern has the same digest, so it is raised
/// once; another measure, another fact or another basis is another concern.
pub(crate) fn concern(assessment: &Assessment, draft: &CaseDraft) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(assessment.decision.account.bytes());
    hash.update(draft.kind.as_str());
    hash.update(draft.party.map(PartyId::bytes).unwrap_or_default());
    for found in new_hits(assessment, draft) {
        hash.update(found.basis);
    }
    let ours = |r: &&Reason| draft.rules.contains(&r.rule) && r.party == draft.party;
    for reason in assessment.decision.reasons.iter().filter(ours) {
        // The basis stands for a match; its score moves with every edition of a list.
        if matches!(reason.rule, RuleCode::ListedMatch | RuleCode::ListedConfirmed) {
            continue;
        }
        // So do the facts for what lists say of them, whichever lists and versions do.
        let detail = match reason.rule {
            RuleCode::AnonymousNetwork | RuleCode::DisposableEmail | RuleCode::FlagWithoutList => "",
            _ => &reason.detail,
        };
        let rests_on = (reason.rule, detail, reason.measure, &reason.facts);
        hash.update(serde_json::to_vec(&rests_on).unwrap_or_default());
    }
    for link in links_of(assessment, draft) {
        hash.update(link.other.bytes());
    }
    hash.finalize().into()
}

/// Records that a reviewer settled the hits of a case.
pub(crate) fn settle_hits(
    unit: &mut Unit<'_>,
    party: PartyId,
    case: CaseId,
    verdict: tenantry_model::case::Verdict,
    hits: &[(Hit, [u8; 32])],
) -> Result<(), RegisterError> {
    for (hit, basis) in hits {
        list::find_out(
            unit.tx,
            party,
            &list::FindingRow {
                list: hit.list.clone(),
                entity: hit.entity.clone(),
                verdict,
                basis: *basis,
                case,
                found_at: unit.now,
            },
        )?;
    }
    Ok(())
}
