//! When the time of a record is over. The numbers come from the pack; the longest basis that applies wins; the clock of personal
//! data runs from the later of closure and last access (REC-05), that of decision evidence from the newest record (ENF-07).
//!
//! Nothing is remembered: what is due is worked out from the facts as they are, once when it is scheduled and again inside the
//! transaction that destroys. What cannot be worked out is not due.

pub(crate) mod own;

use crate::RegisterError;
use crate::evidence::parties_behind;
use crate::record::Retention;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenantry_model::account::AccountState;
use tenantry_model::case::Verdict;
use tenantry_model::erasure::ErasureObject;
use tenantry_model::id::{AccountId, DisclosureId, HoldId, MeasureId, OrderId, PartyId, StaffId};
use tenantry_model::time::Timestamp;
use tenantry_policy::pack::Pack;
use tenantry_store::Tx;
use tenantry_store::repo::account::AccountRow;
use tenantry_store::repo::{account, erasure, hold, key, list, party};

/// Names of the retention classes in a pack.
const IDENTITY: &str = "identity_record";
const ACCESS: &str = "access_record";
const SANCTIONS: &str = "sanctions_record";
const EVIDENCE: &str = "decision_evidence";

/// A key that protects records, with what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Target {
    pub(crate) subject: [u8; 16],
    pub(crate) class: Retention,
    pub(crate) object: Object,
}

/// What a key protects records about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Object {
    /// An account.
    Account(AccountId),
    /// A party.
    Party(PartyId),
    /// Legal process.
    Order(OrderId),
    /// A special measure.
    Measure(MeasureId),
    /// A hold.
    Hold(HoldId),
    /// A disclosure.
    Disclosure(DisclosureId),
    /// A member of staff.
    Staff(StaffId),
}

impl Object {
    /// The word of its kind.
    pub const fn kind(self) -> ErasureObject {
        match self {
            Self::Account(_) => ErasureObject::Account,
            Self::Party(_) => ErasureObject::Party,
            Self::Order(_) => ErasureObject::Order,
            Self::Measure(_) => ErasureObject::Measure,
            Self::Hold(_) => ErasureObject::Hold,
            Self::Disclosure(_) => ErasureObject::Disclosure,
            Self::Staff(_) => ErasureObject::Staff,
        }
    }

    /// Its identifier's bytes.
    pub const fn bytes(self) -> [u8; 16] {
        match self {
            Self::Account(id) => id.bytes(),
            Self::Party(id) => id.bytes(),
            Self::Order(id) => id.bytes(),
            Self::Measure(id) => id.bytes(),
            Self::Hold(id) => id.bytes(),
            Self::Disclosure(id) => id.bytes(),
            Self::Staff(id) => id.bytes(),
        }
    }

    /// The object behind a kind and an identifier's bytes.
    pub const fn from_parts(kind: ErasureObject, id: [u8; 16]) -> Self {
        match kind {
            ErasureObject::Account => Self::Account(AccountId::from_bytes(id)),
            ErasureObject::Party => Self::Party(PartyId::from_bytes(id)),
            ErasureObject::Order => Self::Order(OrderId::from_bytes(id)),
            ErasureObject::Measure => Self::Measure(MeasureId::from_bytes(id)),
            ErasureObject::Hold => Self::Hold(HoldId::from_bytes(id)),
            ErasureObject::Disclosure => Self::Disclosure(DisclosureId::from_bytes(id)),
            ErasureObject::Staff => Self::Staff(StaffId::from_bytes(id)),
        }
    }
}

impl std::fmt::Display for Object {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::Party(id) => id.fmt(f),
            Self::Order(id) => id.fmt(f),
            Self::Measure(id) => id.fmt(f),
            Self::Hold(id) => id.fmt(f),
            Self::Disclosure(id) => id.fmt(f),
            Self::Staff(id) => id.fmt(f),
        }
    }
}

/// When a clock started, when it ran out, and under which retention class of the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) basis: String,
    pub(crate) anchor_at: Timestamp,
    pub(crate) over_at: Timestamp,
}

