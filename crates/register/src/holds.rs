//! Holds: what must not be erased, why, and until when.
//!
//! A hold names accounts and parties. It keeps their keys: placing it writes down, in one leaf, which records it covered at that
//! moment and pins their keys, and the erasing transaction looks at all holds again, so one that was acknowledged before always
//! wins. What may name people, the matter, is sealed under a pseudonym of the hold's own, and its records stand in no account's
//! chain: a hold that must be kept from the customer shows up in no package about the account and in no message to the outside.
//! Release needs a second person. Requirements SCA-P, EVD; ledger design 5.4.

mod end;
mod limits;
mod scope;

pub use limits::{
    COVERED_RECORDS_MAX, HOLDS_PER_PAGE, LINE_LENGTH_MAX, MATTER_LENGTH_MAX, OBJECTS_MAX, REVIEW_DAYS_MAX,
};

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::keys;
use crate::record::{Record, RecordType, Retention};
use crate::retention::Object;
use crate::unit::Unit;
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tenantry_model::hold::{HoldKind, HoldState, Silence};
use tenantry_model::id::{HoldId, OrderId, PartyId, StaffId};
use tenantry_model::random::draw;
use tenantry_model::time::Timestamp;
use tenantry_store::repo::hold::{self, HoldRow};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::Vault;

/// A hold as entered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewHold {
    /// Why.
    pub kind: HoldKind,
    /// Whether the person concerned may learn of it.
    pub silence: Silence,
    /// Who asks for it: an office, not a person; one line.
    pub authority: String,
    /// Their reference; one line.
    pub reference: String,
    /// What it is about, in words. Sealed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub matter: String,
    /// Accounts, each by identifier or by the provider's reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// Parties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<PartyId>,
    /// Only records from this instant on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_from: Option<Timestamp>,
    /// Only records before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_until: Option<Timestamp>,
    /// Only records of these types, by the numbers their leaves carry; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub record_types: Vec<u16>,
    /// Who answers for it; the one who places it unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<StaffId>,
    /// When somebody must look whether it is still needed; in a year, or when it ends by itself, unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_at: Option<Timestamp>,
}

/// A hold as shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldView {
    /// Identifier.
    pub id: HoldId,
    /// Why.
    pub kind: HoldKind,
    /// Where it stands.
    pub state: HoldState,
    /// Whether the person concerned may learn of it.
    pub silence: Silence,
    /// Who asked for it.
    pub authority: String,
    /// Their reference.
    pub reference: String,
    /// Who answers for it.
    pub owner: String,
    /// The order it carries out.
    pub order: Option<OrderId>,
    /// What it names.
    pub objects: Vec<Object>,
    /// Only records from this instant on.
    pub records_from: Option<Timestamp>,
    /// Only records before this instant.
    pub records_until: Option<Timestamp>,
    /// Only records of these types; none means all.
    pub record_types: Vec<u16>,
    /// How many keys it keeps.
    pub keys: i64,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// When it ends by itself; `None` when it lasts until it is released.
    pub expires_at: Option<Timestamp>,
    /// When it was renewed.
    pub renewed_at: Option<Timestamp>,
    /// When somebody must look whether it is still needed.
    pub review_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// The leaf that says what it covered when it was placed.
    pub leaf: i64,
    /// Grows with every change.
    pub version: i64,
}

impl std::fmt::Debug for HoldView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HoldView").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

impl Register {
    /// Places a hold. From the moment this returns, nothing it covers is erased.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] names the field; an account or party that does not exist is one of them.
    pub fn place_hold(&self, call: &Call, new: NewHold) -> Result<HoldView, RegisterError> {
        let request = new.clone();
        self.core.change(call, Action::PlaceHold, &("place_hold", request), move |unit| {
            let objects = scope::objects(unit.tx, &unit.call.actor, &new.accounts, &new.parties)?;
            let terms = Terms::of(&new, unit.now)?;
            let owner = new.owner.map_or_else(|| unit.call.actor_text(), |owner| owner.to_string());
            unit.add_hold(&new, &terms, &objects, owner, None)
        })
    }

