//! Micro-batches: many small events behind one leaf.
//!
//! Log-ins, address assignments and the comings and goings of machines arrive by the ten thousand each second; a leaf for each
//! would drown the ledger. A batch is a small RFC 6962 tree of its own. One leaf commits to its root, its number of events and
//! the time they span. The proof of an event has two stages, both checked by [`verify_inclusion`]: the event is in the batch, the
//! batch is in the ledger.
//!
//! # An event, byte for byte
//!
//! Integers are big-endian; the event is exactly these 92 bytes.
//!
//! ```text
//! length u16 = 19 | "reg-ledger/event/v1" | type u16 | schema u16 | event_at u64 (ns) | recorded_at u64 (ns)
//!   | subject (16) | commitment (32) | number in the batch u16 | retention u8
//! ```
//!
//! `commitment` is that of [`crate::body`], so an event can be shown field by field like any record. The body of the batch leaf
//! has the fields `events` (decimal), `first` and `last` (earliest and latest `event_at`, decimal ns) and `root` (64 lower-case
//! hexadecimal digits).

use crate::body::Disclosure;
use crate::bytes::{Reader, put_short};
use crate::leaf::{LeafHeader, Pseudonym, RecordType, RetentionClass, UnixNanos};
use crate::limits::BATCH_EVENTS_MAX;
use crate::merkle::{Frontier, leaf_hash};
use crate::proof::{HashSource, inclusion_proof, verify_inclusion};
use crate::text::{bytes_from_hex, decimal, to_hex};
use crate::{Hash, LedgerError};

const FORMAT: &str = "event";
const BATCH: &str = "event batch";
const EVENT_LABEL: &[u8] = b"reg-ledger/event/v1";
/// Bytes of an encoded event.
pub const EVENT_BYTES: usize = 92;

/// One event of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// Kind of event, numbered like kinds of record.
    pub event_type: RecordType,
    /// Version of its field list.
    pub schema: u16,
    /// When it happened, as the producer says.
    pub event_at: UnixNanos,
    /// When the server took it.
    pub recorded_at: UnixNanos,
    /// Whom it is about.
    pub subject: Pseudonym,
    /// Commitment to its content.
    pub commitment: Hash,
    /// Place in its batch, from 0.
    pub number: u16,
    /// Retention class of its content.
    pub retention: RetentionClass,
}

impl Event {
    /// The bytes of the event.
    ///
    /// # Errors
    /// When the retention class is 0 or the number is beyond a batch.
    pub fn encode(&self) -> Result<[u8; EVENT_BYTES], LedgerError> {
        self.check()?;
        let mut out = Vec::with_capacity(EVENT_BYTES);
        put_short(&mut out, EVENT_LABEL);
        out.extend_from_slice(&self.event_type.0.to_be_bytes());
        out.extend_from_slice(&self.schema.to_be_bytes());
        out.extend_from_slice(&self.event_at.0.to_be_bytes());
        out.extend_from_slice(&self.recorded_at.0.to_be_bytes());
        out.extend_from_slice(&self.subject.0);
        out.extend_from_slice(&self.commitment);
        out.extend_from_slice(&self.number.to_be_bytes());
        out.push(self.retention.0);
        <[u8; EVENT_BYTES]>::try_from(out.as_slice())
            .map_err(|_| LedgerError::invalid(FORMAT, "bytes", "an event has one length"))
    }

    /// Reads an event. Accepts exactly what [`Event::encode`] can produce.
    ///
    /// # Errors
    /// Any deviation from the layout.
    pub fn decode(bytes: &[u8]) -> Result<Self, LedgerError> {
        let mut reader = Reader::new(FORMAT, bytes);
        reader.label(EVENT_LABEL)?;
        let event = Self {
            event_type: RecordType(reader.u16("type")?),
            schema: reader.u16("schema")?,
            event_at: UnixNanos(reader.u64("event_at")?),
            recorded_at: UnixNanos(reader.u64("recorded_at")?),
            subject: Pseudonym(reader.array("subject")?),
            commitment: reader.array("commitment")?,
            number: reader.u16("number")?,
            retention: RetentionClass(reader.u8("retention")?),
        };
        reader.finish()?;
        event.check()?;
        Ok(event)
    }

    fn check(&self) -> Result<(), LedgerError> {
        if self.retention.0 == 0 || usize::from(self.number) >= BATCH_EVENTS_MAX {
            return Err(LedgerError::invalid(FORMAT, "retention", "not 0, and a number below 4,096"));
        }
        Ok(())
    }
}

/// What the leaf of a batch commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchStatement {
    /// Number of events, 1 to 4,096.
    pub events: u64,
    /// Earliest `event_at`.
    pub first: UnixNanos,
    /// Latest `event_at`.
    pub last: UnixNanos,
    /// Root over the events.
    pub root: Hash,
}

