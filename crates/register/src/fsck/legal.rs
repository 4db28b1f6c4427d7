//! Holds, orders, disclosures and erasures as they were recorded: what must be kept, who may have what, and what was destroyed.

use super::documents;
use super::standing::{record_in, records};
use crate::RegisterError;
use crate::approvals::{ContentHash, Pending};
use crate::core::Core;
use crate::disclosure::{DisclosureScope, digest};
use crate::erasure::content_hash;
use crate::holds::REVIEW_DAYS_MAX;
use crate::keys;
use crate::record::RecordType;
use crate::retention::Object;
use serde::Deserialize;
use std::collections::BTreeSet;
use tenantry_ledger::{LeafHeader, Pseudonym};
use tenantry_model::erasure::{ErasureFate, ErasureState};
use tenantry_model::hold::HoldState;
use tenantry_model::id::{AccountId, DisclosureId, ErasureId, HoldId, OrderId};
use tenantry_store::Tx;
use tenantry_store::repo::erasure::{self, ErasureItemRow, ErasureRow};
use tenantry_store::repo::hold::{self, HoldRow};
use tenantry_store::repo::{approval, check, disclosure, key, ledger, order};

/// A key that a hold covered when it was placed.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Pinned {
    subject: String,
    class: i64,
}

pub(super) fn hold(tx: &mut dyn Tx, core: &Core, id: HoldId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = hold::find(tx, id)? else { return Ok(Vec::new()) };
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
    let mut kept = (placed.json::<Vec<u16>>("record_types"), hold::record_types(tx, row.id)?);
    kept.0.sort_unstable();
    kept.0.dedup();
    if !placed.says("kind", row.kind.as_str())
        || !placed.says("silence", row.silence.as_str())
        || kept.0 != kept.1
    {
        wrong.push("it is of another kind or keeps other records than its record says".to_owned());
    }
    let window = |name: &str, at: Option<tenantry_model::time::Timestamp>| {
        // Holds from before windows were recorded have them in the row alone.
        placed.text(name).is_none_or(|said| Some(said) == at.map(|at| at.to_string()).as_deref())
    };
    if !window("records_from", row.scope_from) || !window("records_until", row.scope_until) {
        wrong.push("it keeps records of another time than its record says".to_owned());
    }
    let order = row.order.map(|order| order.to_string());
    let same = placed.says("hold", &row.id.to_string())
        && placed.says("authority", &row.authority)
        && placed.says("reference", &row.reference)
        && placed.says("owner", &row.owner)
        && placed.text("order") == order.as_deref()
        && (placed.at, placed.seq) == (row.placed_at, row.leaf);
    if !same {
        wrong.push(
            "who asked for it, who answers for it or when it was placed is not what its record says"
                .to_owned(),
        );
    }
    wrong.extend(times(&row, placed.text("expires_at"), placed.text("review_at"), &changes));
    let mut objects: Vec<Object> = placed.json("objects");
    let stored = hold::objects(tx, row.id)?.into_iter();
    let mut stored: Vec<Object> = stored.map(|(kind, object)| Object::from_parts(kind, object)).collect();
    objects.sort_unstable();
    objects.dedup();
    stored.sort_unstable();
    if objects != stored {
        wrong.push("it names other objects than its record".to_owned());
    }
    let covered: BTreeSet<Pinned> = placed.json::<Vec<Pinned>>("covered").into_iter().collect();
    let pins = check::pins(tx, &row.id.bytes())?.into_iter();
    let pins: BTreeSet<Pinned> =
        pins.map(|(subject, class)| Pinned { subject: Pseudonym(subject).to_string(), class }).collect();
    if pins != covered {
        wrong.push("it pins other keys than its record says it covers".to_owned());
    }
    Ok(wrong)
}

/// Whether a hold ends, was renewed and is to be looked at when its records say.
fn times(
    row: &HoldRow,
    expires_at: Option<&str>,
    review_at: Option<&str>,
    changes: &[super::standing::Record],
) -> Option<String> {
    let renewed = changes.iter().rev().find(|change| change.says("change", "renewed"));
    let expires = renewed.map_or(expires_at, |renewed| renewed.text("expires_at"));
    let ends = expires == row.expires_at.map(|at| at.to_string()).as_deref();
    let review = match renewed {
        Some(renewed) => {
            let latest = renewed.at.plus_days(REVIEW_DAYS_MAX);
            row.expires_at.is_none_or(|until| row.review_at == until.min(latest))
        }
        None => review_at == Some(row.review_at.to_string().as_str()),
    };
    let same = ends && review && renewed.map(|renewed| renewed.at) == row.renewed_at;
    (!same).then(|| "it ends, was renewed or is reviewed at another time than its records say".to_owned())
}

pub(super) fn order(tx: &mut dyn Tx, core: &Core, id: OrderId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = order::find(tx, id)? else { return Ok(Vec::new()) };
    let received = records(tx, core, &row.subject, RecordType::OrderReceived)?;
    let Some(received) = received.iter().find(|received| received.says("order", &id.to_string())) else {
        return Ok(vec!["no record says that it was received".to_owned()]);
    };
    let cases = records(tx, core, &row.subject, RecordType::CaseOpened)?;
    let same = received.says("kind", row.kind.as_str())
        && received.says("authority", &row.authority)
        && received.says("reference", &row.reference)
        && received.says("received_at", &row.received_at.to_string())
        && received.says("due_at", &row.due_at.to_string())
        && cases.iter().any(|case| case.says("case", &row.case.to_string()));
    let mut wrong = Vec::new();
    if !same {
        wrong.push("kind, authority, reference, dates or case are not those of its record".to_owned());
    }
    if order::accounts(tx, id)? != received.json::<Vec<AccountId>>("accounts") {
        wrong.push("it names other accounts than its record".to_owned());
    }
    wrong.extend(
        documents::of_order(tx, core, &row.subject)?.err().map(|what| format!("its document: {what}")),
    );
    Ok(wrong)
}

