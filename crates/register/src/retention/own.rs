//! Records that stand under pseudonyms of their own: orders, measures, holds, disclosures, and who worked here.
//!
//! Each has a clock of its own, which starts when it is over. What it tells of customers is kept as long as the accounts it is
//! about, because it is about them. A pack can name a basis for each kind; without one the basis of the customers' records
//! applies, and for measures that of sanctions records.

use super::{Due, EVIDENCE, IDENTITY, Object, SANCTIONS, Target, account_due, accounts_behind};
use crate::RegisterError;
use crate::evidence::parties_behind;
use crate::record::Retention;
use std::collections::BTreeSet;
use tenantry_model::case::CaseState;
use tenantry_model::erasure::ErasureObject;
use tenantry_model::hold::HoldState;
use tenantry_model::id::{AccountId, HoldId};
use tenantry_model::measure::MeasureState;
use tenantry_model::time::Timestamp;
use tenantry_policy::pack::Pack;
use tenantry_store::Tx;
use tenantry_store::repo::{approval, case, disclosure, erasure, hold, measure, order, staff};

/// Kinds of objects with a pseudonym of their own.
pub(crate) const KINDS: [ErasureObject; 5] = [
    ErasureObject::Order,
    ErasureObject::Measure,
    ErasureObject::Hold,
    ErasureObject::Disclosure,
    ErasureObject::Staff,
];

/// When the records of a class about such an object may be erased; `None` as long as no clock runs.
pub(super) fn due(
    tx: &mut dyn Tx,
    pack: &Pack,
    object: Object,
    class: Retention,
) -> Result<Option<Due>, RegisterError> {
    let Some(anchor_at) = over_at(tx, object)? else { return Ok(None) };
    let basis = match class {
        Retention::PersonalData => basis(pack, object),
        Retention::DecisionEvidence => EVIDENCE,
    };
    let Some(mut latest) = Due::longest(pack, &[basis], anchor_at) else { return Ok(None) };
    for account in accounts(tx, object)? {
        let Some(due) = account_due(tx, pack, account, class)? else { return Ok(None) };
        latest = latest.later(due);
    }
    Ok(Some(latest))
}

/// The retention class of the pack that an object falls under.
fn basis(pack: &Pack, object: Object) -> &'static str {
    let (own, usual) = match object {
        Object::Measure(_) => ("measure_record", SANCTIONS),
        Object::Staff(_) => ("staff_record", IDENTITY),
        _ => ("legal_process_record", IDENTITY),
    };
    if pack.retention(own).is_some() { own } else { usual }
}

/// When an object was over: the start of its clock.
fn over_at(tx: &mut dyn Tx, object: Object) -> Result<Option<Timestamp>, RegisterError> {
    Ok(match object {
        Object::Account(_) | Object::Party(_) => None,
        Object::Order(id) => {
            let Some(row) = order::find(tx, id)? else { return Ok(None) };
            let done = case::find(tx, row.case)?.filter(|case| case.state == CaseState::Closed);
            done.and_then(|case| case.decided_at).map(|decided| decided.max(row.due_at))
        }
        Object::Measure(id) => measure::find(tx, id)?.and_then(|row| match row.state {
            MeasureState::Proposed => None,
            MeasureState::Rejected => Some(row.proposed_at),
            // Set once the accounts were assessed without it.
            MeasureState::Approved | MeasureState::Lifted => row.ended_at,
        }),
        Object::Hold(id) => {
            hold::find(tx, id)?.filter(|row| row.state != HoldState::InForce).and_then(|row| row.ended_at)
        }
        Object::Disclosure(id) => {
            let Some(row) = disclosure::find(tx, id)? else { return Ok(None) };
            approval::find(tx, row.approval)?.map(|request| request.expires_at.max(row.requested_at))
        }
        Object::Staff(id) => staff::find(tx, id)?.and_then(|row| row.disabled_at),
    })
}

/// The accounts that an object tells about.
fn accounts(tx: &mut dyn Tx, object: Object) -> Result<BTreeSet<AccountId>, RegisterError> {
    Ok(match object {
        Object::Order(id) => order::accounts(tx, id)?.into_iter().collect(),
        Object::Disclosure(id) => disclosure::find(tx, id)?.map(|row| row.account).into_iter().collect(),
        Object::Hold(id) => {
            let mut accounts = BTreeSet::new();
            for (kind, bytes) in hold::objects(tx, id)? {
                match Object::from_parts(kind, bytes) {
                    Object::Account(account) => drop(accounts.insert(account)),
                    Object::Party(party) => accounts.extend(accounts_behind(tx, party)?),
                    _ => {}
                }
            }
            accounts
        }
        Object::Account(_) | Object::Party(_) | Object::Measure(_) | Object::Staff(_) => BTreeSet::new(),
    })
}

/// The key of such an object, `None` for one that does not exist.
pub(crate) fn target(
    tx: &mut dyn Tx,
    object: Object,
    class: Retention,
) -> Result<Option<Target>, RegisterError> {
    let subject = match object {
        Object::Account(_) | Object::Party(_) => None,
        Object::Order(id) => order::find(tx, id)?.map(|row| row.subject),
        Object::Measure(id) => measure::find(tx, id)?.map(|row| row.subject),
        Object::Hold(id) => hold::find(tx, id)?.map(|row| row.subject),
        Object::Disclosure(id) => disclosure::find(tx, id)?.map(|row| row.subject),
        Object::Staff(id) => Some(id.bytes()),
    };
    Ok(subject.map(|subject| Target { subject, class, object }))
}

/// What else tells about an account: the orders that name it and what was disclosed of it.
pub(super) fn about(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<Object>, RegisterError> {
    let orders = erasure::orders_about(tx, account)?.into_iter().map(Object::Order);
    let mut all: Vec<Object> = orders.collect();
    all.extend(erasure::disclosures_about(tx, account)?.into_iter().map(Object::Disclosure));
    Ok(all)
}

/// The holds in force that keep such an object besides those that pin its key: those on an account it tells about or a party
/// behind that, and for an order those that carry it out.
pub(super) fn holds_on(tx: &mut dyn Tx, object: Object) -> Result<BTreeSet<HoldId>, RegisterError> {
    let mut holds = BTreeSet::new();
    for account in accounts(tx, object)? {
        holds.extend(hold::on_object(tx, ErasureObject::Account, &account.bytes())?);
        for party in parties_behind(tx, account)? {
            holds.extend(hold::on_object(tx, ErasureObject::Party, &party.bytes())?);
        }
    }
    if let Object::Order(id) = object {
        for hold in hold::of_order(tx, id)? {
            if hold::find(tx, hold)?.is_some_and(|row| row.state == HoldState::InForce) {
                holds.insert(hold);
            }
        }
    }
    Ok(holds)
}
