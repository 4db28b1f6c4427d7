//! Legal process: what arrived, whom it names, and the clock it starts.
//!
//! Receiving an order records it, opens a case that carries the work, starts its clock, and places a hold on the accounts it names.
//! It discloses nothing and changes no account: that is decided in the case. What the order says is sealed under a pseudonym of its own, and its records stand in
//! none of the accounts' chains, so that an order that must be kept from the customer shows up in no package about the account.
//! Messages to the outside carry identifiers only. Requirements SCA-P, EVD, ASM-01, RES-04.

pub(crate) mod document;

pub use document::{DOCUMENT_BYTES_MAX, DocumentBytes, DocumentView, NewDocument, OrderDocument};

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::core::Core;
use crate::holds::{NewHold, Terms};
use crate::outcome::{CaseDetail, CaseSummary, NewCase};
use crate::record::{Record, RecordType, Retention};
use crate::retention::Object;
use crate::sight::account_meant;
use crate::{Register, RegisterError};
use document::Document;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tenantry_model::case::CaseKind;
use tenantry_model::event::EventType;
use tenantry_model::hold::{HoldKind, Silence};
use tenantry_model::id::{AccountId, CaseId, OrderId};
use tenantry_model::order::OrderKind;
use tenantry_model::random::draw;
use tenantry_model::staff::Actor;
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_store::repo::{account, order};
use tenantry_store::{StoreExt, Tx};

/// Bounds of one order.
pub mod limits {
    /// Accounts that one order can name.
    pub const ACCOUNTS_MAX: usize = 500;
    /// Characters in the name of an authority or in its reference.
    pub const LINE_LENGTH_MAX: usize = 200;
    /// Characters in the words of an order.
    pub const WORDS_LENGTH_MAX: usize = 20_000;
    /// Days that a date of receipt can lie back.
    pub const RECEIVED_DAYS_BACK_MAX: u32 = 365;
    /// Orders on one page.
    pub const ORDERS_PER_PAGE: u32 = 500;
}

const HOUR_US: i64 = 3_600_000_000;

/// An order as entered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// What kind of legal process.
    pub kind: OrderKind,
    /// Who issued it: an office, not a person.
    pub authority: String,
    /// The authority's own reference.
    pub reference: String,
    /// When it arrived; now unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// When it must be answered, or how long records are held. Where the kind has a clock of its own that is taken
    /// ([`default_due`]); other kinds must name the date the order states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// The accounts it names, each by identifier or by the provider's reference.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<String>,
    /// What it demands, in words. Sealed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// The document as received. Sealed; the record of the order states its SHA-256 and size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<NewDocument>,
}

/// An order as shown. What it says is part of its case, where seeing it is a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    /// Identifier.
    pub id: OrderId,
    /// What kind.
    pub kind: OrderKind,
    /// Who issued it.
    pub authority: String,
    /// The authority's own reference.
    pub reference: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// When it must be answered, or how long records are held.
    pub due_at: Timestamp,
    /// The case that carries the work.
    pub case: CaseId,
    /// The accounts it names.
    pub accounts: Vec<AccountId>,
    /// The document it arrived as, if that was recorded and its record is not erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentView>,
}

/// When an order of a kind is due unless it says otherwise; `None` when only the order itself can say.
///
/// ```
/// use tenantry_model::{order::OrderKind, time::Timestamp};
/// let received = Timestamp::from_micros(0);
/// let due = tenantry_register::orders::default_due(OrderKind::EmergencyRequest, received);
/// assert_eq!(due.map(|d| d.to_string()).as_deref(), Some("1970-01-01T08:00:00Z"));
/// ```
pub const fn default_due(kind: OrderKind, received_at: Timestamp) -> Option<Timestamp> {
    let due = match kind {
        // 18 USC 2703(f): records are preserved for 90 days (SCA-P).
        OrderKind::PreservationRequest => received_at.plus_days(90),
        // Regulation (EU) 2023/1543 (EVD): produce in 10 days, in 8 hours in an emergency; preserve for 60 days.
        // 7.305(a), 7.303(d): the written programme within 10 calendar days (ASM-01, RES-04).
        OrderKind::EuropeanProductionOrder | OrderKind::RegulatorRequest => received_at.plus_days(10),
        OrderKind::EmergencyRequest => received_at.plus_micros(8 * HOUR_US),
        OrderKind::EuropeanPreservationOrder => received_at.plus_days(60),
        OrderKind::Subpoena | OrderKind::CourtOrder | OrderKind::Warrant => return None,
    };
    Some(due)
}

