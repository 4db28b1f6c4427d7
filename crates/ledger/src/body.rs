//! The content of a record: an ordered list of named fields behind one hiding commitment. One scheme for all bodies,
//! so that any record can later be shown field by field. This module commits, opens and discloses; it does not
//! encrypt (the vault does) and draws no randomness of its own.
//!
//! # The construction, byte for byte
//!
//! All integers are big-endian. `short(x)` is a 16-bit length and the bytes; `long(x)` a 32-bit length and the bytes.
//!
//! ```text
//! digest_i   = SHA-256( short("reg-ledger/field/v1") | salt_i (16) | type u16 | schema u16 | i u16
//!                       | short(name_i) | long(value_i) )
//! root       = RFC 6962 Merkle tree hash over digest_0 .. digest_(n-1) taken as leaf data
//! commitment = HMAC-SHA-256( key = r (32), short("reg-ledger/body/v1") | type u16 | schema u16 | n u16 | root (32) )
//! ```
//!
//! `r` and every `salt_i` are random. The commitment hides because `r` is random and binds because SHA-256 and HMAC
//! are collision resistant. Showing a field reveals `r`, its salt, name and value; every other field is represented
//! by its digest, which hides it because its own salt stays secret. The bytes that get encrypted are
//!
//! ```text
//! short("reg-ledger/opening/v1") | type u16 | schema u16 | r (32) | n u16
//!   | n times: salt (16) | short(name) | long(value)
//! ```

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

use crate::bytes::{Reader, put_short};
use crate::limits::{BODY_BYTES_MAX, FIELD_NAME_BYTES_MAX, FIELD_VALUE_BYTES_MAX, FIELDS_MAX};
use crate::merkle::{Frontier, leaf_hash};
use crate::{Hash, LedgerError, RecordType};

const FORMAT: &str = "body";
const FIELD_LABEL: &[u8] = b"reg-ledger/field/v1";
const BODY_LABEL: &[u8] = b"reg-ledger/body/v1";
const OPENING_LABEL: &[u8] = b"reg-ledger/opening/v1";

/// Salt of one field, 128 random bits.
pub type Salt = [u8; 16];

/// One named value. Names are 1 to 64 of `a-z`, `0-9`, `_`, `.` and unique within a body.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Name, stable for a schema.
    pub name: String,
    /// Value; UTF-8 text unless the schema says otherwise.
    pub value: Vec<u8>,
}

impl Field {
    /// A field from its parts; checked when the body is committed.
    pub fn new(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({}, {} bytes)", self.name, self.value.len())
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        self.value.zeroize();
    }
}

/// Content of a record with the random values that open its commitment. Secret as a whole; wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    record_type: RecordType,
    schema: u16,
    blinding: [u8; 32],
    fields: Vec<(Salt, Field)>,
}

impl Body {
    /// Takes the fields in their order and draws `r` and the salts through `fill`.
    ///
    /// # Errors
    /// [`LedgerError::Invalid`] for a bad or repeated name, [`LedgerError::TooLarge`] beyond [`crate::limits`].
    pub fn new(
        record_type: RecordType,
        schema: u16,
        fields: Vec<Field>,
        mut fill: impl FnMut(&mut [u8]),
    ) -> Result<Self, LedgerError> {
        let mut random = vec![0; 32 + 16 * fields.len()];
        fill(&mut random);
        let mut body =
            Self { record_type, schema, blinding: [0; 32], fields: Vec::with_capacity(fields.len()) };
        let (blinding, salts) = random.split_at(32);
        body.blinding.copy_from_slice(blinding);
        for (field, salt) in fields.into_iter().zip(salts.as_chunks().0) {
            body.fields.push((*salt, field));
        }
        random.zeroize();
        body.check()?;
        Ok(body)
    }

    /// Kind of record.
    pub const fn record_type(&self) -> RecordType {
        self.record_type
    }

    /// Version of the field list.
    pub const fn schema(&self) -> u16 {
        self.schema
    }

