//! The leaf: what the tree holds for one record. A leaf has no personal data and no plain hash of personal data;
//! the content sits behind the hiding commitment of [`crate::body`]. This module encodes and decodes; it does not
//! decide what a record type means.

use std::fmt;

use crate::bytes::{Reader, put_short};
use crate::limits::{LEAF_BYTES_MAX, PRODUCER_BYTES_MAX, REFERENCES_MAX};
use crate::{Hash, LedgerError};

/// Version label at the front of every leaf.
pub const LEAF_LABEL: &[u8] = b"reg-ledger/leaf/v1";

const FORMAT: &str = "leaf";

/// What kind of record a leaf stands for. The register assigns the numbers; they are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordType(pub u16);

/// How long, and under which key, the content of a record is kept. 0 is not a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RetentionClass(pub u8);

impl RetentionClass {
    /// Personal data: two years after the later of closure and last access (7.302(e)), longer only on a recorded basis.
    pub const PERSONAL_DATA: Self = Self(1);
    /// Decision evidence without personal data: ten years.
    pub const DECISION_EVIDENCE: Self = Self(2);
}

/// A random 16-byte name for a person, a subject or an actor; never derived from anything about them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym(pub [u8; 16]);

impl Pseudonym {
    /// "Nobody in particular": a system actor, or a record about no subject.
    pub const NONE: Self = Self([0; 16]);
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pseudonym({self})")
    }
}

/// Nanoseconds since 1970-01-01T00:00:00Z, leap seconds not counted. Reaches to the year 2554.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixNanos(pub u64);

impl From<UnixNanos> for crate::UnixSeconds {
    /// The whole seconds.
    fn from(at: UnixNanos) -> Self {
        Self(at.0 / 1_000_000_000)
    }
}

/// The fields of a leaf. Build one, then [`LeafHeader::encode`] it; [`LeafHeader::decode`] gives back an equal value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafHeader {
    /// Index of this leaf in the log, from 0. Ties the leaf to its place: a proof for another index is refused.
    pub log_seq: u64,
    /// Kind of record.
    pub record_type: RecordType,
    /// Version of the field list of this kind of record.
    pub schema: u16,
    /// When the server recorded it.
    pub recorded_at: UnixNanos,
    /// When it happened, as the producer says.
    pub event_at: UnixNanos,
    /// Which component produced it: 1 to 64 of `a-z`, `0-9`, `.`, `-`, `_`, `/`.
    pub producer: String,
    /// Who acted; [`Pseudonym::NONE`] for the system itself.
    pub actor: Pseudonym,
    /// Leaf indices of the approvals this act rests on: strictly ascending, all below `log_seq`.
    pub approvals: Vec<u64>,
    /// Whom the record is about; [`Pseudonym::NONE`] when it is about nobody.
    pub subject: Pseudonym,
    /// Position in the chain of this subject, from 1; 0 exactly when there is no subject.
    pub subject_seq: u64,
    /// Leaf hash of the previous leaf of this subject; zeros for the first and when there is no subject.
    pub prev_subject_leaf: Hash,
    /// Retention class of the content.
    pub retention: RetentionClass,
    /// SHA-256 of the policy pack that was in force; zeros when no rule applied.
    pub rule_version: Hash,
    /// Leaf indices of the records that caused this one: strictly ascending, all below `log_seq`.
    pub causes: Vec<u64>,
    /// Commitment to the content, see [`crate::body`].
    pub commitment: Hash,
}

impl LeafHeader {
    /// The bytes of the leaf.
    ///
    /// # Errors
    /// [`LedgerError::Invalid`] or [`LedgerError::TooLarge`] when a rule stated at the fields is broken.
    pub fn encode(&self) -> Result<Vec<u8>, LedgerError> {
        self.check()?;
        let mut out = Vec::with_capacity(256);
        put_short(&mut out, LEAF_LABEL);
        out.extend_from_slice(&self.log_seq.to_be_bytes());
        out.extend_from_slice(&self.record_type.0.to_be_bytes());
        out.extend_from_slice(&self.schema.to_be_bytes());
        out.extend_from_slice(&self.recorded_at.0.to_be_bytes());
        out.extend_from_slice(&self.event_at.0.to_be_bytes());
        put_short(&mut out, self.producer.as_bytes());
        out.extend_from_slice(&self.actor.0);
        put_references(&mut out, &self.approvals);
        out.extend_from_slice(&self.subject.0);
        out.extend_from_slice(&self.subject_seq.to_be_bytes());
        out.extend_from_slice(&self.prev_subject_leaf);
        out.push(self.retention.0);
        out.extend_from_slice(&self.rule_version);
        put_references(&mut out, &self.causes);
        out.extend_from_slice(&self.commitment);
        Ok(out)
    }

