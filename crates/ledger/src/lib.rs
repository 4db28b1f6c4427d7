//! Leaves, Merkle tree, checkpoints and proofs, at specification level.
//!
//! Every record of the register is one **leaf** of an append-only Merkle tree. A leaf has no personal data: it holds
//! a header under pseudonyms and a hiding commitment to the content. The root of the tree is signed as a
//! **checkpoint**. Whoever holds a checkpoint notices when any earlier leaf is changed, removed, inserted or moved.
//!
//! This crate knows bytes, hashes and texts. It does no I/O, has no clock, draws no randomness and contains no
//! signature algorithm; it compiles to WebAssembly. Specifications: RFC 6962 and RFC 9162 for the tree; C2SP
//! `signed-note`, `tlog-checkpoint`, `tlog-tiles`, `tlog-proof`, `tlog-cosignature`, `tlog-policy` and `tlog-witness` for the
//! text forms. Requirements REC-01 to REC-07.
//!
//! | question | who answers |
//! |---|---|
//! | is this leaf in the signed tree? | [`TlogProof`], [`verify_inclusion`] |
//! | did the tree only grow? | [`verify_consistency`] |
//! | who signed, and did enough witnesses see it? | [`TrustPolicy`], [`Checkpoint::verify_all`] |
//! | may this head follow that one? | [`check_growth`], [`AddCheckpoint`] |
//! | are these all records of a subject? | [`completeness`] |
//! | is this event in that batch? | [`batch`] |
//!
//! # The leaf, byte for byte
//!
//! Integers are unsigned and big-endian. Nothing is optional, nothing follows the last field. At most 65,535 bytes.
//!
//! | field | bytes | meaning |
//! |---|---|---|
//! | label | 2 + 18 | length 18, then `reg-ledger/leaf/v1` |
//! | log_seq | 8 | index in the log, from 0 |
//! | type | 2 | kind of record |
//! | schema | 2 | version of the field list |
//! | recorded_at | 8 | ns since 1970-01-01T00:00:00Z, server clock |
//! | event_at | 8 | ns, as the producer says |
//! | producer | 2 + n | length (1 to 64), then `a-z 0-9 . - _ /` |
//! | actor | 16 | pseudonym, zeros for the system |
//! | approvals | 2 + 8 n | count (at most 1,024), then leaf indices, strictly ascending, below log_seq |
//! | subject | 16 | random pseudonym, zeros for none |
//! | subject_seq | 8 | from 1; 0 exactly without subject |
//! | prev_subject_leaf | 32 | leaf hash of the subject's previous leaf; zeros exactly while subject_seq is 0 or 1 |
//! | retention | 1 | 1 personal data, 2 decision evidence; never 0 |
//! | rule_version | 32 | SHA-256 of the policy pack in force, or zeros |
//! | causes | 2 + 8 n | as approvals |
//! | commitment | 32 | see [`body`] |
//!
//! The leaf hash is SHA-256(0x00 | leaf), an inner node SHA-256(0x01 | left | right).
//!
//! # Example
//!
//! ```
//! use tenantry_ledger::*;
//! # fn main() -> Result<(), LedgerError> {
//! let fields = vec![Field::new("name", "A. Example"), Field::new("country", "NZ")];
//! let body = Body::new(RecordType(7), 1, fields, |random| random.fill(9))?; // a real caller draws random bytes
//! let leaf = LeafHeader {
//!     log_seq: 0,
//!     record_type: body.record_type(),
//!     schema: body.schema(),
//!     recorded_at: UnixNanos(1_790_000_000_000_000_000),
//!     event_at: UnixNanos(1_790_000_000_000_000_000),
//!     producer: "register".into(),
//!     actor: Pseudonym::NONE,
//!     approvals: vec![],
//!     subject: Pseudonym([1; 16]),
//!     subject_seq: 1,
//!     prev_subject_leaf: [0; 32],
//!     retention: RetentionClass::PERSONAL_DATA,
//!     rule_version: [0; 32],
//!     causes: vec![],
//!     commitment: body.commitment(),
//! }
//! .encode()?;
//! let mut tree = Frontier::new();
//! tree.append(leaf_hash(&leaf));
//! verify_inclusion(&leaf_hash(&leaf), 0, 1, &[], &tree.root())?;
//!
//! // Show the country, keep the name sealed, prove both unchanged.
//! let shown = body.disclose(&["country"])?;
//! shown.verify(RecordType(7), 1, &LeafHeader::decode(&leaf)?.commitment)?;
//! # Ok(())
//! # }
//! ```

pub mod batch;
pub mod body;
mod bytes;
mod checkpoint;
pub mod completeness;
mod cosignature;
mod error;
mod leaf;
pub mod limits;
mod merkle;
mod note;
mod policy;
mod proof;
mod text;
mod tile;
mod tlog_proof;
mod witness;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

pub use body::{Body, Disclosure, Entry, Field};
pub use checkpoint::Checkpoint;
pub use cosignature::{SignedMessage, UnixSeconds, cosigned_message, timestamped_signature};
pub use error::LedgerError;
pub use leaf::{LEAF_LABEL, LeafHeader, Pseudonym, RecordType, RetentionClass, UnixNanos};
pub use merkle::{Frontier, empty_root, leaf_hash, node_hash};
pub use note::{NoteSignature, NoteSigner, SignatureCheck, SignatureType, SignedNote, VerifierKey};
pub use policy::{Cosigner, Judgement, PolicyLog, PolicyWitness, Quorum, TrustPolicy};
pub use proof::{
    HashSource, consistency_proof, inclusion_proof, inclusion_proof_length, root_from, verify_consistency,
    verify_inclusion,
};
pub use tile::{TILE_WIDTH, Tile, TileHashes, entry_bundle, new_tiles, parse_entry_bundle};
pub use tlog_proof::TlogProof;
pub use witness::{AddCheckpoint, Refusal, TreeHead, check_growth, growth_from_text, growth_to_text};
