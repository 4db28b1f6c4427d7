//! What waits for people and what they concluded: cases, and requests for a second person.

use super::standing::{Record, records};
use crate::RegisterError;
use crate::approvals::{Pending, approving_leaf, sealed_reason};
use crate::core::Core;
use crate::keys;
use crate::outcome::{CaseDetail, CaseSummary};
use crate::record::RecordType;
use sha2::{Digest as _, Sha256};
use tenantry_model::case::{CaseState, Verdict};
use tenantry_model::id::{ApprovalId, CaseId};
use tenantry_store::Tx;
use tenantry_store::repo::approval::{self, ApprovalRow};
use tenantry_store::repo::case::{self, CaseRow};
use tenantry_store::repo::{account, party};

pub(super) fn case(tx: &mut dyn Tx, core: &Core, id: CaseId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = case::find(tx, id)? else { return Ok(Vec::new()) };
    let of_account = row.account.map(|account| account::find(tx, account)).transpose()?.flatten();
    let of_account = of_account.map(|account| account.subject);
    let mut opened = records(tx, core, &row.subject, RecordType::CaseOpened)?;
    if let Some(chain) = of_account.filter(|chain| *chain != row.subject) {
        opened.extend(records(tx, core, &chain, RecordType::CaseOpened)?);
    }
    let name = id.to_string();
    let Some(record) = opened.iter().find(|record| record.says("case", &name)) else {
        return Ok(vec!["no record says that it was opened".to_owned()]);
    };
    let mut wrong = Vec::new();
    let summary: Option<CaseSummary> = serde_json::from_str(&row.summary).ok();
    let same = record.says("kind", row.kind.as_str())
        && record.says("due_at", &row.due_at.to_string())
        && record.text("account") == row.account.map(|account| account.to_string()).as_deref()
        && record.at == row.opened_at
        && summary.is_some_and(|summary| record.json::<Vec<String>>("rules") == summary.rules);
    if !same {
        wrong.push("kind, account, dates or rules are not those of its record".to_owned());
    }
    let of_party = row.party.map(|party| party::find(tx, party)).transpose()?.flatten();
    let under = [of_party.map(|party| party.subject), of_account];
    if row.party.is_some() && !under.contains(&Some(row.subject)) {
        wrong.push("it is about another party than its detail is sealed for".to_owned());
    }
    match keys::open_json::<CaseDetail>(tx, &core.vault, &row.subject, &row.id.bytes(), &row.sealed) {
        Ok(detail) if detail.concern.is_none_or(|concern| concern == row.fingerprint) => {}
        Ok(_) => wrong.push("it is about another concern than its detail".to_owned()),
        // What was concluded goes with it.
        Err(RegisterError::Erased) => return Ok(wrong),
        Err(error) => return Err(error),
    }
    let mut overtaken = opened.iter().any(|other| other.json::<Vec<CaseId>>("overtakes").contains(&id));
    if let Some(chain) = of_account {
        // A granted appeal makes undecided what was confirmed.
        let changes = records(tx, core, &chain, RecordType::AccountChanged)?;
        overtaken |= changes.iter().any(|change| change.json::<Vec<CaseId>>("undecided").contains(&id));
    }
    let concluded = match records(tx, core, &row.subject, RecordType::CaseDecided) {
        Ok(records) => records,
        Err(RegisterError::Erased) => return Ok(wrong),
        Err(error) => return Err(error),
    };
    let newest = concluded.iter().rev().find(|record| record.says("case", &name));
    let approved = match row.approval {
        Some(id) => approval::find(tx, id)?.is_some_and(|request| request.state == "approved"),
        None => true,
    };
    if !stands(&row, newest, overtaken, approved) {
        wrong.push("what was concluded is not what its records say".to_owned());
    }
    Ok(wrong)
}

