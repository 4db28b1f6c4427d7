//! The packed form of a snapshot: one file that opens fast and cannot be changed unnoticed.
//!
//! All integers are little-endian unless said otherwise; a *varint* is LEB128, at most ten bytes.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | magic `TENANTRY` |
//! | 4 | kind and version: `TNL` and `1` |
//! | 4 | length of the header |
//! | n | header: the [`SnapshotHeader`] as JSON, its `digest` the SHA-256 of the unpacked body |
//! | 8 | length of the unpacked body |
//! | n | body, zstd-compressed |
//! | 32 | SHA-256 of everything before |
//!
//! The body: a table of words (varint count; each a varint length and UTF-8 bytes) that holds the names of
//! schemas, properties and files; then the entries (varint count). An entry: identifier; schema (index into
//! the words); varint count of properties, each a word index, a varint count of values, each text, note, word index of
//! the file, varint line; varint count of relations, each kind, target, target name, word index of the file,
//! varint line. Names instead of numbers keep old packs readable when the vocabulary grows.

use crate::limits::{BODY_BYTES_MAX, HEADER_BYTES_MAX};
use crate::{ListsError, Snapshot};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use tenantry_model::listed::{ListedEntity, Origin, Property, Relation, Schema, SnapshotHeader, Value};

const MAGIC: &[u8; 12] = b"TENANTRYTNL1";
const TRAILER_BYTES: usize = 32;
/// A level that packs the full OFAC list in well under a second; higher ones win a few per cent.
const ZSTD_LEVEL: i32 = 12;

pub(crate) fn pack(snapshot: &Snapshot) -> Vec<u8> {
    let body = body(snapshot.entities());
    let header = serde_json::to_vec(snapshot.header()).unwrap_or_default();
    let packed = zstd::bulk::compress(&body, ZSTD_LEVEL).unwrap_or_default();
    let mut out = Vec::with_capacity(packed.len() + header.len() + 64);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&u32::try_from(header.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&header);
    out.extend_from_slice(&(body.len() as u64).to_le_bytes());
    out.extend_from_slice(&packed);
    let digest = Sha256::digest(&out);
    out.extend_from_slice(&digest);
    out
}

pub(crate) fn unpack(bytes: &[u8]) -> Result<Snapshot, ListsError> {
    let damaged = |why| ListsError::Damaged { why };
    let (content, trailer) = bytes
        .len()
        .checked_sub(TRAILER_BYTES)
        .and_then(|at| bytes.split_at_checked(at))
        .ok_or(damaged("it is too short"))?;
    let mut input = Input { rest: content };
    if input.take(MAGIC.len())? != MAGIC {
        return Err(damaged("it is not a packed list of this version"));
    }
    if Sha256::digest(content).as_slice() != trailer {
        return Err(damaged("its content does not have the digest it ends with"));
    }
    let header_length = input.u32()? as usize;
    if header_length > HEADER_BYTES_MAX {
        return Err(ListsError::TooLarge {
            what: "header of a packed snapshot in bytes",
            limit: HEADER_BYTES_MAX as u64,
        });
    }
    let header: SnapshotHeader = serde_json::from_slice(input.take(header_length)?)
        .map_err(|_| damaged("its header is not readable"))?;
    let body = decompress(input.u64()?, input.rest)?;
    if digest(&body) != header.digest {
        return Err(damaged("its entries do not have the digest of its header"));
    }
    let entities = entries(&body)?;
    if entities.len() as u64 != header.entities {
        return Err(damaged("its number of entries is not the one of its header"));
    }
    Ok(Snapshot::from_parts(header, entities))
}

