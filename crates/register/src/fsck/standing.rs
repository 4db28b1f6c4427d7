//! What stands in columns in plain and decides what people may do, compared with the records that made it so: where accounts stand
//! and what the gate says of them, measures, and what was found of matches. Whoever can write to the database can change a column;
//! the record says what it was.

use crate::RegisterError;
use crate::approvals::ContentHash;
use crate::core::Core;
use crate::decisions;
use crate::gate;
use crate::keys;
use crate::ledger_view::instant;
use crate::measures::content_hash;
use crate::record::{RecordType, Retention};
use crate::roles::{InterestOf, RoleOf};
use crate::world::PACK;
use std::collections::BTreeMap;
use tenantry_ledger::batch::{EVENT_BYTES, Event};
use tenantry_ledger::{Body, LeafHeader};
use tenantry_model::account::{AccountRole, AccountState, Ending};
use tenantry_model::case::Verdict;
use tenantry_model::id::{AccountId, MeasureId, PartyId};
use tenantry_model::measure::{Measure, MeasureState};
use tenantry_model::party::{Interest, PartyKind};
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::Decision;
use tenantry_policy::gate::Answer;
use tenantry_policy::measures::Certainty;
use tenantry_store::Tx;
use tenantry_store::repo::account::{self, AccountRow};
use tenantry_store::repo::list::FindingRow;
use tenantry_store::repo::measure;
use tenantry_store::repo::{case, check, erasure, key, ledger, list, party, setting};

/// Records read at a time.
const RECORDS_PER_READ: u32 = 1_000;
/// Batches of events of which the newest event about each subject is kept.
const BATCHES_KEPT_MAX: usize = 64;
/// Measures that possibly reach an account and whose certainty is tried either way.
const POSSIBLE_MAX: usize = 6;

/// An opened record.
pub(super) struct Record {
    pub(super) seq: i64,
    pub(super) at: Timestamp,
    pub(super) body: Body,
}

impl Record {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// A list of the record; empty in a record that does not have it.
    pub(super) fn json<T: serde::de::DeserializeOwned + Default>(&self, name: &str) -> T {
        self.body.get(name).and_then(|value| serde_json::from_slice(value).ok()).unwrap_or_default()
    }

    pub(super) fn says(&self, name: &str, value: &str) -> bool {
        self.text(name) == Some(value)
    }
}

/// The records of one type about a subject, oldest first.
pub(super) fn records(
    tx: &mut dyn Tx,
    core: &Core,
    subject: &[u8; 16],
    of: RecordType,
) -> Result<Vec<Record>, RegisterError> {
    let (mut opened, mut after) = (Vec::new(), -1);
    loop {
        let leaves = ledger::in_chain_of_type(tx, subject, i64::from(of.number()), after, RECORDS_PER_READ)?;
        let Some(last) = leaves.last() else { return Ok(opened) };
        after = last.seq;
        for leaf in leaves {
            let header = LeafHeader::decode(&leaf.bytes)?;
            // Their words are personal data and erased sooner; what stands in columns is not said in them.
            let of_words = header.retention.0 == Retention::PersonalData.number();
            if matches!(of, RecordType::HoldPlaced | RecordType::OrderReceived) && of_words {
                continue;
            }
            opened.push(opened_of(tx, core, &header, &leaf)?);
        }
    }
}

fn opened_of(
    tx: &mut dyn Tx,
    core: &Core,
    header: &LeafHeader,
    leaf: &ledger::LeafRow,
) -> Result<Record, RegisterError> {
    let body = keys::open_body(tx, &core.vault, header, &leaf.bytes, &leaf.body)?;
    Ok(Record { seq: leaf.seq, at: leaf.recorded_at, body: Body::decode(&body)? })
}

/// The record in a leaf, if it is of this type.
pub(super) fn record_in(
    tx: &mut dyn Tx,
    core: &Core,
    seq: i64,
    of: RecordType,
) -> Result<Option<Record>, RegisterError> {
    let leaf = ledger::range(tx, seq, 1)?.pop();
    let Some(leaf) = leaf.filter(|l| l.seq == seq && l.leaf_type == i64::from(of.number())) else {
        return Ok(None);
    };
    let header = LeafHeader::decode(&leaf.bytes)?;
    opened_of(tx, core, &header, &leaf).map(Some)
}