impl Register {
    /// Receives an order: records it, opens its case, starts its clock.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] names the field; an account that does not exist is one of them.
    pub fn receive_order(&self, call: &Call, new: NewOrder) -> Result<OrderView, RegisterError> {
        let now = self.core.clock.now();
        let received_at = new.received_at.unwrap_or(now);
        check(&new, received_at, now)?;
        let due_at = new.due_at.or(default_due(new.kind, received_at)).ok_or_else(|| {
            RegisterError::invalid(
                "/due_at",
                "this kind has no clock of its own; enter the date the order states",
            )
        })?;
        if due_at <= received_at {
            return Err(RegisterError::invalid("/due_at", "an order is due after it was received"));
        }
        let document = new.document.as_ref().map(Document::parse).transpose()?;
        let request = new.clone();
        self.core.change(call, Action::ReceiveOrder, &request, move |unit| {
            let accounts = find_accounts(unit.tx, &unit.call.actor, &new.accounts)?;
            let id = OrderId::new(unit.now, &*unit.core.entropy);
            let subject: [u8; 16] = draw(&*unit.core.entropy);
            let record = Record::new(RecordType::OrderReceived, subject, Retention::DecisionEvidence)
                .text("order", id)
                .text("kind", new.kind)
                .text("authority", new.authority.trim())
                .text("reference", new.reference.trim())
                .text("received_at", received_at)
                .text("due_at", due_at)
                .json("accounts", &accounts);
            let leaf = unit.record(match &document {
                Some(document) => document.state(record),
                None => record,
            })?;
            if let Some(document) = &document {
                unit.keep_document(&subject, document)?;
            }
            if !new.words.is_empty() {
                // Its words may name people, so they are erasable on their own.
                let words = Record::new(RecordType::OrderReceived, subject, Retention::PersonalData);
                unit.record(words.text("order", id).text("words", &new.words).caused_by(leaf))?;
            }
            let case = unit.add_case(&case_of(&new, id, subject, &accounts, due_at, unit.now, leaf))?;
            let row = order::OrderRow {
                id,
                kind: new.kind,
                authority: new.authority.trim().to_owned(),
                reference: new.reference.trim().to_owned(),
                received_at,
                due_at,
                case,
                subject,
                sealed: unit.seal(&subject, &id.bytes(), &new.words)?,
            };
            order::add(unit.tx, &row, &accounts)?;
            unit.hold_for_order(&new, &row, &accounts, leaf)?;
            let data = serde_json::json!({ "order": id, "kind": new.kind, "case": case });
            unit.emit(EventType::OrderReceived, id, &data)?;
            Ok(view(row, accounts, document.as_ref().map(|document| document.view.clone())))
        })
    }

    /// The orders, latest deadline first.
    pub fn orders(&self, call: &Call) -> Result<Vec<OrderView>, RegisterError> {
        authorise(&call.actor, Action::ReadOrders)?;
        let core = Arc::clone(&self.core);
        self.core.store.read(move |tx| {
            let rows = order::page(tx, limits::ORDERS_PER_PAGE)?;
            rows.into_iter().map(|row| whole_view(tx, &core, row)).collect()
        })
    }

    /// How many orders are due from now on until an instant.
    pub fn orders_due(&self, call: &Call, until: Timestamp) -> Result<i64, RegisterError> {
        authorise(&call.actor, Action::ReadOrders)?;
        let now = self.core.clock.now();
        self.core.store.read(move |tx| order::count_due(tx, now, until).map_err(RegisterError::from))
    }

