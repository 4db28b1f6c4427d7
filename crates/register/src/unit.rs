//! The choke point. Every change of the register goes through [`Core::change`]: it authorises the actor, answers a repeated
//! request from what was answered before, and runs the change as one unit in which state, ledger leaf and outgoing messages
//! are written together. A change that makes no record is refused, so nothing can happen unrecorded.

use crate::RegisterError;
use crate::access::{Action, authorise};
use crate::call::{Call, Reason};
use crate::core::Core;
use crate::keys::{KnownKeys, Sealing};
use crate::record::Record;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;
use tenantry_ledger::{
    Body, Field, Frontier, LeafHeader, Pseudonym, RecordType, RetentionClass, UnixNanos, leaf_hash,
};
use tenantry_model::event::EventType;
use tenantry_model::id::{DeliveryId, EventId, PartyId};
use tenantry_model::random::Entropy;
use tenantry_model::time::Timestamp;
use tenantry_store::repo::{idempotency, ledger, outbox};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::{Epoch, Vault};
use zeroize::Zeroizing;

/// Which component writes leaves.
const PRODUCER: &str = "tenantry/register";
/// Version of the field lists of all records.
const SCHEMA: u16 = 1;

impl Core {
    /// Runs a change. `request` is what was asked, for idempotency; its digest is kept, not its content.
    pub(crate) fn change<T>(
        self: &Arc<Self>,
        call: &Call,
        action: Action,
        request: &impl Serialize,
        mut change: impl FnMut(&mut Unit<'_>) -> Result<T, RegisterError> + Send + 'static,
    ) -> Result<T, RegisterError>
    where
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        authorise(&call.actor, action)?;
        if action.needs_reason() && call.reason.is_none() {
            return Err(RegisterError::ReasonMissing { action });
        }
        let core = Arc::clone(self);
        let mut call = call.clone();
        // Whatever is shown is a record, each time.
        if action == Action::Reveal {
            call.key = None;
        }
        // Without a key nothing is looked up and nothing is kept.
        let digest = match &call.key {
            Some(_) => request_digest(&self.vault, action, &call, request)?,
            None => [0; 32],
        };
        self.store.sequence(move |tx| {
            if let Some(answer) = answered(tx, &call, &digest)? {
                return Ok(answer);
            }
            let mut unit = Unit::begin(tx, &core, &call)?;
            let answer = change(&mut unit)?;
            unit.finish()?;
            keep_answer(tx, &core, &call, &digest, &answer)?;
            Ok(answer)
        })
    }

    /// What the same request was answered before, if it bears a key that is known.
    pub(crate) fn answered_before<T: DeserializeOwned + Send + 'static>(
        self: &Arc<Self>,
        call: &Call,
        action: Action,
        request: &impl Serialize,
    ) -> Result<Option<T>, RegisterError> {
        authorise(&call.actor, action)?;
        if call.key.is_none() {
            return Ok(None);
        }
        let (digest, call) = (request_digest(&self.vault, action, call, request)?, call.clone());
        self.store.read(move |tx| answered(tx, &call, &digest))
    }
}

/// One change under way: an open transaction, the instant it happens at, and the head of the ledger as it grows.
pub(crate) struct Unit<'a> {
    pub(crate) tx: &'a mut dyn Tx,
    pub(crate) core: &'a Arc<Core>,
    pub(crate) call: &'a Call,
    /// The instant of this change. Never earlier than the newest leaf.
    pub(crate) now: Timestamp,
    frontier: Frontier,
    /// Where the chains of the subjects stand that this change recorded about.
    chains: BTreeMap<[u8; 16], ledger::ChainRow>,
    pub(crate) keys: KnownKeys,
    approvals: Vec<u64>,
    recorded: u32,
    /// Size of the ledger when the unit began.
    first: u64,
    /// Identifiers given in order so far.
    ordered: u16,
}

impl<'a> Unit<'a> {
    fn begin(tx: &'a mut dyn Tx, core: &'a Arc<Core>, call: &'a Call) -> Result<Self, RegisterError> {
        let head = ledger::head(tx)?;
        let now = core.clock.now();
        let (frontier, now) = match head {
            None => (Frontier::new(), now),
            Some(head) => (Frontier::from_bytes(&head.frontier).map_err(broken)?, now.max(head.recorded_at)),
        };
        // The ledger's time never goes back: what is recorded far ahead once would hold for ever.
        if !(Timestamp::from_micros(0)..=RECORDED_MAX).contains(&now) {
            let what = format!(
                "the clock shows {now}, and records are dated from 1970 to 2554; set it right, nothing was changed"
            );
            return Err(RegisterError::Evaluation { what });
        }
        let first = frontier.size();
        Ok(Self {
            tx,
            core,
            call,
            now,
            frontier,
            chains: BTreeMap::new(),
            keys: KnownKeys::default(),
            approvals: Vec::new(),
            recorded: 0,
            first,
            ordered: 0,
        })
    }

