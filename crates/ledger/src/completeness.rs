//! Completeness: "among the first N leaves, subject S has exactly n records, and this is the last of them".
//!
//! Inclusion proofs show that nothing was invented, not that nothing was withheld. Two things close that gap. Every leaf
//! carries its number within its subject and the hash of the subject's leaf before it, so a chain with a hole is visible. And
//! at intervals an **index leaf** commits to the length and last leaf of every chain at once, before anybody asks about any of
//! them. Whoever later shows a shorter chain contradicts a commitment that witnesses have seen.
//!
//! # The index, byte for byte
//!
//! Integers are big-endian; `short(x)` is a 16-bit length and the bytes.
//!
//! ```text
//! blind = HMAC-SHA-256( key = index key (32 random bytes, drawn for each index),
//!                       short("reg-ledger/index-blind/v1") | subject (16) )
//! id    = SHA-256( short("reg-ledger/index-id/v1") | blind (32) | subject (16) )
//! entry = short("reg-ledger/index-entry/v1") | id (32) | records u64 | head (32)
//! root  = RFC 6962 Merkle tree hash over the entries, ids strictly ascending
//! ```
//!
//! `records` is the number of the subject's last leaf among the covered ones, `head` the leaf hash of that leaf. The body of the
//! index leaf has the fields `covers` (leaves covered, decimal), `entries` (decimal), `root` (64 lower-case hexadecimal digits)
//! and `key`. The key stays sealed; showing `blind` opens one entry and tells nothing about any other.
//!
//! # What it does not prove
//!
//! That the index tells the truth about leaves that the reader has not seen: anybody who reads all leaves can rebuild it
//! ([`Index::build`] from the same key) and compare roots, and the self-check of the ledger does. And that everything that
//! happened was recorded at all.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::body::Disclosure;
use crate::bytes::put_short;
use crate::leaf::{LeafHeader, Pseudonym};
use crate::merkle::{Frontier, leaf_hash};
use crate::proof::{HashSource, inclusion_proof, verify_inclusion};
use crate::text::{bytes_from_hex, decimal, hash_from_base64, to_base64, to_hex};
use crate::{Hash, LedgerError};

const FORMAT: &str = "completeness proof";
const HEADER: &str = "reg-ledger/completeness/v1";
const BLIND_LABEL: &[u8] = b"reg-ledger/index-blind/v1";
const ID_LABEL: &[u8] = b"reg-ledger/index-id/v1";
const ENTRY_LABEL: &[u8] = b"reg-ledger/index-entry/v1";

/// How far the chain of a subject reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// Whom the records are about.
    pub subject: Pseudonym,
    /// Number of its last leaf, which is the number of its records; at least 1.
    pub records: u64,
    /// Leaf hash of its last leaf.
    pub head: Hash,
}

/// What an index leaf commits to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexStatement {
    /// The index speaks of the first so many leaves.
    pub covers: u64,
    /// Subjects that have a record among them.
    pub entries: u64,
    /// Root over the entries.
    pub root: Hash,
}

impl IndexStatement {
    /// The statement as the fields of the index leaf's body, in their order: `covers`, `entries`, `root`.
    pub fn to_fields(&self) -> [(&'static str, String); 3] {
        let root = to_hex(&self.root);
        [("covers", self.covers.to_string()), ("entries", self.entries.to_string()), ("root", root)]
    }

    /// Reads the statement from the shown fields of an index leaf. The caller has verified the leaf's own inclusion and
    /// knows that its type is that of an index leaf; this verifies the fields against the commitment in the leaf.
    ///
    /// # Errors
    /// When the fields are not those of the leaf, or do not say what an index says, or speak of leaves after it.
    pub fn from_leaf(leaf: &LeafHeader, shown: &Disclosure) -> Result<Self, LedgerError> {
        shown.verify(leaf.record_type, leaf.schema, &leaf.commitment)?;
        let field = |name: &'static str| {
            let found = shown.shown().find(|field| field.name == name);
            let text = found.and_then(|field| std::str::from_utf8(&field.value).ok());
            text.ok_or(LedgerError::NoSuchField { name: name.to_owned() })
        };
        let statement = Self {
            covers: decimal(field("covers")?, FORMAT, "covers")?,
            entries: decimal(field("entries")?, FORMAT, "entries")?,
            root: bytes_from_hex(field("root")?, FORMAT, "root")?,
        };
        if statement.covers > leaf.log_seq || statement.entries > statement.covers {
            return Err(LedgerError::invalid(FORMAT, "covers", "an index speaks of earlier leaves"));
        }
        Ok(statement)
    }
}