impl Due {
    /// The longest of these bases. `None` when the pack lacks one of them: what cannot be worked out is kept.
    fn longest(pack: &Pack, names: &[&str], anchor_at: Timestamp) -> Option<Self> {
        let dues: Option<Vec<Self>> = names
            .iter()
            .map(|name| {
                let over_at = anchor_at.plus_years(pack.retention(name)?.years);
                Some(Self { basis: (*name).to_owned(), anchor_at, over_at })
            })
            .collect();
        dues?.into_iter().reduce(Self::later)
    }

    fn later(self, other: Self) -> Self {
        if other.over_at > self.over_at { other } else { self }
    }
}

/// When the records of a class about an object may be erased; `None` as long as no clock runs.
pub(crate) fn due(tx: &mut dyn Tx, pack: &Pack, target: &Target) -> Result<Option<Due>, RegisterError> {
    let latest = match target.object {
        Object::Account(id) => account_due(tx, pack, id, target.class)?,
        Object::Party(id) => party_due(tx, pack, id, target.class)?,
        own => own::due(tx, pack, own, target.class)?,
    };
    let Some(latest) = latest else { return Ok(None) };
    if target.class == Retention::PersonalData {
        return Ok(Some(latest));
    }
    let newest = erasure::newest_of_class(tx, &target.subject, target.class.number())?;
    let own = newest.and_then(|at| Due::longest(pack, &[EVIDENCE], at));
    Ok(Some(match own {
        Some(own) => latest.later(own),
        None => latest,
    }))
}

/// The clock of a party: the latest of the accounts it stands behind.
fn party_due(
    tx: &mut dyn Tx,
    pack: &Pack,
    id: PartyId,
    class: Retention,
) -> Result<Option<Due>, RegisterError> {
    let mut latest: Option<Due> = None;
    for account in accounts_behind(tx, id)? {
        let Some(due) = account_due(tx, pack, account, class)? else { return Ok(None) };
        latest = Some(match latest {
            Some(before) => before.later(due),
            None => due,
        });
    }
    Ok(latest)
}

/// The clock of one account, not yet of what was recorded after it ended.
fn account_due(
    tx: &mut dyn Tx,
    pack: &Pack,
    id: AccountId,
    class: Retention,
) -> Result<Option<Due>, RegisterError> {
    let Some(row) = account::find(tx, id)? else { return Ok(None) };
    let Some(ended_at) = ended_at(&row) else { return Ok(None) };
    // The accounts below a reseller are judged together with it.
    if erasure::live_below(tx, id)? > 0 {
        return Ok(None);
    }
    let anchor_at = row.last_access_at.map_or(ended_at, |access| access.max(ended_at));
    if class == Retention::DecisionEvidence {
        return Ok(Due::longest(pack, &[EVIDENCE], anchor_at));
    }
    let mut names = vec![IDENTITY, ACCESS];
    if is_confirmed(tx, id)? {
        names.push(SANCTIONS);
    }
    Ok(Due::longest(pack, &names, anchor_at))
}

/// When an account ended: closed, or refused and so never opened.
fn ended_at(row: &AccountRow) -> Option<Timestamp> {
    match row.state {
        AccountState::Closed => row.closed_at,
        AccountState::Refused => Some(row.changed_at),
        AccountState::Applied
        | AccountState::InReview
        | AccountState::Open
        | AccountState::Restricted
        | AccountState::Suspended => None,
    }
}