    /// The earlier of the ledger's time and the clock's, for what must not happen too early: after a clock that ran ahead was set
    /// right, the ledger's time stays ahead for a while.
    pub(crate) fn not_before(&self) -> Timestamp {
        self.now.min(self.core.clock.now())
    }

    /// Size of the ledger when this change began: no other change has the same.
    pub(crate) const fn began_at(&self) -> u64 {
        self.first
    }

    /// Names a leaf that approved what this change does.
    pub(crate) fn rests_on_approval(&mut self, leaf: u64) {
        self.approvals.push(leaf);
    }

    /// The leaf of the approval that was named last.
    pub(crate) fn newest_approval(&self) -> Option<u64> {
        self.approvals.last().copied()
    }

    /// Appends a record to the ledger and answers its index.
    pub(crate) fn record(&mut self, record: Record) -> Result<u64, RegisterError> {
        let kind = RecordType(record.kind.number());
        let fields = record.fields.into_iter().map(|(name, value)| Field::new(name, value)).collect();
        let entropy = Arc::clone(&self.core.entropy);
        let body = Body::new(kind, SCHEMA, fields, |out| entropy.fill(out)).map_err(broken)?;
        let chain = match self.chains.get(&record.subject) {
            Some(chain) => Some(*chain),
            None => ledger::chain(self.tx, &record.subject)?,
        };
        let records = chain.map_or(0, |chain| chain.records) + 1;
        let log_seq = self.frontier.size();
        let seq = i64::try_from(log_seq).unwrap_or(i64::MAX);
        let header = LeafHeader {
            log_seq,
            record_type: kind,
            schema: SCHEMA,
            recorded_at: nanos(self.now),
            event_at: nanos(self.now),
            producer: PRODUCER.to_owned(),
            actor: Pseudonym(self.call.actor_id()),
            approvals: self.approvals.clone(),
            subject: Pseudonym(record.subject),
            subject_seq: u64::try_from(records).unwrap_or_default(),
            prev_subject_leaf: chain.map_or([0; 32], |chain| chain.hash),
            retention: RetentionClass(record.class.number()),
            rule_version: self.core.world().pack_hash(),
            causes: record.causes,
            commitment: body.commitment(),
        };
        let bytes = header.encode().map_err(broken)?;
        let opening = Zeroizing::new(body.encode());
        let sealed = sealing(self.core, self.now, &mut self.keys).body(self.tx, &header, &bytes, &opening)?;
        let hash = leaf_hash(&bytes);
        self.frontier.append(hash);
        ledger::append(
            self.tx,
            &ledger::LeafRow {
                seq,
                leaf_type: i64::from(kind.0),
                recorded_at: self.now,
                subject: record.subject,
                subject_seq: records,
                prev: chain.map(|chain| chain.leaf),
                class: i64::from(record.class.number()),
                bytes,
                body: sealed,
            },
        )?;
        // At once, because what follows in this unit may read or clear the chain.
        let chain = ledger::ChainRow { records, leaf: seq, hash };
        ledger::set_chain(self.tx, &record.subject, &chain)?;
        self.chains.insert(record.subject, chain);
        self.recorded += 1;
        Ok(log_seq)
    }

    /// Tells the outside: writes an event and a delivery for every endpoint that wants it.
    pub(crate) fn emit(
        &mut self,
        event_type: EventType,
        subject: impl std::fmt::Display,
        data: &impl Serialize,
    ) -> Result<(), RegisterError> {
        let event = outbox::EventRow {
            id: EventId::from_bytes(self.next_in_order()),
            event_type: event_type.to_string(),
            subject: subject.to_string(),
            data: serde_json::to_string(data).unwrap_or_default(),
            recorded_at: self.now,
        };
        outbox::add_event(self.tx, &event)?;
        for endpoint in outbox::endpoints(self.tx)? {
            let wanted =
                endpoint.types.is_empty() || endpoint.types.split(' ').any(|t| t == event_type.as_str());
            if endpoint.disabled_at.is_none() && wanted {
                let id = DeliveryId::from_bytes(self.next_in_order());
                outbox::add_delivery(self.tx, id, endpoint.id, &event, self.now)?;
            }
        }
        Ok(())
    }

    /// Seals a value under the key of a subject, for a state row.
    pub(crate) fn seal(
        &mut self,
        subject: &[u8; 16],
        row: &[u8; 16],
        value: &impl Serialize,
    ) -> Result<Vec<u8>, RegisterError> {
        let plain = Zeroizing::new(serde_json::to_vec(value).unwrap_or_default());
        self.seal_bytes(subject, row, &plain)
    }