    /// Renews a hold whose kind is renewed once, before it ends.
    ///
    /// # Errors
    /// [`RegisterError::State`] when it is over, was renewed before, or is of a kind that is not renewed.
    pub fn renew_hold(&self, call: &Call, id: HoldId) -> Result<HoldView, RegisterError> {
        self.core
            .change(call, Action::PlaceHold, &("renew_hold", id), move |unit| unit.renew(id).map(drop))?;
        self.hold_by_id(id)
    }

    /// Holds before `before`, newest first.
    pub fn holds(&self, call: &Call, before: Option<HoldId>) -> Result<Vec<HoldView>, RegisterError> {
        authorise(&call.actor, Action::ReadRetention)?;
        let before = before.unwrap_or(HoldId::from_bytes([0xff; 16]));
        self.core.store.read(move |tx| {
            hold::page(tx, before, HOLDS_PER_PAGE)?.into_iter().map(|row| view(tx, row)).collect()
        })
    }

    /// One hold.
    pub fn hold(&self, call: &Call, id: HoldId) -> Result<HoldView, RegisterError> {
        authorise(&call.actor, Action::ReadRetention)?;
        self.hold_by_id(id)
    }

    /// What a hold is about, in words. Seeing it is a record in the hold's own chain, durable before the words are opened.
    pub fn hold_matter(&self, call: &Call, id: HoldId) -> Result<String, RegisterError> {
        let purpose = call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
        let (subject, sealed) = self.core.change(call, Action::ReadMatter, &("matter", id), move |unit| {
            let row = hold::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "hold" })?;
            let record = Record::new(RecordType::Revealed, row.subject, Retention::PersonalData)
                .text("hold", id)
                .text("actor", unit.call.actor_text())
                .text("purpose", &purpose)
                .text("fields", "matter");
            unit.record(record)?;
            Ok((row.subject, row.sealed))
        })?;
        let vault: Arc<Vault> = Arc::clone(&self.core.vault);
        self.core.store.read(move |tx| keys::open_json(tx, &vault, &subject, &id.bytes(), &sealed))
    }

    fn hold_by_id(&self, id: HoldId) -> Result<HoldView, RegisterError> {
        self.core.store.read(move |tx| {
            let row = hold::find(tx, id)?.ok_or(RegisterError::NotFound { what: "hold" })?;
            view(tx, row)
        })
    }
}

/// From when to when a hold lasts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    expires_at: Option<Timestamp>,
    review_at: Timestamp,
}

impl Terms {
    /// Checks what was entered and works the dates out.
    pub(crate) fn of(new: &NewHold, now: Timestamp) -> Result<Self, RegisterError> {
        scope::check(new)?;
        let expires_at = new.kind.days().map(|days| now.plus_days(days));
        let latest = now.plus_days(REVIEW_DAYS_MAX);
        let review_at = new.review_at.or(expires_at).unwrap_or(latest);
        if review_at <= now || review_at > latest {
            return Err(RegisterError::invalid("/review_at", "lies in the future and at most a year ahead"));
        }
        Ok(Self { expires_at, review_at })
    }
}

impl Terms {
    /// The terms of a hold that carries out an order due at `due_at`; `None` when that is past.
    pub(crate) fn until(kind: HoldKind, due_at: Timestamp, now: Timestamp) -> Option<Self> {
        let latest = now.plus_days(REVIEW_DAYS_MAX);
        match kind.days() {
            Some(_) if due_at <= now => None,
            Some(_) => Some(Self { expires_at: Some(due_at), review_at: due_at.min(latest) }),
            None => Some(Self { expires_at: None, review_at: latest }),
        }
    }
}