/// What is wrong with a row; nothing when its records are erased, because then nobody can say any more.
pub(super) fn wrong(compared: Result<Vec<String>, RegisterError>) -> Vec<String> {
    match compared {
        Ok(wrong) => wrong,
        Err(RegisterError::Erased) => Vec::new(),
        Err(error) => vec![error.to_string()],
    }
}

pub(super) fn account(
    tx: &mut dyn Tx,
    core: &Core,
    last: &mut LastSeen,
    id: AccountId,
) -> Result<Vec<String>, RegisterError> {
    let Some(row) = account::find(tx, id)? else { return Ok(Vec::new()) };
    match account_as_recorded(tx, core, last, &row) {
        Err(RegisterError::Erased) => Ok(vec!["its records are erased, and it is not".to_owned()]),
        compared => compared,
    }
}

fn account_as_recorded(
    tx: &mut dyn Tx,
    core: &Core,
    last: &mut LastSeen,
    row: &AccountRow,
) -> Result<Vec<String>, RegisterError> {
    match erasure::erased_class(tx, row.id)? {
        0 => {}
        class => return erased(tx, core, row, class),
    }
    let id = row.id.to_string();
    let mut wrong = Vec::new();
    let applications = records(tx, core, &row.subject, RecordType::ApplicationReceived)?;
    match applications.iter().find(|application| application.says("account", &id)) {
        Some(application) => {
            let changes = records(tx, core, &row.subject, RecordType::RolesRecorded)?;
            wrong.extend(applied(tx, row, application, &changes)?);
        }
        None => wrong.push("no record says that somebody applied for it".to_owned()),
    }
    let mut changes = records(tx, core, &row.subject, RecordType::AccountChanged)?;
    changes.retain(|change| change.says("account", &id));
    let state = changes.last().map_or(Some(AccountState::Applied.as_str()), |change| change.text("state"));
    if state != Some(row.state.as_str()) {
        wrong.push(format!("stands as {}, its records say {}", row.state, state.unwrap_or("nothing")));
    }
    let for_cause =
        |change: &Record| change.says("for_cause", "1") || change.says("ending", Ending::ForCause.as_str());
    // An ordinary closure says nothing of it; a granted appeal takes it back.
    let says = |change: &&Record| change.text("for_cause").is_some() || for_cause(change);
    if changes.iter().rev().find(says).is_some_and(for_cause) != (row.for_cause == 1) {
        wrong.push("whether it was taken away for cause is not what its records say".to_owned());
    }
    let entered = |states: &[AccountState]| {
        let into = |change: &&Record| states.iter().any(|state| change.says("state", state.as_str()));
        changes.iter().find(into).map(|change| change.at)
    };
    if entered(&[AccountState::Open, AccountState::Restricted]) != row.opened_at
        || entered(&[AccountState::Closed]) != row.closed_at
    {
        wrong.push("it opened or closed at another time than its records say".to_owned());
    }
    let above = match row.parent {
        Some(parent) => account::find(tx, parent)?.map_or(-1, |parent| parent.depth + 1),
        None => 0,
    };
    if above != row.depth {
        wrong.push("it stands at another place below its resellers than they say".to_owned());
    }
    if last.of(tx, core, row)? != row.last_access_at {
        wrong.push("it was last seen at another time than its records say".to_owned());
    }
    wrong.extend(stands_on(tx, core, row)?);
    Ok(wrong)
}

/// When the accounts of one step were last seen, by what was reported of them: alone or in batches. Accounts share their newest
/// batches, so each is read once.
#[derive(Default)]
pub(super) struct LastSeen(BTreeMap<i64, BTreeMap<[u8; 16], Timestamp>>);

impl LastSeen {
    fn of(
        &mut self,
        tx: &mut dyn Tx,
        core: &Core,
        row: &AccountRow,
    ) -> Result<Option<Timestamp>, RegisterError> {
        let id = row.id.to_string();
        let reported = records(tx, core, &row.subject, RecordType::AccessReported)?;
        let own = reported.iter().filter(|access| access.says("account", &id));
        let mut newest = own.filter_map(|access| access.text("at")?.parse().ok()).max();
        let mut before = i64::MAX;
        loop {
            let Some(batch) = ledger::batches_about(tx, &row.subject, before, 1)?.pop() else {
                return Ok(newest);
            };
            newest = newest.max(self.in_batch(tx, batch, &row.subject)?);
            // An older batch can hold a later access: looked for only where the newest does not explain what stands there.
            if newest >= row.last_access_at {
                return Ok(newest);
            }
            before = batch;
        }
    }