    /// One order.
    pub fn order(&self, call: &Call, id: OrderId) -> Result<OrderView, RegisterError> {
        authorise(&call.actor, Action::ReadOrders)?;
        let core = Arc::clone(&self.core);
        self.core.store.read(move |tx| {
            let row = order::find(tx, id)?.ok_or(RegisterError::NotFound { what: "order" })?;
            whole_view(tx, &core, row)
        })
    }
}

impl crate::unit::Unit<'_> {
    /// Places the hold that an order asks for, on the accounts it names, silent. What names no account yet holds nothing; its
    /// case says what is to be done.
    fn hold_for_order(
        &mut self,
        new: &NewOrder,
        row: &order::OrderRow,
        accounts: &[AccountId],
        leaf: u64,
    ) -> Result<(), RegisterError> {
        let Some(kind) = hold_kind(new.kind) else { return Ok(()) };
        if accounts.is_empty() {
            return Ok(());
        }
        let hold = NewHold {
            kind,
            silence: Silence::Silent,
            authority: row.authority.clone(),
            reference: row.reference.clone(),
            matter: String::new(),
            accounts: Vec::new(),
            parties: Vec::new(),
            records_from: None,
            records_until: None,
            record_types: Vec::new(),
            owner: None,
            review_at: None,
        };
        // A date that is past when the order is entered holds nothing any more.
        let Some(terms) = Terms::until(kind, row.due_at, self.now) else { return Ok(()) };
        let objects: Vec<Object> = accounts.iter().copied().map(Object::Account).collect();
        let owner = self.call.actor_text();
        self.add_hold(&hold, &terms, &objects, owner, Some((row.id, leaf))).map(drop)
    }
}

/// Which hold an order asks for: what an authority wants preserved, and what it wants produced, must not be erased meanwhile.
const fn hold_kind(kind: OrderKind) -> Option<HoldKind> {
    match kind {
        OrderKind::PreservationRequest => Some(HoldKind::PreservationRequest),
        OrderKind::EuropeanPreservationOrder => Some(HoldKind::EuropeanPreservation),
        OrderKind::EuropeanProductionOrder
        | OrderKind::Subpoena
        | OrderKind::CourtOrder
        | OrderKind::Warrant
        | OrderKind::EmergencyRequest => Some(HoldKind::LegalProcess),
        OrderKind::RegulatorRequest => None,
    }
}

fn check(new: &NewOrder, received_at: Timestamp, now: Timestamp) -> Result<(), RegisterError> {
    for (pointer, text) in [("/authority", &new.authority), ("/reference", &new.reference)] {
        let text = text.trim();
        let fits = (1..=limits::LINE_LENGTH_MAX).contains(&text.chars().count());
        if !fits || text.contains(char::is_control) {
            let detail = format!("one line of 1 to {} characters", limits::LINE_LENGTH_MAX);
            return Err(RegisterError::invalid(pointer, detail));
        }
    }
    if new.words.chars().count() > limits::WORDS_LENGTH_MAX {
        let detail = format!("at most {} characters", limits::WORDS_LENGTH_MAX);
        return Err(RegisterError::invalid("/words", detail));
    }
    if new.accounts.len() > limits::ACCOUNTS_MAX {
        let detail = format!("at most {} accounts in one order", limits::ACCOUNTS_MAX);
        return Err(RegisterError::invalid("/accounts", detail));
    }
    let earliest = now.plus_micros(-i64::from(limits::RECEIVED_DAYS_BACK_MAX) * DAY_US);
    if received_at > now || received_at < earliest {
        return Err(RegisterError::invalid("/received_at", "not in the future and at most a year back"));
    }
    Ok(())
}

