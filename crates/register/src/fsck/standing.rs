//! What stands in columns in plain and decides what people may do, compared with the records that made it so: where accounts stand
//! and what the gate says of them, measures, holds, what was found of matches, API keys and staff. Whoever can write to the database
//! can change a column; the record says what it was.

use super::rows::{ROWS_PER_STEP, Seen};
use crate::RegisterError;
use crate::core::Core;
use crate::decisions;
use crate::gate;
use crate::keys;
use crate::measures::content_hash;
use crate::record::{RecordType, Retention};
use crate::retention::Object;
use crate::roles::{InterestOf, RoleOf};
use crate::world::PACK;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_ledger::{Body, LeafHeader};
use tenantry_model::account::{AccountRole, AccountState, Ending};
use tenantry_model::case::Verdict;
use tenantry_model::hold::HoldState;
use tenantry_model::id::{AccountId, HoldId, MeasureId, PartyId};
use tenantry_model::measure::{Measure, MeasureState};
use tenantry_model::party::{Interest, PartyKind};
use tenantry_model::time::Timestamp;
use tenantry_policy::decision::Decision;
use tenantry_policy::gate::Answer;
use tenantry_policy::measures::Certainty;
use tenantry_store::Tx;
use tenantry_store::repo::account::{self, AccountRow};
use tenantry_store::repo::check::{self, After};
use tenantry_store::repo::hold::{self, HoldRow};
use tenantry_store::repo::list::FindingRow;
use tenantry_store::repo::measure::{self, MeasureRow};
use tenantry_store::repo::{case, erasure, key, ledger, list, party, setting, staff};

/// Records read at a time.
const RECORDS_PER_READ: u32 = 1_000;
/// Most members of staff.
const STAFF_MAX: u32 = 10_000;
/// Measures that possibly reach an account and whose certainty is tried either way.
const POSSIBLE_MAX: usize = 6;

/// An opened record.
pub(super) struct Record {
    at: Timestamp,
    pub(super) body: Body,
}

impl Record {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// A list of the record; empty in a record that does not have it.
    fn json<T: serde::de::DeserializeOwned + Default>(&self, name: &str) -> T {
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
            // Its words are personal data and erased sooner; what it keeps is not said in them.
            let of_words = header.retention.0 == Retention::PersonalData.number();
            if of == RecordType::HoldPlaced && of_words {
                continue;
            }
            let body = keys::open_body(tx, &core.vault, &header, &leaf.bytes, &leaf.body)?;
            opened.push(Record { at: leaf.recorded_at, body: Body::decode(&body)? });
        }
    }
}

/// What is wrong with a row; nothing when its records are erased, because then nobody can say any more.
fn wrong(compared: Result<Vec<String>, RegisterError>) -> Vec<String> {
    match compared {
        Ok(wrong) => wrong,
        Err(RegisterError::Erased) => Vec::new(),
        Err(error) => vec![error.to_string()],
    }
}

pub(super) fn accounts(tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for row in account::page(tx, AccountId::from_bytes(after.id), ROWS_PER_STEP)? {
        let compared = match account(tx, core, &row) {
            Err(RegisterError::Erased) => Ok(vec!["its records are erased, and it is not".to_owned()]),
            compared => compared,
        };
        for what in wrong(compared) {
            seen.wrong.push(("row", format!("{}: {what}", row.id)));
        }
        seen.saw(row.id.bytes());
    }
    Ok(seen)
}