    fn in_batch(
        &mut self,
        tx: &mut dyn Tx,
        leaf: i64,
        subject: &[u8; 16],
    ) -> Result<Option<Timestamp>, RegisterError> {
        if !self.0.contains_key(&leaf) {
            if self.0.len() >= BATCHES_KEPT_MAX {
                self.0.clear();
            }
            let mut newest = BTreeMap::<[u8; 16], Timestamp>::new();
            let bytes = check::batch_events(tx, leaf)?.unwrap_or_default();
            for event in bytes.as_chunks::<EVENT_BYTES>().0.iter().filter_map(|b| Event::decode(b).ok()) {
                let at = instant(event.event_at);
                newest.entry(event.subject.0).and_modify(|newest| *newest = at.max(*newest)).or_insert(at);
            }
            self.0.insert(leaf, newest);
        }
        Ok(self.0.get(&leaf).and_then(|newest| newest.get(subject)).copied())
    }
}

/// Whether the pack in force is the one that was adopted last, or that the deployment was set up with.
pub(super) fn is_pack_of_record(tx: &mut dyn Tx, core: &Core) -> Result<bool, RegisterError> {
    let mut adopted = records(tx, core, &core.deployment, RecordType::SetUp)?;
    adopted.extend(records(tx, core, &core.deployment, RecordType::PackAdopted)?);
    let recorded = adopted.last().and_then(|record| record.body.get("pack_hash"));
    let in_force = setting::find(tx, PACK)?;
    Ok(recorded.is_some() && recorded == in_force.as_deref())
}

/// An account that stands as erased is closed, allowed nothing, and its erasure recorded.
fn erased(tx: &mut dyn Tx, core: &Core, row: &AccountRow, class: i64) -> Result<Vec<String>, RegisterError> {
    let id = row.id.to_string();
    let recorded = match records(tx, core, &row.subject, RecordType::Erased) {
        Ok(records) if records.iter().any(|record| record.says("object", &id)) => true,
        // The record of the second erasure stands under the deployment, and the first goes with what it destroyed.
        Ok(_) if class > i64::from(Retention::PersonalData.number()) => {
            key::find_subject(tx, &row.subject, Retention::DecisionEvidence.number())?.is_none()
        }
        Err(RegisterError::Erased) => true,
        Ok(_) => false,
        Err(error) => return Err(error),
    };
    let denied = gate::answers(&row.gate).values().all(|answer| *answer == Answer::Deny.as_str());
    let mut wrong = Vec::new();
    if !recorded {
        wrong.push("stands as erased, and no record says so".to_owned());
    }
    if row.state != AccountState::Closed || !denied || row.reference != format!("erased:{id}") {
        wrong.push("stands as erased, but is not closed and without its reference".to_owned());
    }
    // Evidence of when it closed goes later; one that was refused is closed by the erasure.
    let changes = match records(tx, core, &row.subject, RecordType::AccountChanged) {
        Ok(changes) => changes,
        Err(RegisterError::Erased) => return Ok(wrong),
        Err(error) => return Err(error),
    };
    let closed = changes.iter().find(|change| change.says("state", AccountState::Closed.as_str()));
    if closed.is_some_and(|closed| Some(closed.at) != row.closed_at) {
        wrong.push("it closed at another time than its records say".to_owned());
    }
    Ok(wrong)
}