/// An index in memory: 72 bytes for each subject and the hashes above them.
pub struct Index {
    key: [u8; 32],
    covers: u64,
    ids: Vec<Hash>,
    heads: Vec<ChainHead>,
    levels: Vec<Vec<Hash>>,
    root: Hash,
}

impl Index {
    /// Builds the index over the chains of all subjects that have a record among the first `covers` leaves, in any order.
    ///
    /// # Errors
    /// When a subject occurs twice, is nobody, or has no record.
    pub fn build(key: &[u8; 32], covers: u64, heads: Vec<ChainHead>) -> Result<Self, LedgerError> {
        let mut entries: Vec<(Hash, ChainHead)> =
            heads.into_iter().map(|head| (entry_id(&blind(key, head.subject), head.subject), head)).collect();
        entries.sort_unstable_by_key(|(id, _)| *id);
        if !entries.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err(LedgerError::invalid(FORMAT, "subject", "a subject has one entry"));
        }
        if entries.iter().any(|(_, head)| head.subject == Pseudonym::NONE || head.records == 0) {
            return Err(LedgerError::invalid(
                FORMAT,
                "records",
                "an entry is of a subject that has a record",
            ));
        }
        let (mut tree, mut levels) = (Frontier::new(), Vec::<Vec<Hash>>::new());
        for (id, head) in &entries {
            tree.append_with(entry_hash(id, head.records, &head.head), |level, _, hash| {
                let level = usize::from(level);
                if levels.len() <= level {
                    levels.push(Vec::new());
                }
                if let Some(hashes) = levels.get_mut(level) {
                    hashes.push(hash);
                }
            });
        }
        let (ids, heads) = entries.into_iter().unzip();
        Ok(Self { key: *key, covers, ids, heads, levels, root: tree.root() })
    }

    /// What the index leaf has to say.
    pub fn statement(&self) -> IndexStatement {
        IndexStatement { covers: self.covers, entries: self.ids.len() as u64, root: self.root }
    }

    /// The proof for one subject; `None` when it has no record among the covered leaves.
    pub fn prove(&self, subject: Pseudonym) -> Option<SubjectProof> {
        let blind = blind(&self.key, subject);
        let position = self.ids.binary_search(&entry_id(&blind, subject)).ok()?;
        let head = self.heads.get(position)?;
        let path = inclusion_proof(&Levels(&self.levels), position as u64, self.ids.len() as u64).ok()?;
        let (records, head) = (head.records, head.head);
        Some(SubjectProof {
            chain: ChainHead { subject, records, head },
            blind,
            position: position as u64,
            path,
        })
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("statement", &self.statement()).finish_non_exhaustive()
    }
}

struct Levels<'a>(&'a [Vec<Hash>]);

impl HashSource for Levels<'_> {
    type Error = LedgerError;

    fn hash(&self, level: u8, index: u64) -> Result<Hash, LedgerError> {
        let hashes = self.0.get(usize::from(level));
        let found = usize::try_from(index).ok().and_then(|index| hashes?.get(index));
        found.copied().ok_or(LedgerError::MissingHash { level, index })
    }
}

/// Proof that an index has exactly this to say of a subject. As text, every line ending in a newline:
///
/// ```text
/// reg-ledger/completeness/v1
/// subject <32 hexadecimal digits>
/// blind <base64>
/// records <decimal>
/// head <base64>
/// position <decimal>
/// <base64 of each sibling hash, from the entry upwards>
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectProof {
    /// What the index says of the subject.
    pub chain: ChainHead,
    /// Opens the entry of this subject and no other.
    pub blind: Hash,
    /// Place of the entry in the index.
    pub position: u64,
    /// Sibling hashes.
    pub path: Vec<Hash>,
}

impl SubjectProof {
    /// Checks the proof against what an index leaf states.
    ///
    /// # Errors
    /// When it does not hold.
    pub fn verify(&self, statement: &IndexStatement) -> Result<(), LedgerError> {
        if self.chain.subject == Pseudonym::NONE || self.chain.records == 0 {
            return Err(LedgerError::invalid(
                FORMAT,
                "records",
                "an entry is of a subject that has a record",
            ));
        }
        let id = entry_id(&self.blind, self.chain.subject);
        let entry = entry_hash(&id, self.chain.records, &self.chain.head);
        verify_inclusion(&entry, self.position, statement.entries, &self.path, &statement.root)
    }