/// Whether a case is where its newest verdict took it.
fn stands(row: &CaseRow, newest: Option<&Record>, overtaken: bool, approved: bool) -> bool {
    let ends = |record: &&Record| {
        [Verdict::Dismiss, Verdict::Confirm].iter().any(|verdict| record.says("verdict", verdict.as_str()))
    };
    let as_said = |record: &Record| {
        row.verdict.is_some_and(|verdict| record.says("verdict", verdict.as_str()))
            && row.reason_code.is_some_and(|code| record.says("reason_code", code.as_str()))
            && row.decided_by.is_some_and(|by| record.says("by", &by.to_string()))
            && row.decided_at == Some(record.at)
    };
    match row.state {
        CaseState::Closed if overtaken => row.verdict.is_none() && row.reason_code.is_none(),
        CaseState::Closed => newest.is_some_and(|record| ends(&record) && as_said(record)) && approved,
        CaseState::AwaitingSecond => {
            newest.is_some_and(|record| ends(&record) && as_said(record)) && row.approval.is_some()
        }
        CaseState::AwaitingCustomer => newest.is_some_and(as_said),
        // Sent back by the second person it is as if nobody had decided.
        CaseState::Open => match newest {
            _ if overtaken => false,
            Some(record) => row.verdict.is_none() || as_said(record),
            None => row.verdict.is_none() && row.decided_by.is_none(),
        },
    }
}

/// A request must have the hash that was approved, be what was asked for, and stand where its answer took it.
pub(super) fn approval(tx: &mut dyn Tx, core: &Core, id: ApprovalId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = approval::find(tx, id)? else { return Ok(Vec::new()) };
    if row.content_hash != <[u8; 32]>::from(Sha256::digest(&row.content)) {
        return Ok(vec!["its content has another hash".to_owned()]);
    }
    let (subject, sealed) = sealed_reason(&row)?;
    let pending = Pending::read(&row)?;
    if (pending.word(), pending.object()) != (row.action.as_str(), row.object.clone()) {
        return Ok(vec!["it names another act or object than its content".to_owned()]);
    }
    let asked = records(tx, core, &subject, RecordType::ApprovalRequested)?;
    let name = id.to_string();
    let reason: String = keys::open_json(tx, &core.vault, &subject, &id.bytes(), &sealed)?;
    let same = asked.iter().any(|asked| {
        asked.says("approval", &name)
            && asked.body.get("content") == Some(row.content.as_slice())
            && asked.says("requested_by", &row.requested_by.to_string())
            && asked.says("reason", &reason)
            && asked.says("expires_at", &row.expires_at.to_string())
            && asked.at == row.requested_at
    });
    if !same {
        return Ok(vec!["it is not what was asked for".to_owned()]);
    }
    answered(tx, core, &row, &pending, &subject)
}

fn answered(
    tx: &mut dyn Tx,
    core: &Core,
    row: &ApprovalRow,
    pending: &Pending,
    subject: &[u8; 16],
) -> Result<Vec<String>, RegisterError> {
    let answers = records(tx, core, subject, RecordType::ApprovalDecided)?;
    let answer = answers.iter().rev().find(|answer| answer.says("approval", &row.id.to_string()));
    let by = row.decided_by.map(|by| by.to_string());
    let same = match answer {
        None => row.state == "waiting" && row.decided_at.is_none() && by.is_none(),
        Some(answer) => {
            answer.says("state", &row.state)
                && row.decided_at == Some(answer.at)
                && by.as_deref().is_none_or(|by| answer.says("decided_by", by))
                && (by.is_some() || row.state == "void")
        }
    };
    let two = row.state != "approved"
        || (row.decided_by.is_some_and(|by| by != row.requested_by)
            && approving_leaf(tx, &core.vault, pending, subject)?.is_some());
    Ok(match (same, two) {
        (_, false) => {
            vec!["it stands as approved, but no record says that another person did so".to_owned()]
        }
        (false, true) => vec![format!("it stands as {}, its records say otherwise", row.state)],
        (true, true) => Vec::new(),
    })
}