/// What the application and the changes of roles since say of the account.
fn applied(
    tx: &mut dyn Tx,
    row: &AccountRow,
    application: &Record,
    changes: &[Record],
) -> Result<Option<String>, RegisterError> {
    let (mut roles, mut interests, mut parties) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for record in std::iter::once(application).chain(changes) {
        for (party, kind, held) in record.json::<Vec<(PartyId, PartyKind, Vec<AccountRole>)>>("parties") {
            parties.insert(party, kind);
            roles.extend(held.into_iter().map(|role| ((party, role), (record.at, None))));
        }
        for of in record.json::<Vec<RoleOf>>("begin") {
            roles.insert((of.party, of.role), (record.at, None));
        }
        for of in record.json::<Vec<RoleOf>>("end") {
            roles.entry((of.party, of.role)).and_modify(|(_, ended)| *ended = Some(record.at));
        }
        for held in record.json::<Vec<Interest>>("interests") {
            interests.insert((held.owner, held.owned), (held, record.at, None));
        }
        for of in record.json::<Vec<InterestOf>>("end_interests") {
            interests.entry((of.owner, of.owned)).and_modify(|(_, _, ended)| *ended = Some(record.at));
        }
    }
    let parent = row.parent.map(|parent| parent.to_string());
    let held = account::roles_ever(tx, row.id)?.into_iter();
    let held: BTreeMap<_, _> =
        held.map(|role| ((role.party, role.role), (role.since, role.ended_at))).collect();
    let referred_by = row.referred_by.map(|reseller| reseller.to_string());
    let same = application.says("reference", &row.reference)
        && application.text("referred_by") == referred_by.as_deref()
        && application.text("reseller") == parent.as_deref()
        && application.at == row.created_at
        && held == roles;
    if !same {
        return Ok(Some("reference, reseller, beginning or roles are not those of its records".to_owned()));
    }
    let arrived = account::application_of(tx, row.id)?.is_some_and(|arrived| {
        application.says("application", &arrived.id.to_string())
            && application.says("received_from", &arrived.received_from)
            && application.at == arrived.received_at
    });
    if !arrived {
        return Ok(Some("its application is not the one that was recorded".to_owned()));
    }
    let mut stored = BTreeMap::new();
    for (owned, kind) in parties {
        if party::find(tx, owned)?.is_none_or(|row| row.kind != kind) {
            return Ok(Some(format!("{owned} is missing, or of another kind than its records say")));
        }
        for held in party::interests_ever_in(tx, owned)? {
            let interest: Option<Interest> = serde_json::from_str(&held.content).ok();
            let Some(interest) = interest else {
                return Ok(Some("an interest in it cannot be read".to_owned()));
            };
            if !erasure::owned_by(tx, interest.owner)?.contains(&owned) {
                return Ok(Some("an interest in it stands under another owner".to_owned()));
            }
            stored.insert((interest.owner, owned), (interest, held.since, held.ended_at));
        }
    }
    Ok((stored != interests).then(|| "who owns whom is not what its records say".to_owned()))
}

/// Whether it stands on its newest decision, and the gate says of it what follows from that.
fn stands_on(tx: &mut dyn Tx, core: &Core, row: &AccountRow) -> Result<Vec<String>, RegisterError> {
    let mut wrong = Vec::new();
    let recorded = decisions::in_force(tx, &core.vault, row.decision)?;
    let stands = recorded.as_ref().filter(|recorded| recorded.row().account == row.id);
    let leaf = stands.map_or(-1, |recorded| recorded.row().leaf);
    let later = RecordType::Decided.number();
    if stands.is_none() || !ledger::in_chain_of_type(tx, &row.subject, i64::from(later), leaf, 1)?.is_empty()
    {
        wrong.push("does not stand on its newest decision".to_owned());
    }
    let decision = stands.map(decisions::Recorded::decision).transpose()?;
    if !gates(row, decision.as_ref()).contains(&gate::answers(&row.gate)) {
        wrong.push("the gate says of it what does not follow from its records".to_owned());
    }
    Ok(wrong)
}

/// Every answer of the gate that is right: a reviewer may have found of each measure that possibly reaches the account that it does.
fn gates(row: &AccountRow, decision: Option<&Decision>) -> Vec<BTreeMap<&'static str, &'static str>> {
    let answers = |decision: Option<&Decision>| {
        let summary = decision.map(Decision::summary);
        let reaches = decision.map(|decision| decision.reaches.as_slice()).unwrap_or_default();
        let verdict = tenantry_policy::gate::verdict(row.state, summary.as_ref(), reaches, row.changed_at);
        gate::answers(&gate::encode(verdict))
    };
    let Some(decision) = decision.filter(|_| row.state != AccountState::Closed) else {
        return vec![answers(None)];
    };
    let is_possible = |(_, certainty): &(usize, Certainty)| *certainty == Certainty::Possible;
    let reaches = decision.reaches.iter().map(|reach| reach.certainty).enumerate();
    let possible: Vec<usize> = reaches.filter(is_possible).map(|(at, _)| at).take(POSSIBLE_MAX).collect();
    let confirmed = (0..1_u32 << possible.len()).map(|chosen| {
        let mut decision = decision.clone();
        for (bit, at) in possible.iter().enumerate() {
            if let Some(reach) = decision.reaches.get_mut(*at).filter(|_| chosen >> bit & 1 == 1) {
                reach.certainty = Certainty::Certain;
            }
        }
        answers(Some(&decision))
    });
    let mut right: Vec<_> = confirmed.collect();
    let mut all = decision.clone();
    for reach in &mut all.reaches {
        reach.certainty = Certainty::Certain;
    }
    right.push(answers(Some(&all)));
    right
}

