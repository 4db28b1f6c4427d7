//! Many accesses at once: a micro-batch behind one leaf.
//!
//! A provider's log-ins come by the thousand each second; a leaf for each would drown the ledger. A batch is one unit and one leaf,
//! durable before it is acknowledged like everything here. Each access in it has a commitment of its own, is provable in two stages,
//! and is sealed under the key of its own account, so that erasing one account touches no other. Ledger design 4.4.

use crate::access::{Action, authorise};
use crate::accounts::NewAccess;
use crate::call::{Call, Reason};
use crate::core::Core;
use crate::intake::lies_ahead;
use crate::keys;
use crate::record::{Record, RecordType, Retention};
use crate::sight::{account_in_sight, not_erased};
use crate::unit::{broken, nanos};
use crate::{Register, RegisterError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenantry_ledger::batch::{BatchStatement, EVENT_BYTES, Event, prove_event};
use tenantry_ledger::limits::BATCH_EVENTS_MAX;
use tenantry_ledger::{Body, Disclosure, Field, Hash, LeafHeader, Pseudonym, RetentionClass};
use tenantry_model::id::AccountId;
use tenantry_model::time::Timestamp;
use tenantry_store::StoreExt;
use tenantry_store::repo::{account, ledger};
use zeroize::Zeroizing;

/// Version of the field list of an access in a batch.
const SCHEMA: u16 = 1;

/// What a batch was recorded as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchReceipt {
    /// Index of its leaf.
    pub leaf: u64,
    /// Accesses in it.
    pub events: u16,
}

/// Proof that an access was recorded: the event is in the batch, the batch is in the ledger.
#[derive(Debug, Clone)]
pub struct EventProof {
    /// The event, byte for byte.
    pub event: [u8; EVENT_BYTES],
    /// Sibling hashes within the batch.
    pub path: Vec<Hash>,
    /// The fields of the batch leaf, which state the root.
    pub shown: Disclosure,
    /// The batch leaf, byte for byte.
    pub leaf: Vec<u8>,
    /// Proof of that leaf, C2SP `tlog-proof`.
    pub proof: String,
}

impl Register {
    /// Records up to 4,096 accesses as one batch. All of it is recorded or nothing. Accounts that were reached through a network that
    /// hides its user are looked at, once in a while each.
    ///
    /// # Errors
    /// As [`Register::report_access`] for the first access that is refused; [`RegisterError::Invalid`] for an empty or too large batch.
    pub fn report_accesses(
        &self,
        call: &Call,
        accesses: Vec<(AccountId, NewAccess)>,
    ) -> Result<BatchReceipt, RegisterError> {
        authorise(&call.actor, Action::ReportAccess)?;
        if accesses.is_empty() || accesses.len() > BATCH_EVENTS_MAX {
            let detail = format!("1 to {BATCH_EVENTS_MAX} accesses");
            return Err(RegisterError::invalid("/accesses", detail));
        }
        if let Some(receipt) =
            self.core.answered_before(call, Action::ReportAccess, &("accesses", &accesses))?
        {
            return Ok(receipt);
        }
        let now = self.core.clock.now();
        if let Some(late) = accesses.iter().position(|(_, access)| lies_ahead(access.at, now)) {
            return Err(RegisterError::invalid(format!("/accesses/{late}/at"), "lies in the future"));
        }
        let subjects = self.core.subjects_in_sight(call, &accesses)?;
        // Commitments and hashes take most of the time and need no transaction.
        let batch = Batch::prepare(&self.core, &accesses, &subjects, now)?;
        // So does looking up where they came from.
        let flags = self.core.accesses_to_flag(&accesses)?;
        let (deployment, flagged) = (self.core.deployment, flags.clone());
        let receipt =
            self.core.change(call, Action::ReportAccess, &("accesses", &accesses), move |unit| {
                for (account, at) in &batch.latest {
                    account::accessed(unit.tx, *account, *at)?;
                }
                let mut record =
                    Record::new(RecordType::EventsBatched, deployment, Retention::DecisionEvidence);
                for (name, value) in batch.statement.to_fields() {
                    record = record.text(name, value);
                }
                let leaf = unit.record(record)?;
                let mut sealed = Vec::new();
                for (subject, opening) in &batch.openings {
                    ledger::add_event_subject(unit.tx, subject, i64::try_from(leaf).unwrap_or(i64::MAX))?;
                    let bytes = unit.seal_bytes(subject, &group(leaf), opening)?;
                    sealed.extend_from_slice(subject);
                    sealed.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
                    sealed.extend_from_slice(&bytes);
                }
                ledger::add_batch(unit.tx, i64::try_from(leaf).unwrap_or(i64::MAX), &batch.events, &sealed)?;
                unit.flag_accesses(&flags)?;
                Ok(BatchReceipt { leaf, events: u16::try_from(batch.statement.events).unwrap_or(u16::MAX) })
            })?;
        self.core.flagged(&flagged);
        Ok(receipt)
    }