/// How long a packed snapshot says that its body is; 0 where it does not come to say it.
pub(crate) fn body_bytes(bytes: &[u8]) -> u64 {
    let mut input = Input { rest: bytes };
    let announced = |input: &mut Input<'_>| {
        input.take(MAGIC.len())?;
        let header = input.u32()? as usize;
        input.take(header)?;
        input.u64()
    };
    announced(&mut input).unwrap_or_default()
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The canonical bytes of these entries.
pub(crate) fn body(entities: &[ListedEntity]) -> Vec<u8> {
    let mut output = Output::default();
    output.varint(entities.len() as u64);
    for entity in entities {
        output.text(&entity.id);
        output.word(entity.schema.as_str());
        output.varint(entity.properties.values().filter(|values| !values.is_empty()).count() as u64);
        for (property, values) in entity.properties.iter().filter(|(_, values)| !values.is_empty()) {
            output.word(property.as_str());
            output.varint(values.len() as u64);
            for value in values {
                output.text(&value.text);
                output.text(&value.note);
                output.origin(&value.origin);
            }
        }
        output.varint(entity.relations.len() as u64);
        for relation in &entity.relations {
            output.text(&relation.kind);
            output.text(&relation.target);
            output.text(&relation.target_name);
            output.origin(&relation.origin);
        }
    }
    let mut words = Output::default();
    words.varint(output.words.len() as u64);
    for word in &output.words {
        words.text(word);
    }
    words.bytes.extend_from_slice(&output.bytes);
    words.bytes
}

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    words: Vec<String>,
    index: HashMap<String, u64>,
}

impl Output {
    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    fn text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn word(&mut self, word: &str) {
        let number = self.index.get(word).copied().unwrap_or_else(|| {
            let number = self.words.len() as u64;
            self.words.push(word.to_owned());
            self.index.insert(word.to_owned(), number);
            number
        });
        self.varint(number);
    }

    fn origin(&mut self, origin: &Origin) {
        self.word(&origin.file);
        self.varint(origin.line);
    }
}

fn decompress(length: u64, packed: &[u8]) -> Result<Vec<u8>, ListsError> {
    let damaged = |_| ListsError::Damaged { why: "its body does not decompress" };
    if length > BODY_BYTES_MAX {
        return Err(ListsError::TooLarge {
            what: "body of a packed snapshot in bytes",
            limit: BODY_BYTES_MAX,
        });
    }
    // The announced length is not trusted with memory: the buffer grows with what really comes out.
    let mut body =
        Vec::with_capacity(usize::try_from(length).unwrap_or(0).min(packed.len().saturating_mul(16)));
    let decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(damaged)?;
    decoder.take(length.saturating_add(1)).read_to_end(&mut body).map_err(damaged)?;
    if body.len() as u64 == length {
        Ok(body)
    } else {
        Err(ListsError::Damaged { why: "its body is not as long as it says" })
    }
}

fn entries(body: &[u8]) -> Result<Vec<ListedEntity>, ListsError> {
    let mut input = Input { rest: body };
    let words = words(&mut input)?;
    let count = input.varint()?;
    let mut entities = Vec::with_capacity(input.capacity(count, 4));
    for _ in 0..count {
        entities.push(entry(&mut input, &words)?);
    }
    if input.rest.is_empty() {
        Ok(entities)
    } else {
        Err(ListsError::Damaged { why: "bytes follow its last entry" })
    }
}

fn entry(input: &mut Input<'_>, words: &[Word]) -> Result<ListedEntity, ListsError> {
    let id = input.text()?.to_owned();
    let schema = input.word(words)?.schema.ok_or(ListsError::Damaged { why: "it uses an unknown schema" })?;
    let mut properties = BTreeMap::new();
    for _ in 0..input.varint()? {
        let property =
            input.word(words)?.property.ok_or(ListsError::Damaged { why: "it uses an unknown property" })?;
        let count = input.varint()?;
        let mut values = Vec::with_capacity(input.capacity(count, 4));
        for _ in 0..count {
            let (text, note) = (input.text()?.to_owned(), input.text()?.to_owned());
            values.push(Value { text, note, origin: input.origin(words)? });
        }
        properties.insert(property, values);
    }
    let count = input.varint()?;
    let mut relations = Vec::with_capacity(input.capacity(count, 5));
    for _ in 0..count {
        let (kind, target, target_name) =
            (input.text()?.to_owned(), input.text()?.to_owned(), input.text()?.to_owned());
        relations.push(Relation { kind, target, target_name, origin: input.origin(words)? });
    }
    Ok(ListedEntity { id, schema, properties, relations })
}