pub(super) fn disclosure(
    tx: &mut dyn Tx,
    core: &Core,
    id: DisclosureId,
) -> Result<Vec<String>, RegisterError> {
    let Some(row) = disclosure::find(tx, id)? else { return Ok(Vec::new()) };
    let scope: DisclosureScope =
        keys::open_json(tx, &core.vault, &row.subject, &row.id.bytes(), &row.sealed)?;
    let asked = approval::find(tx, row.approval)?.map(|row| Pending::read(&row)).transpose()?;
    let same = scope.id == id
        && (scope.account, scope.order, scope.requested_at) == (row.account, row.order, row.requested_at)
        && asked == Some(Pending::Disclose { disclosure: id, content: digest(&scope) });
    Ok(if same { Vec::new() } else { vec!["it is not what was asked for and sealed".to_owned()] })
}

pub(super) fn erasure(tx: &mut dyn Tx, core: &Core, id: ErasureId) -> Result<Vec<String>, RegisterError> {
    let Some(row) = erasure::find(tx, id)? else { return Ok(Vec::new()) };
    let items = erasure::items(tx, id)?;
    let mut wrong = Vec::new();
    let content = ContentHash::from_bytes(row.content_hash).to_string();
    let scheduled = record_in(tx, core, row.scheduled_leaf, RecordType::ErasureScheduled)?;
    let under = ledger::range(tx, row.scheduled_leaf, 1)?.pop();
    let under = under.map(|leaf| LeafHeader::decode(&leaf.bytes)).transpose()?.map(|leaf| leaf.rule_version);
    let same = scheduled.is_some_and(|scheduled| {
        scheduled.says("erasure", &id.to_string())
            && scheduled.says("content_hash", &content)
            && scheduled.says("erase_from", &row.erase_from.to_string())
            && scheduled.at == row.scheduled_at
    });
    if !same || under != Some(row.pack) {
        wrong.push("it is not what was scheduled".to_owned());
    }
    if content_hash(&row.pack, &items).bytes() != row.content_hash {
        wrong.push("its keys are not those that were scheduled".to_owned());
    }
    wrong.extend(stage(tx, core, &row, &items)?);
    for item in &items {
        let destroyed = match item.key_id {
            Some(key) => key::is_destroyed(tx, &key)?,
            None => true,
        };
        let erased = item.fate == ErasureFate::Erased;
        if !destroyed || erased != item.leaf.is_some() || (!erased && item.key_id.is_some()) {
            wrong.push(format!("what became of subject {} is not so", Pseudonym(item.subject)));
        }
    }
    Ok(wrong)
}

/// Whether a batch stands where its leaves say.
fn stage(
    tx: &mut dyn Tx,
    core: &Core,
    row: &ErasureRow,
    items: &[ErasureItemRow],
) -> Result<Option<String>, RegisterError> {
    let id = row.id.to_string();
    let mut at = |leaf: Option<i64>, of| match leaf {
        Some(leaf) => record_in(tx, core, leaf, of),
        None => Ok(None),
    };
    let intended = at(row.intent_leaf, RecordType::ErasureIntended)?;
    let done = at(row.done_leaf, RecordType::ErasureDone)?;
    let says = |record: &Option<super::standing::Record>| {
        record.as_ref().is_some_and(|record| record.says("erasure", &id))
    };
    let expected = match row.state {
        ErasureState::Done => says(&intended) && says(&done),
        ErasureState::UnderWay => says(&intended) && row.done_leaf.is_none(),
        ErasureState::Approved => row.approval_leaf.is_some() && row.intent_leaf.is_none(),
        _ => row.approval_leaf.is_none() && row.intent_leaf.is_none() && row.done_leaf.is_none(),
    };
    let fates = done.as_ref().is_none_or(|done| {
        [("erased", ErasureFate::Erased), ("held", ErasureFate::Held), ("not_due", ErasureFate::NotDue)]
            .into_iter()
            .all(|(name, fate)| {
                let these = items.iter().filter(|item| item.fate == fate);
                let these: Vec<_> =
                    these.map(|i| (Object::from_parts(i.kind, i.object), i.class, i.leaf)).collect();
                done.json::<Vec<(Object, u8, Option<i64>)>>(name) == these
            })
    });
    if expected && fates && done.map(|done| done.at) == row.done_at {
        return match (row.state, row.approval_leaf) {
            (ErasureState::Approved | ErasureState::UnderWay | ErasureState::Done, leaf) => {
                let pending =
                    Pending::Erase { erasure: row.id, content: ContentHash::from_bytes(row.content_hash) };
                let approved = crate::approvals::is_approved_in(tx, &core.vault, leaf, &pending);
                match approved {
                    // Why it was asked for is personal data and erased sooner, and with it who approved.
                    Ok(true) | Err(RegisterError::Erased) => Ok(None),
                    Ok(false) => Ok(Some("no record says that another person approved it".to_owned())),
                    Err(error) => Err(error),
                }
            }
            _ => Ok(None),
        };
    }
    Ok(Some("it stands at another stage than its records say".to_owned()))
}