    /// Reads the text form.
    ///
    /// # Errors
    /// Any deviation from it.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let Some(body) = text.strip_suffix('\n') else {
            return Err(LedgerError::Truncated { format: FORMAT, part: "path" });
        };
        let mut lines = body.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(LedgerError::Label { format: FORMAT });
        }
        let mut line = |name: &'static str| {
            let value = lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(' '));
            value.ok_or(LedgerError::Truncated { format: FORMAT, part: name })
        };
        let subject = Pseudonym(bytes_from_hex(line("subject")?, FORMAT, "subject")?);
        let blind = hash_from_base64(line("blind")?, FORMAT, "blind")?;
        let records = decimal(line("records")?, FORMAT, "records")?;
        let head = hash_from_base64(line("head")?, FORMAT, "head")?;
        let position = decimal(line("position")?, FORMAT, "position")?;
        let path = lines.map(|line| hash_from_base64(line, FORMAT, "path")).collect::<Result<Vec<_>, _>>()?;
        if path.len() > crate::limits::PROOF_HASHES_MAX {
            let (found, limit) = (path.len(), crate::limits::PROOF_HASHES_MAX);
            return Err(LedgerError::TooLarge { format: FORMAT, part: "path", found, limit });
        }
        Ok(Self { chain: ChainHead { subject, records, head }, blind, position, path })
    }
}

impl fmt::Display for SubjectProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ChainHead { subject, records, head } = &self.chain;
        writeln!(f, "{HEADER}\nsubject {subject}\nblind {}", to_base64(&self.blind))?;
        writeln!(f, "records {records}\nhead {}\nposition {}", to_base64(head), self.position)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", to_base64(hash)))
    }
}

/// Checks that `leaves` are the whole chain of a subject, first to last: numbers 1 to n, each naming the one before, the last
/// being the head that the index committed to. The caller has verified that each leaf is in the ledger.
///
/// # Errors
/// [`LedgerError::Chain`] with the number at which the chain breaks.
pub fn verify_chain(leaves: &[LeafHeader], hashes: &[Hash], chain: &ChainHead) -> Result<(), LedgerError> {
    let broken = |number: u64| LedgerError::Chain { number, records: chain.records };
    if leaves.len() != hashes.len() {
        return Err(broken(0));
    }
    let (mut previous, mut before, mut number) = ([0; 32], None, 0_u64);
    for (leaf, hash) in leaves.iter().zip(hashes) {
        number += 1;
        let follows = leaf.subject == chain.subject
            && leaf.subject_seq == number
            && leaf.prev_subject_leaf == previous
            && before.is_none_or(|before| before < leaf.log_seq);
        if !follows {
            return Err(broken(number));
        }
        (previous, before) = (*hash, Some(leaf.log_seq));
    }
    if number != chain.records || previous != chain.head { Err(broken(number + 1)) } else { Ok(()) }
}

fn blind(key: &[u8; 32], subject: Pseudonym) -> Hash {
    let mut message = Vec::with_capacity(64);
    put_short(&mut message, BLIND_LABEL);
    message.extend_from_slice(&subject.0);
    // HMAC pads a short key with zeros to the block of 64 bytes.
    let mut padded = [0; 64];
    for (to, from) in padded.iter_mut().zip(key) {
        *to = *from;
    }
    Hmac::<Sha256>::new(&padded.into()).chain_update(&message).finalize().into_bytes().into()
}

fn entry_id(blind: &Hash, subject: Pseudonym) -> Hash {
    let mut message = Vec::with_capacity(80);
    put_short(&mut message, ID_LABEL);
    message.extend_from_slice(blind);
    message.extend_from_slice(&subject.0);
    Sha256::digest(&message).into()
}

fn entry_hash(id: &Hash, records: u64, head: &Hash) -> Hash {
    let mut entry = Vec::with_capacity(104);
    put_short(&mut entry, ENTRY_LABEL);
    entry.extend_from_slice(id);
    entry.extend_from_slice(&records.to_be_bytes());
    entry.extend_from_slice(head);
    leaf_hash(&entry)
}