pub(super) fn measure(tx: &mut dyn Tx, core: &Core, id: MeasureId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = measure::find(tx, id)? else { return Ok(Vec::new()) };
    let mut wrong = Vec::new();
    let changes = records(tx, core, &row.subject, RecordType::MeasureChanged)?;
    let states = [MeasureState::Approved, MeasureState::Rejected, MeasureState::Lifted];
    let turns = changes.iter().rev().filter_map(|change| change.text("state"));
    let newest = turns.clone().find(|turn| states.iter().any(|state| state.as_str() == *turn));
    let newest = newest.unwrap_or(MeasureState::Proposed.as_str());
    if newest != row.state.as_str() {
        wrong.push(format!("stands as {}, its records say {newest}", row.state));
    }
    let at = |turn: &str| changes.iter().find(|change| change.says("state", turn)).map(|change| change.at);
    if at("applied") != row.applied_at || at("ended") != row.ended_at {
        wrong.push("it was applied or ended at another time than its records say".to_owned());
    }
    let content = changes.iter().rev().find_map(|change| change.text("content_hash"));
    if content.is_some_and(|content| content != ContentHash::from_bytes(row.content_hash).to_string()) {
        wrong.push("its text is not the one of its newest record".to_owned());
    }
    match records(tx, core, &row.subject, RecordType::MeasureProposed) {
        Ok(proposed) if proposed.iter().any(|proposed| proposed.at == row.proposed_at) => {}
        // Its words are personal data and erased sooner.
        Err(RegisterError::Erased) => {}
        Ok(_) => wrong.push("it was proposed at another time than its records say".to_owned()),
        Err(error) => return Err(error),
    }
    match keys::open_json::<Measure>(tx, &core.vault, &row.subject, &row.id.bytes(), &row.sealed) {
        Ok(sealed) => {
            let dates = (sealed.effective_at, sealed.expires_at) == (row.effective_at, row.expires_at);
            if !dates || content_hash(&core.vault, &sealed).bytes() != row.content_hash {
                wrong.push("its dates are not those that were approved".to_owned());
            }
        }
        // Its words are personal data and erased sooner.
        Err(RegisterError::Erased) => {}
        Err(error) => return Err(error),
    }
    Ok(wrong)
}

/// What reviewers found of matches: a dismissal nobody recorded would let somebody pass.
pub(super) fn findings(tx: &mut dyn Tx, core: &Core, party: PartyId) -> Result<Vec<String>, RegisterError> {
    let mut found = Vec::new();
    for row in list::findings(tx, party)? {
        let compared = finding(tx, core, party, &row).map(|found| found.err().into_iter().collect());
        found.extend(wrong(compared).iter().map(|what| format!("{}/{}: {what}", row.list, row.entity)));
    }
    Ok(found)
}

fn finding(
    tx: &mut dyn Tx,
    core: &Core,
    party: PartyId,
    row: &FindingRow,
) -> Result<Result<(), String>, RegisterError> {
    let Some(case) = case::find(tx, row.case)? else {
        // Cases go with the evidence about their account.
        for account in account::accounts_ever_of(tx, party)? {
            if erasure::erased_class(tx, account)? > 0 {
                return Ok(Ok(()));
            }
        }
        return Ok(Err("its case is not there".to_owned()));
    };
    let entry = format!("{}/{}", row.list, row.entity);
    let of = match row.verdict {
        Verdict::Dismiss => RecordType::MatchDismissed,
        _ => RecordType::CaseDecided,
    };
    let records = records(tx, core, &case.subject, of)?;
    let mut about = records.iter().filter(|record| record.says("case", &row.case.to_string()));
    let recorded = about.any(|record| match row.verdict {
        Verdict::Dismiss if record.at != row.found_at => false,
        Verdict::Dismiss => {
            let dismissed: Vec<(String, [u8; 32])> =
                serde_json::from_slice(record.body.get("dismissed").unwrap_or_default()).unwrap_or_default();
            record.says("party", &party.to_string()) && dismissed.contains(&(entry.clone(), row.basis))
        }
        verdict => {
            let confirmed: Vec<String> =
                serde_json::from_slice(record.body.get("confirmed").unwrap_or_default()).unwrap_or_default();
            case.party == Some(party)
                && record.says("verdict", verdict.as_str())
                && (confirmed.is_empty() || confirmed.contains(&entry))
        }
    });
    Ok(if recorded { Ok(()) } else { Err(format!("no record says {}", row.verdict)) })
}