impl BatchStatement {
    /// The statement over the encoded events of a batch, in their order.
    ///
    /// # Errors
    /// When there are none or too many, or one is malformed or carries another number than its place.
    pub fn of(events: &[u8]) -> Result<Self, LedgerError> {
        let (events, rest) = events.as_chunks::<EVENT_BYTES>();
        if events.is_empty() || events.len() > BATCH_EVENTS_MAX || !rest.is_empty() {
            return Err(LedgerError::invalid(BATCH, "events", "1 to 4,096 whole events"));
        }
        let mut tree = Frontier::new();
        let (mut first, mut last) = (u64::MAX, 0);
        for bytes in events {
            let event = Event::decode(bytes)?;
            if u64::from(event.number) != tree.size() {
                return Err(LedgerError::invalid(BATCH, "number", "events are numbered by their place"));
            }
            (first, last) = (first.min(event.event_at.0), last.max(event.event_at.0));
            tree.append(leaf_hash(bytes));
        }
        Ok(Self { events: tree.size(), first: UnixNanos(first), last: UnixNanos(last), root: tree.root() })
    }

    /// The statement as the fields of the batch leaf's body, in their order.
    pub fn to_fields(&self) -> [(&'static str, String); 4] {
        [
            ("events", self.events.to_string()),
            ("first", self.first.0.to_string()),
            ("last", self.last.0.to_string()),
            ("root", to_hex(&self.root)),
        ]
    }

    /// Reads the statement from the shown fields of a batch leaf and verifies them against the commitment in the leaf.
    ///
    /// # Errors
    /// When the fields are not those of the leaf or do not say what a batch says.
    pub fn from_leaf(leaf: &LeafHeader, shown: &Disclosure) -> Result<Self, LedgerError> {
        shown.verify(leaf.record_type, leaf.schema, &leaf.commitment)?;
        let field = |name: &'static str| {
            let found = shown.shown().find(|field| field.name == name);
            let text = found.and_then(|field| std::str::from_utf8(&field.value).ok());
            text.ok_or(LedgerError::NoSuchField { name: name.to_owned() })
        };
        Ok(Self {
            events: decimal(field("events")?, BATCH, "events")?,
            first: UnixNanos(decimal(field("first")?, BATCH, "first")?),
            last: UnixNanos(decimal(field("last")?, BATCH, "last")?),
            root: bytes_from_hex(field("root")?, BATCH, "root")?,
        })
    }
}

/// The tree over the events of a batch, for any number of proofs.
#[derive(Debug)]
pub struct BatchProver {
    events: u64,
    levels: Vec<Vec<Hash>>,
}

impl BatchProver {
    /// Hashes the encoded events of a batch.
    ///
    /// # Errors
    /// As [`BatchStatement::of`].
    pub fn new(events: &[u8]) -> Result<Self, LedgerError> {
        let statement = BatchStatement::of(events)?;
        let (mut tree, mut levels) = (Frontier::new(), Vec::<Vec<Hash>>::new());
        for event in events.as_chunks::<EVENT_BYTES>().0 {
            tree.append_with(leaf_hash(event), |level, _, hash| {
                let level = usize::from(level);
                if levels.len() <= level {
                    levels.push(Vec::new());
                }
                if let Some(hashes) = levels.get_mut(level) {
                    hashes.push(hash);
                }
            });
        }
        Ok(Self { events: statement.events, levels })
    }

    /// Proof that an event is in the batch: sibling hashes from the event upwards.
    ///
    /// # Errors
    /// [`LedgerError::OutOfTree`] for a number that the batch does not have.
    pub fn prove(&self, number: u16) -> Result<Vec<Hash>, LedgerError> {
        inclusion_proof(self, u64::from(number), self.events)
    }
}

impl HashSource for BatchProver {
    type Error = LedgerError;

    fn hash(&self, level: u8, index: u64) -> Result<Hash, LedgerError> {
        let hashes = self.levels.get(usize::from(level));
        let found = usize::try_from(index).ok().and_then(|index| hashes?.get(index));
        found.copied().ok_or(LedgerError::MissingHash { level, index })
    }
}

/// Proof of one event, as [`BatchProver::prove`].
///
/// # Errors
/// As there and as [`BatchStatement::of`].
pub fn prove_event(events: &[u8], number: u16) -> Result<Vec<Hash>, LedgerError> {
    BatchProver::new(events)?.prove(number)
}

/// The first stage: `event` is in the batch that `statement` speaks of. The second stage is the inclusion of the batch leaf.
///
/// # Errors
/// When the proof does not hold, or the event lies outside the time the batch spans.
pub fn verify_event(event: &[u8], path: &[Hash], statement: &BatchStatement) -> Result<Event, LedgerError> {
    let read = Event::decode(event)?;
    verify_inclusion(&leaf_hash(event), u64::from(read.number), statement.events, path, &statement.root)?;
    if read.event_at < statement.first || read.event_at > statement.last {
        return Err(LedgerError::invalid(BATCH, "event_at", "within the time the batch spans"));
    }
    Ok(read)
}