    /// Proof of access `number` of the batch behind leaf `leaf`, against the newest signed checkpoint.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] when there is no such batch or access, or no checkpoint covers it yet; else as
    /// [`Register::tlog_proof`].
    pub fn event_proof(&self, call: &Call, leaf: u64, number: u16) -> Result<EventProof, RegisterError> {
        authorise(&call.actor, Action::ReadLedger)?;
        if call.actor.confined_to().is_some() {
            return Err(RegisterError::Forbidden { action: Action::ReadLedger });
        }
        let core = Arc::clone(&self.core);
        let (bytes, header, body, events) = self.core.store.read(move |tx| {
            let index = i64::try_from(leaf).map_err(|_| missing())?;
            let events = ledger::find_batch(tx, index)?.ok_or_else(missing)?.events;
            let row =
                ledger::range(tx, index, 1)?.pop().filter(|row| row.seq == index).ok_or_else(missing)?;
            let header = LeafHeader::decode(&row.bytes)?;
            let opening = keys::open_body(tx, &core.vault, &header, &row.bytes, &row.body)?;
            Ok::<_, RegisterError>((row.bytes, header, Body::decode(&opening)?, events))
        })?;
        let shown = body.disclose_all();
        if BatchStatement::of(&events)? != BatchStatement::from_leaf(&header, &shown)? {
            return Err(RegisterError::Ledger {
                reason: format!("the events behind leaf {leaf} were changed"),
            });
        }
        let event =
            events.as_chunks::<EVENT_BYTES>().0.get(usize::from(number)).copied().ok_or_else(missing)?;
        let path = prove_event(&events, number)?;
        Ok(EventProof { event, path, shown, leaf: bytes, proof: self.core.tlog_proof(leaf)? })
    }

    /// The accesses of an account in a batch, in plain, each with its number. The call says why, and the record of it is durable
    /// before they are opened.
    ///
    /// # Errors
    /// [`RegisterError::Erased`] when the account's key was destroyed; [`RegisterError::NotFound`] for an account out of sight or
    /// a leaf that is no batch.
    pub fn reveal_accesses(
        &self,
        call: &Call,
        leaf: u64,
        account: AccountId,
    ) -> Result<Vec<(u16, Body)>, RegisterError> {
        let actor = call.actor.clone();
        let (subject, sealed) =
            self.core.change(call, Action::Reveal, &("accesses", leaf, account), move |unit| {
                let row = account_in_sight(unit.tx, &actor, account)?;
                not_erased(unit.tx, account)?;
                let index = i64::try_from(leaf).map_err(|_| missing())?;
                let sealed = ledger::find_batch(unit.tx, index)?.ok_or_else(missing)?.sealed;
                let record = Record::new(RecordType::Revealed, row.subject, Retention::PersonalData)
                    .text("account", account)
                    .text("batch", leaf)
                    .text("actor", unit.call.actor_text())
                    .text("purpose", unit.call.reason.as_ref().map(Reason::expose).unwrap_or_default());
                unit.record(record)?;
                Ok((row.subject, group_of(&sealed, &row.subject).map(<[u8]>::to_vec)))
            })?;
        let Some(sealed) = sealed else { return Ok(Vec::new()) };
        let opening = keys::open_row_now(&self.core, subject, group(leaf), sealed)?;
        let (mut rest, mut bodies) = (opening.as_slice(), Vec::new());
        while let Some((number, body, tail)) = next_opening(rest) {
            bodies.push((number, Body::decode(body)?));
            rest = tail;
        }
        Ok(bodies)
    }
}