fn account(tx: &mut dyn Tx, core: &Core, row: &AccountRow) -> Result<Vec<String>, RegisterError> {
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
    if changes.iter().any(for_cause) != (row.for_cause == 1) {
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
    wrong.extend(stands_on(tx, core, row)?);
    Ok(wrong)
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
    if row.state != AccountState::Closed || !denied {
        wrong.push("stands as erased, but is not closed".to_owned());
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
    let (mut roles, mut interests) = (BTreeSet::new(), BTreeMap::new());
    let mut parties = BTreeSet::new();
    for record in std::iter::once(application).chain(changes) {
        for (party, _, held) in record.json::<Vec<(PartyId, PartyKind, Vec<AccountRole>)>>("parties") {
            parties.insert(party);
            roles.extend(held.into_iter().map(|role| (party, role)));
        }
        roles.extend(record.json::<Vec<RoleOf>>("begin").into_iter().map(|of| (of.party, of.role)));
        for of in record.json::<Vec<RoleOf>>("end") {
            roles.remove(&(of.party, of.role));
        }
        let held = record.json::<Vec<Interest>>("interests").into_iter();
        interests.extend(held.map(|held| ((held.owner, held.owned), held)));
        for of in record.json::<Vec<InterestOf>>("end_interests") {
            interests.remove(&(of.owner, of.owned));
        }
    }
    let parent = row.parent.map(|parent| parent.to_string());
    let same = application.says("reference", &row.reference)
        && application.text("reseller") == parent.as_deref()
        && application.at == row.created_at
        && BTreeSet::from_iter(account::roles(tx, row.id)?) == roles;
    if !same {
        return Ok(Some("reference, reseller, beginning or roles are not those of its records".to_owned()));
    }
    let mut stored = BTreeMap::new();
    for owned in parties {
        for held in party::interests_ever_in(tx, owned)?.into_iter().filter(|held| held.ended_at.is_none()) {
            let held: Option<Interest> = serde_json::from_str(&held.content).ok();
            let Some(held) = held else { return Ok(Some("an interest in it cannot be read".to_owned())) };
            stored.insert((held.owner, owned), held);
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
    // A gate that is closed because the account cannot be assessed allows nothing, whatever the decision says.
    if !gate::is_not_assessed(&row.gate) && !gates(row, decision.as_ref()).contains(&gate::answers(&row.gate))
    {
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

pub(super) fn measures(tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for id in check::measures(tx, &after.id, ROWS_PER_STEP)? {
        if let Some(row) = measure::find(tx, MeasureId::from_bytes(id))? {
            for what in wrong(measure(tx, core, &row)) {
                seen.wrong.push(("row", format!("{}: {what}", row.id)));
            }
        }
        seen.saw(id);
    }
    Ok(seen)
}

fn measure(tx: &mut dyn Tx, core: &Core, row: &MeasureRow) -> Result<Vec<String>, RegisterError> {
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

pub(super) fn holds(tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for row in check::sealed_rows(tx, check::SealedTable::Holds, &after.id, ROWS_PER_STEP)? {
        if let Some(row) = hold::find(tx, HoldId::from_bytes(row.id))? {
            for what in wrong(hold(tx, core, &row)) {
                seen.wrong.push(("row", format!("{}: {what}", row.id)));
            }
        }
        seen.saw(row.id);
    }
    Ok(seen)
}

fn hold(tx: &mut dyn Tx, core: &Core, row: &HoldRow) -> Result<Vec<String>, RegisterError> {
    let mut wrong = Vec::new();
    let placed = records(tx, core, &row.subject, RecordType::HoldPlaced)?;
    let Some(placed) = placed.iter().find(|placed| placed.body.get("objects").is_some()) else {
        return Ok(vec!["no record says that it was placed".to_owned()]);
    };
    let changes = records(tx, core, &row.subject, RecordType::HoldChanged)?;
    let newest = changes.iter().rev().find(|change| !change.says("change", "renewed"));
    let state = newest.map_or(Some(HoldState::InForce.as_str()), |change| change.text("change"));
    if state != Some(row.state.as_str()) || newest.map(|change| change.at) != row.ended_at {
        wrong.push(format!("stands as {}, its records say {}", row.state, state.unwrap_or("nothing")));
    }
    let record_types: Vec<u16> = placed
        .body
        .get("record_types")
        .and_then(|types| serde_json::from_slice(types).ok())
        .unwrap_or_default();
    let mut kept = (record_types, hold::record_types(tx, row.id)?);
    kept.0.sort_unstable();
    kept.0.dedup();
    if !placed.says("kind", row.kind.as_str())
        || !placed.says("silence", row.silence.as_str())
        || kept.0 != kept.1
    {
        wrong.push("it is of another kind or keeps other records than its record says".to_owned());
    }
    let renewed = changes.iter().rev().find(|change| change.says("change", "renewed"));
    let expires_at = renewed.unwrap_or(placed).text("expires_at");
    if expires_at != row.expires_at.map(|at| at.to_string()).as_deref() {
        wrong.push("it ends at another time than its records say".to_owned());
    }
    let mut objects: Vec<Object> =
        serde_json::from_slice(placed.body.get("objects").unwrap_or_default()).unwrap_or_default();
    let stored = hold::objects(tx, row.id)?.into_iter();
    let mut stored: Vec<Object> = stored.map(|(kind, object)| Object::from_parts(kind, object)).collect();
    objects.sort_unstable();
    objects.dedup();
    stored.sort_unstable();
    if objects != stored {
        wrong.push("it names other objects than its record".to_owned());
    }
    Ok(wrong)
}

/// What reviewers found of matches: a dismissal nobody recorded would let somebody pass.
pub(super) fn findings(tx: &mut dyn Tx, core: &Core, after: &After) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    for party in check::parties_with_findings(tx, &after.id, ROWS_PER_STEP)? {
        let id = PartyId::from_bytes(party);
        for row in list::findings(tx, id)? {
            let compared = finding(tx, core, id, &row).map(|found| found.err().into_iter().collect());
            for what in wrong(compared) {
                seen.wrong
                    .push(("row", format!("what was found of {id} and {}/{}: {what}", row.list, row.entity)));
            }
        }
        seen.saw(party);
    }
    Ok(seen)
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

/// Who may act: API keys and staff. There are few, and all their records are about the deployment.
pub(super) fn people(tx: &mut dyn Tx, core: &Core) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    let records = records(tx, core, &core.deployment, RecordType::AdministrationChanged)?;
    let about = |what: &str, name: &str, id: &str| {
        records.iter().rev().find(|record| record.says("what", what) && record.says(name, id))
    };
    let mut before = None;
    loop {
        let page = staff::page_keys(tx, before, ROWS_PER_STEP)?;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        for row in page {
            seen.rows += 1;
            let id = row.id.to_string();
            let reseller = row.reseller.map(|reseller| reseller.to_string());
            let made = about("api_key_made", "key", &id).is_some_and(|made| {
                made.says("scopes", &row.scopes)
                    && made.text("reseller") == reseller.as_deref()
                    && made.body.get("hash").is_none_or(|hash| hash == row.hash)
                    && made.at == row.created_at
            });
            let revoked = about("api_key_revoked", "key", &id).map(|revoked| revoked.at);
            if !made || revoked != row.revoked_at {
                seen.wrong.push(("row", format!("{id}: the key is not what its records say")));
            }
        }
    }
    for row in staff::page(tx, STAFF_MAX)? {
        seen.rows += 1;
        let id = row.id.to_string();
        let of = |whats: &[&str]| {
            let about =
                |record: &&Record| record.says("staff", &id) && whats.iter().any(|w| record.says("what", w));
            records.iter().rev().find(about)
        };
        let role = of(&["staff_added", "staff_invited"]).and_then(|added| added.text("role"));
        // Who is invited has no access until a second person has let them in.
        let newest = of(&["staff_added", "staff_invited", "staff_disabled"]);
        let disabled_at = newest.filter(|newest| !newest.says("what", "staff_added")).map(|newest| newest.at);
        if role != Some(row.role.as_str()) || disabled_at != row.disabled_at {
            seen.wrong.push(("row", format!("{id}: role or access is not what the records say")));
        }
    }
    Ok(seen)
}