impl Unit<'_> {
    /// Adds a hold: row, objects, pins, and the leaf that says what it covers.
    pub(crate) fn add_hold(
        &mut self,
        new: &NewHold,
        terms: &Terms,
        objects: &[Object],
        owner: String,
        order: Option<(OrderId, u64)>,
    ) -> Result<HoldView, RegisterError> {
        if objects.is_empty() {
            return Err(RegisterError::invalid("/accounts", "name at least one account or party"));
        }
        let id = HoldId::new(self.now, &*self.core.entropy);
        let subject: [u8; 16] = draw(&*self.core.entropy);
        let covered = scope::covered(self.tx, objects, &scope::Records::of(new))?;
        let mut record = Record::new(RecordType::HoldPlaced, subject, Retention::DecisionEvidence)
            .text("hold", id)
            .text("kind", new.kind)
            .text("silence", new.silence)
            .text("authority", new.authority.trim())
            .text("reference", new.reference.trim())
            .text("owner", &owner)
            .text("review_at", terms.review_at)
            .json("objects", &objects)
            .json("covered", &covered);
        if !new.record_types.is_empty() {
            record = record.json("record_types", &new.record_types);
        }
        for (name, at) in [("records_from", new.records_from), ("records_until", new.records_until)] {
            if let Some(at) = at {
                record = record.text(name, at);
            }
        }
        if let Some(expires_at) = terms.expires_at {
            record = record.text("expires_at", expires_at);
        }
        if let Some((order, leaf)) = order {
            record = record.text("order", order).caused_by(leaf);
        }
        let leaf = self.record(record)?;
        if !new.matter.is_empty() {
            // Its words may name people, so they are erasable on their own.
            let words = Record::new(RecordType::HoldPlaced, subject, Retention::PersonalData);
            self.record(words.text("hold", id).text("matter", &new.matter).caused_by(leaf))?;
        }
        let row = HoldRow {
            id,
            kind: new.kind,
            state: HoldState::InForce,
            silence: new.silence,
            authority: new.authority.trim().to_owned(),
            reference: new.reference.trim().to_owned(),
            owner,
            order: order.map(|(order, _)| order),
            scope_from: new.records_from,
            scope_until: new.records_until,
            placed_at: self.now,
            expires_at: terms.expires_at,
            renewed_at: None,
            review_at: terms.review_at,
            ended_at: None,
            leaf: i64::try_from(leaf).unwrap_or(i64::MAX),
            subject,
            sealed: self.seal(&subject, &id.bytes(), &new.matter)?,
            version: 1,
        };
        hold::add(self.tx, &row)?;
        for object in objects {
            hold::add_object(self.tx, id, object.kind(), &object.bytes())?;
        }
        for leaf_type in &new.record_types {
            hold::add_record_type(self.tx, id, *leaf_type)?;
        }
        for slot in &covered {
            hold::add_pin(self.tx, id, &slot.subject.0, slot.class)?;
        }
        view(self.tx, row)
    }

    fn renew(&mut self, id: HoldId) -> Result<(), RegisterError> {
        let row = hold::find(self.tx, id)?.ok_or(RegisterError::NotFound { what: "hold" })?;
        let state = |state: &str, hint| RegisterError::State { what: "hold", state: state.to_owned(), hint };
        let (Some(days), Some(expires_at)) = (row.kind.renewal_days(), row.expires_at) else {
            return Err(state("of a kind that lasts until it is released", "there is nothing to renew"));
        };
        if row.state != HoldState::InForce || expires_at <= self.now {
            return Err(state("over", "place a new hold if the law allows another"));
        }
        if row.renewed_at.is_some() {
            return Err(state("renewed already", "it is renewed once; ask the authority for process"));
        }
        let until = expires_at.plus_days(days);
        let review_at = until.min(self.now.plus_days(REVIEW_DAYS_MAX));
        let record = Record::new(RecordType::HoldChanged, row.subject, Retention::DecisionEvidence)
            .text("hold", id)
            .text("change", "renewed")
            .text("expires_at", until)
            .caused_by(u64::try_from(row.leaf).unwrap_or_default());
        self.record(record)?;
        if hold::renew(self.tx, id, until, self.now, review_at)? {
            return Ok(());
        }
        Err(RegisterError::Changed { what: "hold" })
    }
}

fn view(tx: &mut dyn Tx, row: HoldRow) -> Result<HoldView, RegisterError> {
    let objects = hold::objects(tx, row.id)?.into_iter();
    Ok(HoldView {
        id: row.id,
        kind: row.kind,
        state: row.state,
        silence: row.silence,
        authority: row.authority,
        reference: row.reference,
        owner: row.owner,
        order: row.order,
        objects: objects.map(|(kind, id)| Object::from_parts(kind, id)).collect(),
        records_from: row.scope_from,
        records_until: row.scope_until,
        record_types: hold::record_types(tx, row.id)?,
        keys: hold::pins(tx, row.id)?,
        placed_at: row.placed_at,
        expires_at: row.expires_at,
        renewed_at: row.renewed_at,
        review_at: row.review_at,
        ended_at: row.ended_at,
        leaf: row.leaf,
        version: row.version,
    })
}