impl Core {
    fn subjects_in_sight(
        self: &Arc<Self>,
        call: &Call,
        accesses: &[(AccountId, NewAccess)],
    ) -> Result<BTreeMap<AccountId, [u8; 16]>, RegisterError> {
        let accounts: BTreeSet<AccountId> = accesses.iter().map(|(id, _)| *id).collect();
        let actor = call.actor.clone();
        self.store.read(move |tx| {
            let mut subjects = BTreeMap::new();
            for id in &accounts {
                subjects.insert(*id, account_in_sight(tx, &actor, *id)?.subject);
                not_erased(tx, *id)?;
            }
            Ok::<_, RegisterError>(subjects)
        })
    }
}

/// A batch ready to be recorded.
struct Batch {
    events: Vec<u8>,
    statement: BatchStatement,
    /// What each subject's key has to seal: `number u16 | length u32 | body`, one after the other.
    openings: Vec<([u8; 16], Zeroizing<Vec<u8>>)>,
    latest: Vec<(AccountId, Timestamp)>,
}

impl Batch {
    fn prepare(
        core: &Core,
        accesses: &[(AccountId, NewAccess)],
        subjects: &BTreeMap<AccountId, [u8; 16]>,
        now: Timestamp,
    ) -> Result<Self, RegisterError> {
        let mut events = Vec::with_capacity(accesses.len() * EVENT_BYTES);
        let mut openings = BTreeMap::<[u8; 16], Zeroizing<Vec<u8>>>::new();
        let mut latest = BTreeMap::<AccountId, Timestamp>::new();
        let event_type = tenantry_ledger::RecordType(RecordType::AccessReported.number());
        for ((account, access), number) in accesses.iter().zip(0_u16..) {
            let subject =
                subjects.get(account).copied().ok_or(RegisterError::NotFound { what: "account" })?;
            let mut fields = vec![
                Field::new("account", account.to_string()),
                Field::new("at", access.at.to_string()),
                Field::new("access", access.access.to_string()),
            ];
            fields.extend(access.ip.as_ref().map(|ip| Field::new("ip", ip.expose().to_string())));
            let body = Body::new(event_type, SCHEMA, fields, |out| core.entropy.fill(out)).map_err(broken)?;
            let event = Event {
                event_type,
                schema: SCHEMA,
                event_at: nanos(access.at),
                recorded_at: nanos(now),
                subject: Pseudonym(subject),
                commitment: body.commitment(),
                number,
                retention: RetentionClass::PERSONAL_DATA,
            };
            events.extend_from_slice(&event.encode().map_err(broken)?);
            let opening = Zeroizing::new(body.encode());
            let group = openings.entry(subject).or_default();
            group.extend_from_slice(&number.to_be_bytes());
            group.extend_from_slice(&u32::try_from(opening.len()).unwrap_or(u32::MAX).to_be_bytes());
            group.extend_from_slice(&opening);
            let last = latest.entry(*account).or_insert(access.at);
            *last = (*last).max(access.at);
        }
        let statement = BatchStatement::of(&events).map_err(broken)?;
        let (openings, latest) = (openings.into_iter().collect(), latest.into_iter().collect());
        Ok(Self { events, statement, openings, latest })
    }
}

const fn missing() -> RegisterError {
    RegisterError::NotFound { what: "batch of events" }
}

/// Name of a batch among the rows of each of its subjects.
pub(crate) fn group(leaf: u64) -> [u8; 16] {
    let mut name = *b"batch\0\0\0\0\0\0\0\0\0\0\0";
    for (slot, byte) in name.iter_mut().skip(8).zip(leaf.to_be_bytes()) {
        *slot = byte;
    }
    name
}

/// The sealed bytes of a subject among those of a batch.
fn group_of<'s>(sealed: &'s [u8], subject: &[u8; 16]) -> Option<&'s [u8]> {
    let mut rest = sealed;
    loop {
        let (of, bytes, tail) = next_group(rest)?;
        if of == subject {
            return Some(bytes);
        }
        rest = tail;
    }
}

/// The first subject of what is sealed of a batch, its bytes, and what follows them.
pub(crate) fn next_group(sealed: &[u8]) -> Option<(&[u8; 16], &[u8], &[u8])> {
    let (subject, rest) = sealed.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (bytes, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((subject, bytes, rest))
}

/// The first of the openings, and what follows it.
pub(crate) fn next_opening(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (body, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((u16::from_be_bytes(*number), body, rest))
}