/// Whether somebody on the account or behind it was confirmed to be a listed person.
fn is_confirmed(tx: &mut dyn Tx, id: AccountId) -> Result<bool, RegisterError> {
    for party in parties_behind(tx, id)? {
        if list::findings(tx, party)?.iter().any(|finding| finding.verdict == Verdict::Confirm) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The accounts on which a party has a role, or behind whose parties it stands. However long the chain of owners is: a party that is
/// given up on would be kept for ever, and everybody else's erasure with it.
pub(crate) fn accounts_behind(tx: &mut dyn Tx, id: PartyId) -> Result<BTreeSet<AccountId>, RegisterError> {
    let mut accounts = BTreeSet::new();
    for party in connected(tx, id, Towards::Owned)? {
        accounts.extend(account::accounts_ever_of(tx, party)?);
    }
    Ok(accounts)
}

/// Which way interests are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Towards {
    /// To what a party owns.
    Owned,
    /// To what it owns and to who owns it.
    Everybody,
}

/// A party and everybody whom interests connect it with, those that have ended included. Each is visited once.
fn connected(tx: &mut dyn Tx, id: PartyId, towards: Towards) -> Result<BTreeSet<PartyId>, RegisterError> {
    let mut found = BTreeSet::from([id]);
    let mut waiting = vec![id];
    while let Some(party) = waiting.pop() {
        let mut next = erasure::owned_by(tx, party)?;
        if towards == Towards::Everybody {
            next.extend(erasure::owners_of(tx, party)?);
        }
        waiting.extend(next.into_iter().filter(|party| found.insert(*party)));
    }
    Ok(found)
}

/// Those whom interests connect with a party, itself included, once there is no key of any of them: until then the interests are
/// how the others are found from their accounts.
pub(crate) fn all_erased_around(
    tx: &mut dyn Tx,
    id: PartyId,
) -> Result<Option<BTreeSet<PartyId>>, RegisterError> {
    let all = connected(tx, id, Towards::Everybody)?;
    for party in &all {
        let Some(row) = party::find(tx, *party)? else { continue };
        for class in Retention::ALL {
            if key::find_subject(tx, &row.subject, class.number())?.is_some() {
                return Ok(None);
            }
        }
    }
    Ok(Some(all))
}

/// What belongs to an object: an account with everybody on it and behind it, anything else alone.
pub(crate) fn targets(
    tx: &mut dyn Tx,
    object: Object,
    class: Retention,
) -> Result<Vec<Target>, RegisterError> {
    let mut targets = Vec::new();
    let parties = match object {
        Object::Party(id) => BTreeSet::from([id]),
        Object::Account(id) => {
            let row = account::find(tx, id)?.ok_or(RegisterError::NotFound { what: "account" })?;
            targets.push(Target { subject: row.subject, class, object });
            parties_behind(tx, id)?
        }
        own => {
            targets.extend(own::target(tx, own, class)?);
            BTreeSet::new()
        }
    };
    for id in parties {
        let row = party::find(tx, id)?.ok_or(RegisterError::NotFound { what: "party" })?;
        targets.push(Target { subject: row.subject, class, object: Object::Party(id) });
    }
    Ok(targets)
}

/// What a hold on an object keeps: what belongs to it, and for an account the orders and disclosures about it.
pub(crate) fn targets_of_hold(
    tx: &mut dyn Tx,
    object: Object,
    class: Retention,
) -> Result<Vec<Target>, RegisterError> {
    let mut all = targets(tx, object, class)?;
    if let Object::Account(id) = object {
        for about in own::about(tx, id)? {
            all.extend(own::target(tx, about, class)?);
        }
    }
    Ok(all)
}

/// The holds in force that cover a key: those that keep it by name, that name its object, and that name an account the party
/// stands behind or a party on the account. One that is confined to types of records covers keys with such a record.
pub(crate) fn holds_on(tx: &mut dyn Tx, target: &Target) -> Result<BTreeSet<HoldId>, RegisterError> {
    let mut named = BTreeSet::new();
    let mut objects = vec![target.object];
    match target.object {
        Object::Account(id) => objects.extend(parties_behind(tx, id)?.into_iter().map(Object::Party)),
        Object::Party(id) => objects.extend(accounts_behind(tx, id)?.into_iter().map(Object::Account)),
        own => named.extend(own::holds_on(tx, own)?),
    }
    for object in objects {
        named.extend(hold::on_object(tx, object.kind(), &object.bytes())?);
    }
    let mut holds = BTreeSet::from_iter(hold::pinning(tx, &target.subject, target.class.number())?);
    for id in named {
        if is_about(tx, id, target)? {
            holds.insert(id);
        }
    }
    Ok(holds)
}

/// Whether a hold keeps every type of record, or one that is under this key.
fn is_about(tx: &mut dyn Tx, id: HoldId, target: &Target) -> Result<bool, RegisterError> {
    let types = hold::record_types(tx, id)?;
    let always = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
    for leaf_type in &types {
        let class = target.class.number();
        if !erasure::indices_of_type(tx, &target.subject, class, always, *leaf_type, 1)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(types.is_empty())
}