    /// Seals bytes under the key of a subject, for a state row.
    pub(crate) fn seal_bytes(
        &mut self,
        subject: &[u8; 16],
        row: &[u8; 16],
        plain: &[u8],
    ) -> Result<Vec<u8>, RegisterError> {
        sealing(self.core, self.now, &mut self.keys).row(self.tx, subject, row, plain)
    }

    /// Seals the document of a subject, of which it has one.
    pub(crate) fn seal_document(
        &mut self,
        subject: &[u8; 16],
        plain: &[u8],
    ) -> Result<Vec<u8>, RegisterError> {
        sealing(self.core, self.now, &mut self.keys).document(self.tx, subject, plain)
    }

    /// An identifier that sorts behind every earlier one: the millisecond, the size of the ledger, a counter within the unit,
    /// and random bytes. Identifiers of the model order by millisecond only, and events of one subject must not swap.
    fn next_in_order(&mut self) -> [u8; 16] {
        self.ordered += 1;
        let mut id = EventId::new(self.now, &*self.core.entropy).bytes();
        let place = self.first.to_be_bytes().into_iter().skip(2).chain(self.ordered.to_be_bytes());
        for (slot, byte) in id.iter_mut().skip(6).zip(place) {
            *slot = byte;
        }
        id
    }

    fn finish(&mut self) -> Result<(), RegisterError> {
        if self.recorded == 0 {
            return Err(RegisterError::Ledger { reason: "a change made no record".to_owned() });
        }
        let head = ledger::HeadRow {
            size: i64::try_from(self.frontier.size()).unwrap_or(i64::MAX),
            frontier: self.frontier.to_bytes(),
            recorded_at: self.now,
        };
        ledger::set_head(self.tx, &head)?;
        Ok(())
    }
}

fn answered<T: DeserializeOwned>(
    tx: &mut dyn Tx,
    call: &Call,
    digest: &[u8; 32],
) -> Result<Option<T>, RegisterError> {
    let Some(key) = &call.key else { return Ok(None) };
    let Some(row) = idempotency::find(tx, &call.actor_id(), key.as_str())? else { return Ok(None) };
    if row.request != *digest {
        return Err(RegisterError::KeyReused);
    }
    let answer = serde_json::from_slice(&row.answer);
    answer.map(Some).map_err(|_| RegisterError::Ledger { reason: "a kept answer cannot be read".to_owned() })
}

fn keep_answer(
    tx: &mut dyn Tx,
    core: &Core,
    call: &Call,
    digest: &[u8; 32],
    answer: &impl Serialize,
) -> Result<(), RegisterError> {
    let Some(key) = &call.key else { return Ok(()) };
    let answer = serde_json::to_vec(answer).unwrap_or_default();
    idempotency::add(tx, &call.actor_id(), key.as_str(), digest, &answer, core.clock.now())?;
    Ok(())
}

fn request_digest(
    vault: &Vault,
    action: Action,
    call: &Call,
    request: &impl Serialize,
) -> Result<[u8; 32], RegisterError> {
    // Another reason is another request.
    let reason = call.reason.as_ref().map(Reason::expose);
    let written = serde_json::to_vec(&(request, reason)).map(Zeroizing::new);
    let bytes = written.map_err(|_| RegisterError::Evaluation {
        what: "the request cannot be written as JSON".to_owned(),
    })?;
    // Keyed, because a request holds personal data and a plain digest of it could be guessed.
    Ok(vault.token(action.as_str(), &bytes))
}

fn sealing<'a>(core: &'a Core, now: Timestamp, known: &'a mut KnownKeys) -> Sealing<'a> {
    Sealing { vault: &core.vault, entropy: &*core.entropy, epoch: Epoch::of(nanos(now)), known }
}

/// A pseudonym for a new subject: the millisecond it came to be, which its first leaf states anyway, and 80 random bits.
/// Derived from nothing about the subject. New subjects lie side by side in every index, so appending stays fast.
pub(crate) fn pseudonym(now: Timestamp, entropy: &dyn Entropy) -> [u8; 16] {
    PartyId::new(now, entropy).bytes()
}

/// The latest time that a leaf can hold: nanoseconds in 64 bits, in the year 2554.
const RECORDED_MAX: Timestamp = Timestamp::from_micros((u64::MAX / 1_000) as i64);

pub(crate) fn nanos(at: Timestamp) -> UnixNanos {
    UnixNanos(u64::try_from(at.as_micros()).unwrap_or_default().saturating_mul(1_000))
}

pub(crate) fn broken(error: tenantry_ledger::LedgerError) -> RegisterError {
    RegisterError::Ledger { reason: error.to_string() }
}