    /// Reads a leaf. Accepts exactly the bytes that [`LeafHeader::encode`] can produce.
    ///
    /// # Errors
    /// Any deviation from the layout in the crate documentation.
    pub fn decode(bytes: &[u8]) -> Result<Self, LedgerError> {
        if bytes.len() > LEAF_BYTES_MAX {
            return Err(LedgerError::TooLarge {
                format: FORMAT,
                part: "bytes",
                found: bytes.len(),
                limit: LEAF_BYTES_MAX,
            });
        }
        let mut reader = Reader::new(FORMAT, bytes);
        reader.label(LEAF_LABEL)?;
        let header = Self {
            log_seq: reader.u64("log_seq")?,
            record_type: RecordType(reader.u16("type")?),
            schema: reader.u16("schema")?,
            recorded_at: UnixNanos(reader.u64("recorded_at")?),
            event_at: UnixNanos(reader.u64("event_at")?),
            producer: String::from_utf8_lossy(reader.short(PRODUCER_BYTES_MAX, "producer")?).into_owned(),
            actor: Pseudonym(reader.array("actor")?),
            approvals: read_references(&mut reader, "approvals")?,
            subject: Pseudonym(reader.array("subject")?),
            subject_seq: reader.u64("subject_seq")?,
            prev_subject_leaf: reader.array("prev_subject_leaf")?,
            retention: RetentionClass(reader.u8("retention")?),
            rule_version: reader.array("rule_version")?,
            causes: read_references(&mut reader, "causes")?,
            commitment: reader.array("commitment")?,
        };
        reader.finish()?;
        header.check()?;
        Ok(header)
    }

    fn check(&self) -> Result<(), LedgerError> {
        check_producer(&self.producer)?;
        check_references(&self.approvals, self.log_seq, "approvals")?;
        check_references(&self.causes, self.log_seq, "causes")?;
        if self.retention.0 == 0 {
            return Err(LedgerError::invalid(FORMAT, "retention", "0 is not a retention class"));
        }
        if (self.subject == Pseudonym::NONE) != (self.subject_seq == 0) {
            return Err(LedgerError::invalid(
                FORMAT,
                "subject_seq",
                "it is 0 exactly when there is no subject",
            ));
        }
        if (self.subject_seq <= 1) != (self.prev_subject_leaf == [0; 32]) {
            return Err(LedgerError::invalid(
                FORMAT,
                "prev_subject_leaf",
                "it is zero exactly for the first leaf of a subject or without subject",
            ));
        }
        Ok(())
    }
}

fn check_producer(producer: &str) -> Result<(), LedgerError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_/".contains(&byte);
    if producer.is_empty() || producer.len() > PRODUCER_BYTES_MAX || !producer.bytes().all(allowed) {
        return Err(LedgerError::invalid(FORMAT, "producer", "1 to 64 of a-z, 0-9, '.', '-', '_', '/'"));
    }
    Ok(())
}

fn check_references(references: &[u64], log_seq: u64, part: &'static str) -> Result<(), LedgerError> {
    if references.len() > REFERENCES_MAX {
        return Err(LedgerError::TooLarge {
            format: FORMAT,
            part,
            found: references.len(),
            limit: REFERENCES_MAX,
        });
    }
    if references.last().is_some_and(|last| *last >= log_seq) {
        return Err(LedgerError::invalid(FORMAT, part, "a leaf refers to earlier leaves only"));
    }
    if !references.is_sorted_by(|a, b| a < b) {
        return Err(LedgerError::invalid(FORMAT, part, "references are strictly ascending"));
    }
    Ok(())
}

fn put_references(out: &mut Vec<u8>, references: &[u64]) {
    out.extend_from_slice(&u16::try_from(references.len()).unwrap_or(u16::MAX).to_be_bytes());
    for reference in references {
        out.extend_from_slice(&reference.to_be_bytes());
    }
}

fn read_references(reader: &mut Reader<'_>, part: &'static str) -> Result<Vec<u64>, LedgerError> {
    let count = usize::from(reader.u16(part)?);
    reader.check(count, REFERENCES_MAX, part)?;
    (0..count).map(|_| reader.u64(part)).collect()
}