    /// The fields in their order.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &Field> {
        self.fields.iter().map(|(_, field)| field)
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.fields().find(|field| field.name == name).map(|field| field.value.as_slice())
    }

    /// What goes into the leaf.
    pub fn commitment(&self) -> Hash {
        let digests = self
            .fields
            .iter()
            .enumerate()
            .map(|(position, (salt, field))| self.digest(position, salt, field));
        commit(&self.blinding, self.record_type, self.schema, digests)
    }

    /// Body and openings as bytes, to be encrypted and never stored otherwise.
    pub fn encode(&self) -> Vec<u8> {
        let size: usize =
            self.fields.iter().map(|(_, field)| 22 + field.name.len() + field.value.len()).sum();
        let mut out = Vec::with_capacity(64 + size);
        put_short(&mut out, OPENING_LABEL);
        out.extend_from_slice(&self.record_type.0.to_be_bytes());
        out.extend_from_slice(&self.schema.to_be_bytes());
        out.extend_from_slice(&self.blinding);
        out.extend_from_slice(&position_u16(self.fields.len()).to_be_bytes());
        for (salt, field) in &self.fields {
            out.extend_from_slice(salt);
            put_short(&mut out, field.name.as_bytes());
            put_long(&mut out, &field.value);
        }
        out
    }

    /// Reads what [`Body::encode`] wrote.
    ///
    /// # Errors
    /// Any deviation from the layout in the module documentation.
    pub fn decode(bytes: &[u8]) -> Result<Self, LedgerError> {
        let mut reader = Reader::new(FORMAT, bytes);
        reader.check(bytes.len(), BODY_BYTES_MAX, "bytes")?;
        reader.label(OPENING_LABEL)?;
        let record_type = RecordType(reader.u16("type")?);
        let schema = reader.u16("schema")?;
        let blinding = reader.array("r")?;
        let count = usize::from(reader.u16("fields")?);
        reader.check(count, FIELDS_MAX, "fields")?;
        let mut body = Self { record_type, schema, blinding, fields: Vec::new() };
        for _ in 0..count {
            let salt = reader.array("salt")?;
            let name = String::from_utf8_lossy(reader.short(FIELD_NAME_BYTES_MAX, "name")?).into_owned();
            let length = reader.u32("value")? as usize;
            reader.check(length, FIELD_VALUE_BYTES_MAX, "value")?;
            let value = reader.take(length, "value")?.to_vec();
            body.fields.push((salt, Field { name, value }));
        }
        reader.finish()?;
        body.check()?;
        Ok(body)
    }

    /// Shows the named fields and keeps the rest sealed but proven unchanged.
    ///
    /// # Errors
    /// [`LedgerError::NoSuchField`] when a name is not in the body.
    pub fn disclose(&self, names: &[&str]) -> Result<Disclosure, LedgerError> {
        if let Some(missing) = names.iter().find(|name| self.get(name).is_none()) {
            return Err(LedgerError::NoSuchField { name: (*missing).to_owned() });
        }
        let entries = self
            .fields
            .iter()
            .enumerate()
            .map(|(position, (salt, field))| {
                if names.contains(&field.name.as_str()) {
                    Entry::Shown { salt: *salt, field: field.clone() }
                } else {
                    Entry::Hidden { digest: self.digest(position, salt, field) }
                }
            })
            .collect();
        Ok(Disclosure { blinding: self.blinding, entries })
    }

    /// Shows every field.
    pub fn disclose_all(&self) -> Disclosure {
        let entries = self
            .fields
            .iter()
            .map(|(salt, field)| Entry::Shown { salt: *salt, field: field.clone() })
            .collect();
        Disclosure { blinding: self.blinding, entries }
    }

    fn digest(&self, position: usize, salt: &Salt, field: &Field) -> Hash {
        field_digest(salt, self.record_type, self.schema, position_u16(position), field)
    }

    fn check(&self) -> Result<(), LedgerError> {
        let too_large = |part, found, limit| LedgerError::TooLarge { format: FORMAT, part, found, limit };
        if self.fields.len() > FIELDS_MAX {
            return Err(too_large("fields", self.fields.len(), FIELDS_MAX));
        }
        let mut total = 64;
        let mut seen = std::collections::BTreeSet::new();
        for field in self.fields() {
            check_field(field)?;
            if !seen.insert(field.name.as_str()) {
                return Err(LedgerError::invalid(FORMAT, "name", "a field name occurs once"));
            }
            total += 22 + field.name.len() + field.value.len();
        }
        if total > BODY_BYTES_MAX {
            return Err(too_large("bytes", total, BODY_BYTES_MAX));
        }
        Ok(())
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body(type {}, schema {}, {} fields)", self.record_type.0, self.schema, self.fields.len())
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.blinding.zeroize();
        for (salt, _) in &mut self.fields {
            salt.zeroize();
        }
    }
}

/// One place of a disclosed body.
#[derive(Clone, PartialEq, Eq)]
pub enum Entry {
    /// The field is shown.
    Shown {
        /// Salt of the field.
        salt: Salt,
        /// Name and value.
        field: Field,
    },
    /// The field stays sealed; only its salted digest is given.
    Hidden {
        /// The digest of the construction.
        digest: Hash,
    },
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown { field, .. } => write!(f, "Shown({field:?})"),
            Self::Hidden { .. } => f.write_str("Hidden"),
        }
    }
}