fn find_accounts(tx: &mut dyn Tx, actor: &Actor, named: &[String]) -> Result<Vec<AccountId>, RegisterError> {
    let mut accounts = Vec::with_capacity(named.len());
    for (position, name) in named.iter().enumerate() {
        // No reference holds such a character, and not every store can look for one.
        let name = if name.contains(char::is_control) { "" } else { name.as_str() };
        let row = match name.parse::<AccountId>() {
            Ok(id) => account::find(tx, id)?,
            Err(_) => account_meant(tx, actor, name.trim())?,
        };
        let unknown = || RegisterError::invalid(format!("/accounts/{position}"), "no account has this name");
        accounts.push(row.ok_or_else(unknown)?.id);
    }
    accounts.sort_unstable();
    accounts.dedup();
    Ok(accounts)
}

fn case_of(
    new: &NewOrder,
    id: OrderId,
    subject: [u8; 16],
    accounts: &[AccountId],
    due_at: Timestamp,
    now: Timestamp,
    leaf: u64,
) -> NewCase {
    let (requirements, sentence) = duty(new.kind);
    NewCase {
        kind: CaseKind::Order,
        account: accounts.first().copied().filter(|_| accounts.len() == 1),
        party: None,
        subject,
        chain: subject,
        priority: i64::from(new.kind != OrderKind::EmergencyRequest),
        fingerprint: Sha256::digest(id.bytes()).into(),
        summary: CaseSummary {
            rules: Vec::new(),
            requirements: requirements.iter().map(|id| (*id).to_owned()).collect(),
            sentences: vec![sentence.to_owned()],
            score_per_mille: None,
            escalated_at: None,
        },
        detail: CaseDetail { words: new.words.clone(), ..CaseDetail::default() },
        due_at: work_due_at(new.kind, due_at, now),
        cause: Some(leaf),
        overtakes: Vec::new(),
    }
}

/// When the work is due: with the order, but what is to be preserved is preserved within a day of receipt.
fn work_due_at(kind: OrderKind, due_at: Timestamp, now: Timestamp) -> Timestamp {
    match kind {
        OrderKind::PreservationRequest | OrderKind::EuropeanPreservationOrder => due_at.min(now.plus_days(1)),
        _ => due_at,
    }
}

/// Requirements behind a kind, and what is to be done, in a sentence.
const fn duty(kind: OrderKind) -> (&'static [&'static str], &'static str) {
    match kind {
        OrderKind::PreservationRequest => {
            (&["SCA-P"], "Preserve existing records for 90 days, once renewable; hold, do not disclose.")
        }
        OrderKind::EuropeanProductionOrder => {
            (&["EVD"], "Preserve at once; produce within 10 days, unless there is a reason to refuse.")
        }
        OrderKind::EuropeanPreservationOrder => {
            (&["EVD"], "Preserve at once for 60 days; 30 more on the extension form.")
        }
        OrderKind::EmergencyRequest => {
            (&["EVD", "SCA-D"], "An emergency: answer within 8 hours; check first that the form is genuine.")
        }
        OrderKind::RegulatorRequest => (
            &["ASM-01", "RES-04"],
            "Hand over the written programme or the records asked for within 10 calendar days.",
        ),
        OrderKind::Subpoena | OrderKind::CourtOrder | OrderKind::Warrant => {
            (&["SCA-D"], "Check what the process reaches and answer by the date it states.")
        }
    }
}

fn whole_view(tx: &mut dyn Tx, core: &Core, row: order::OrderRow) -> Result<OrderView, RegisterError> {
    let accounts = order::accounts(tx, row.id)?;
    let document = match document::document_of(tx, core, &row.subject) {
        Err(RegisterError::Erased) => None,
        document => document?,
    };
    Ok(view(row, accounts, document))
}

fn view(row: order::OrderRow, accounts: Vec<AccountId>, document: Option<DocumentView>) -> OrderView {
    OrderView {
        id: row.id,
        kind: row.kind,
        authority: row.authority,
        reference: row.reference,
        received_at: row.received_at,
        due_at: row.due_at,
        case: row.case,
        accounts,
        document,
    }
}