/// An unpacked body, opened at any entry.
pub(crate) struct Body {
    bytes: Vec<u8>,
    words: Vec<Word>,
    /// Where the entries begin, and how many there are.
    entries: (usize, u64),
}

impl Body {
    /// Opens the bytes that [`body`] made.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let mut input = Input { rest: &bytes };
        let words = words(&mut input).unwrap_or_default();
        let count = input.varint().unwrap_or_default();
        let start = bytes.len() - input.rest.len();
        Self { bytes, words, entries: (start, count) }
    }

    /// Where each entry begins.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        let (mut place, mut left) = self.entries;
        std::iter::from_fn(move || {
            left = left.checked_sub(1)?;
            let mut input = self.at(place)?;
            entry(&mut input, &self.words).ok()?;
            Some(std::mem::replace(&mut place, self.bytes.len() - input.rest.len()))
        })
    }

    /// The identifier of the entry that begins there.
    pub(crate) fn id(&self, place: usize) -> Option<&str> {
        self.at(place)?.text().ok()
    }

    /// The entry that begins there.
    pub(crate) fn entry(&self, place: usize) -> Option<ListedEntity> {
        entry(&mut self.at(place)?, &self.words).ok()
    }

    fn at(&self, place: usize) -> Option<Input<'_>> {
        Some(Input { rest: self.bytes.get(place..)? })
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

fn words(input: &mut Input<'_>) -> Result<Vec<Word>, ListsError> {
    let mut words = Vec::new();
    for _ in 0..input.varint()? {
        words.push(Word::new(input.text()?));
    }
    Ok(words)
}

struct Word {
    text: String,
    schema: Option<Schema>,
    property: Option<Property>,
}

impl Word {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), schema: text.parse().ok(), property: text.parse().ok() }
    }
}

struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    const SHORT: ListsError = ListsError::Damaged { why: "it ends too early" };

    fn take(&mut self, length: usize) -> Result<&'a [u8], ListsError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Self::SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn u32(&mut self) -> Result<u32, ListsError> {
        let (bytes, rest) = self.rest.split_first_chunk::<4>().ok_or(Self::SHORT)?;
        self.rest = rest;
        Ok(u32::from_le_bytes(*bytes))
    }

    fn u64(&mut self) -> Result<u64, ListsError> {
        let (bytes, rest) = self.rest.split_first_chunk::<8>().ok_or(Self::SHORT)?;
        self.rest = rest;
        Ok(u64::from_le_bytes(*bytes))
    }

    fn varint(&mut self) -> Result<u64, ListsError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.rest.split_first().ok_or(Self::SHORT)?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(ListsError::Damaged { why: "a number in it is too long" })
    }

    fn text(&mut self) -> Result<&'a str, ListsError> {
        let length = usize::try_from(self.varint()?).map_err(|_| Self::SHORT)?;
        std::str::from_utf8(self.take(length)?)
            .map_err(|_| ListsError::Damaged { why: "a text in it is not UTF-8" })
    }

    fn word<'w>(&mut self, words: &'w [Word]) -> Result<&'w Word, ListsError> {
        let number = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        words.get(number).ok_or(ListsError::Damaged { why: "it uses a word that is not in its table" })
    }

    fn origin(&mut self, words: &[Word]) -> Result<Origin, ListsError> {
        Ok(Origin { file: self.word(words)?.text.clone(), line: self.varint()? })
    }

    /// Room for `count` items of at least `bytes` bytes each, never more than the input can hold.
    fn capacity(&self, count: u64, bytes: usize) -> usize {
        usize::try_from(count).unwrap_or(usize::MAX).min(self.rest.len() / bytes)
    }
}