/// Chosen fields of a body with what proves them against the commitment in the leaf.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The blinding value `r` of the record.
    pub blinding: [u8; 32],
    /// Every place of the body, in order.
    pub entries: Vec<Entry>,
}

impl Disclosure {
    /// The fields that are shown.
    pub fn shown(&self) -> impl Iterator<Item = &Field> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Shown { field, .. } => Some(field),
            Entry::Hidden { .. } => None,
        })
    }

    /// Checks the shown fields against the leaf they are said to belong to.
    ///
    /// # Errors
    /// [`LedgerError::CommitmentMismatch`] when anything differs; the limits of a body also apply.
    pub fn verify(&self, record_type: RecordType, schema: u16, commitment: &Hash) -> Result<(), LedgerError> {
        if self.entries.len() > FIELDS_MAX {
            let found = self.entries.len();
            return Err(LedgerError::TooLarge { format: FORMAT, part: "fields", found, limit: FIELDS_MAX });
        }
        let mut names = std::collections::BTreeSet::new();
        for field in self.shown() {
            check_field(field)?;
            if !names.insert(field.name.as_str()) {
                return Err(LedgerError::invalid(FORMAT, "name", "a field name occurs once"));
            }
        }
        let digests = self.entries.iter().enumerate().map(|(position, entry)| match entry {
            Entry::Shown { salt, field } => {
                field_digest(salt, record_type, schema, position_u16(position), field)
            }
            Entry::Hidden { digest } => *digest,
        });
        if commit(&self.blinding, record_type, schema, digests) != *commitment {
            return Err(LedgerError::CommitmentMismatch);
        }
        Ok(())
    }
}

impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.entries).finish()
    }
}

fn check_field(field: &Field) -> Result<(), LedgerError> {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'.';
    if field.name.is_empty() || field.name.len() > FIELD_NAME_BYTES_MAX || !field.name.bytes().all(allowed) {
        return Err(LedgerError::invalid(FORMAT, "name", "1 to 64 of a-z, 0-9, '_', '.'"));
    }
    if field.value.len() > FIELD_VALUE_BYTES_MAX {
        let found = field.value.len();
        return Err(LedgerError::TooLarge {
            format: FORMAT,
            part: "value",
            found,
            limit: FIELD_VALUE_BYTES_MAX,
        });
    }
    Ok(())
}

fn field_digest(salt: &Salt, record_type: RecordType, schema: u16, position: u16, field: &Field) -> Hash {
    let mut head = Vec::with_capacity(64 + FIELD_NAME_BYTES_MAX);
    put_short(&mut head, FIELD_LABEL);
    head.extend_from_slice(salt);
    head.extend_from_slice(&record_type.0.to_be_bytes());
    head.extend_from_slice(&schema.to_be_bytes());
    head.extend_from_slice(&position.to_be_bytes());
    put_short(&mut head, field.name.as_bytes());
    head.extend_from_slice(&length_u32(field.value.len()).to_be_bytes());
    Sha256::new().chain_update(&head).chain_update(&field.value).finalize().into()
}

fn commit(
    blinding: &[u8; 32],
    record_type: RecordType,
    schema: u16,
    digests: impl Iterator<Item = Hash>,
) -> Hash {
    let mut tree = Frontier::new();
    for digest in digests {
        tree.append(leaf_hash(&digest));
    }
    let mut message = Vec::with_capacity(64);
    put_short(&mut message, BODY_LABEL);
    message.extend_from_slice(&record_type.0.to_be_bytes());
    message.extend_from_slice(&schema.to_be_bytes());
    message.extend_from_slice(&u16::try_from(tree.size()).unwrap_or(u16::MAX).to_be_bytes());
    message.extend_from_slice(&tree.root());
    // HMAC pads a short key with zeros to the block of 64 bytes.
    let mut key = [0; 64];
    for (to, from) in key.iter_mut().zip(blinding) {
        *to = *from;
    }
    let code = Hmac::<Sha256>::new(&key.into()).chain_update(&message).finalize().into_bytes().into();
    key.zeroize();
    code
}

fn put_long(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&length_u32(bytes.len()).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Positions and counts are at most [`FIELDS_MAX`], which the callers have checked.
fn position_u16(position: usize) -> u16 {
    u16::try_from(position).unwrap_or(u16::MAX)
}

/// Values are at most [`FIELD_VALUE_BYTES_MAX`], which the callers have checked.
fn length_u32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
