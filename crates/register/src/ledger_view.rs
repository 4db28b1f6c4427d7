//! What can be seen of the ledger: its state, checkpoints, tiles, entries, proofs and headers. No body is opened here.
//!
//! Everything is answered about trees that were signed, so that nobody gets a proof that no checkpoint confirms. Formats are
//! C2SP `tlog-checkpoint`, `tlog-tiles` and `tlog-proof`. A checkpoint holds an origin, a size and a hash and is public; the
//! rest shows pseudonyms and times and asks for the right to read the ledger.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::checkpoints::{SignedCheckpoint, hash_of_row, view};
use crate::core::Core;
use crate::record::RecordType;
use crate::witnessing::{WitnessState, Witnessed};
use crate::{Register, RegisterError};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use tenantry_ledger::{
    Checkpoint, Frontier, Hash, HashSource, LeafHeader, LedgerError, TILE_WIDTH, Tile, TileHashes, TlogProof,
    UnixNanos, consistency_proof, entry_bundle, inclusion_proof, leaf_hash, root_from,
};
use tenantry_model::time::Timestamp;
use tenantry_store::repo::ledger::{self, CheckpointRow, LeafRow};
use tenantry_store::{StoreExt, Tx};

/// Records on one page.
pub const RECORDS_PER_PAGE_MAX: u32 = 200;
/// Tiles kept in memory while proofs are made, 8 KiB each.
const TILES_CACHED_MAX: usize = 2_048;

/// Where the ledger stands.
#[derive(Debug, Clone, Serialize)]
pub struct LedgerState {
    /// Name of the ledger, the first line of its checkpoints.
    pub origin: String,
    /// Public key of its checkpoints, C2SP verifier key.
    pub verifier_key: String,
    /// SHA-256 behind the key's identifier, lower-case hexadecimal; what people compare.
    pub fingerprint: String,
    /// Number of leaves written.
    pub size: u64,
    /// Newest signed checkpoint.
    pub checkpoint: Option<SignedCheckpoint>,
    /// Leaves not yet covered by it.
    pub unsigned: u64,
    /// What the integrator found wrong.
    pub trouble: Option<String>,
    /// The ledger's other key, ML-DSA-44, C2SP verifier key.
    pub quantum_key: Option<String>,
    /// Where it stands with its witnesses; `None` when no policy asks for any.
    pub witnesses: Option<WitnessState>,
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordLine {
    /// Index of the leaf.
    pub index: u64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Number of its type.
    pub kind: u16,
    /// What happened, for people.
    pub title: &'static str,
    /// Pseudonym of who acted, lower-case hexadecimal.
    pub actor: String,
    /// Pseudonym of whom it is about, lower-case hexadecimal.
    pub subject: String,
}

/// A leaf, decoded. Its body stays sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeafView {
    /// What the list shows of it.
    #[serde(flatten)]
    pub line: RecordLine,
    /// Leaf hash, lower-case hexadecimal like all hashes here.
    pub hash: String,
    /// Version of the field list.
    pub schema: u16,
    /// Which component produced it.
    pub producer: String,
    /// Position in the chain of its subject, from 1.
    pub subject_seq: u64,
    /// Hash of the subject's leaf before it.
    pub prev_subject_leaf: String,
    /// Retention class.
    pub retention: u8,
    /// Hash of the policy pack in force.
    pub rule_version: String,
    /// Leaves that approved it.
    pub approvals: Vec<u64>,
    /// Leaves that caused it.
    pub causes: Vec<u64>,
    /// Commitment to the body.
    pub commitment: String,
    /// The leaf, byte for byte.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// Proof that a leaf is in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// Index of the leaf.
    pub index: u64,
    /// Leaves in the tree.
    pub size: u64,
    /// Hash of the leaf.
    pub leaf: Hash,
    /// Root of the tree.
    pub root: Hash,
    /// Sibling hashes from the leaf upwards.
    pub path: Vec<Hash>,
}

/// Proof that one tree is the beginning of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Leaves in the older tree.
    pub old: u64,
    /// Its root.
    pub old_root: Hash,
    /// Leaves in the newer tree.
    pub new: u64,
    /// Its root.
    pub new_root: Hash,
    /// The hashes of the proof.
    pub path: Vec<Hash>,
}

impl Register {
    /// Where the ledger stands.
    pub fn ledger_state(&self, call: &Call) -> Result<LedgerState, RegisterError> {
        authorise(&call.actor, Action::ReadLedger)?;
        let core = Arc::clone(&self.core);
        let (size, checkpoint) = self.core.store.read(move |tx| {
            let size = ledger::head(tx)?.map_or(0, |head| stored_size(head.size));
            Ok::<_, RegisterError>((size, newest(tx, &core)?.map(|(row, checkpoint)| view(row, &checkpoint))))
        })?;
        let key = &self.core.log_key;
        Ok(LedgerState {
            origin: key.name().to_owned(),
            verifier_key: key.to_string(),
            fingerprint: hex(&key.fingerprint()),
            size,
            unsigned: size.saturating_sub(checkpoint.as_ref().map_or(0, |c| c.size)),
            checkpoint,
            trouble: self.ledger_trouble(),
            quantum_key: self.core.signer.keys().get(1).map(ToString::to_string),
            witnesses: self.core.witnessing.state(self.core.clock.now()),
        })
    }

    /// The newest signed checkpoint, `None` before the first. Public.
    pub fn checkpoint_note(&self) -> Result<Option<String>, RegisterError> {
        let row = self.core.store.read(|tx| ledger::latest_checkpoint(tx).map_err(RegisterError::from))?;
        Ok(row.map(|row| row.note))
    }

    /// The key that checkpoints are verified with, C2SP verifier key. Public.
    pub fn verifier_key(&self) -> String {
        self.core.log_key.to_string()
    }

    /// Every key that signs checkpoints: Ed25519, then ML-DSA-44. Public.
    pub fn verifier_keys(&self) -> Vec<String> {
        self.core.signer.keys().iter().map(ToString::to_string).collect()
    }

    /// What a reader needs to trust this ledger: its keys, and the witnesses it is shown to with the quorum among them. Public.
    pub fn trust_policy(&self) -> String {
        self.core.witnessing.policy_text(&self.verifier_keys())
    }

    /// A tile by its path, as in `tile/0/x001/067.p/5`: the bytes of its hashes.
    pub fn tile(&self, call: &Call, path: &str) -> Result<Vec<u8>, RegisterError> {
        authorise(&call.actor, Action::ReadLedger)?;
        let tile = Tile::parse_path(path).ok_or(RegisterError::NotFound { what: "tile" })?;
        self.core.in_signed_tree(move |tx, signed| {
            if !tile.exists_in(signed.size) {
                return Err(RegisterError::NotFound { what: "tile" });
            }
            tile.bytes(&StoredTree::new(tx, signed.size))
        })
    }

    /// An entry bundle by its path, as in `tile/entries/000.p/5`: up to 256 leaves, each behind a 16-bit length.
    pub fn entries(&self, call: &Call, path: &str) -> Result<Vec<u8>, RegisterError> {
        read_records(call)?;
        let tile = Tile::parse_entries_path(path).ok_or(RegisterError::NotFound { what: "entry bundle" })?;
        self.core.in_signed_tree(move |tx, signed| {
            if !tile.exists_in(signed.size) {
                return Err(RegisterError::NotFound { what: "entry bundle" });
            }
            let rows = leaves(tx, tile.index * TILE_WIDTH, u64::from(tile.width))?;
            Ok(entry_bundle(rows.iter().map(|row| row.bytes.as_slice()))?)
        })
    }

    /// Proof that leaf `index` is in the tree of the first `size` leaves; without a size, in the newest signed one.
    pub fn inclusion(
        &self,
        call: &Call,
        index: u64,
        size: Option<u64>,
    ) -> Result<InclusionProof, RegisterError> {
        authorise(&call.actor, Action::ReadLedger)?;
        self.core.in_signed_tree(move |tx, signed| {
            let size = size.unwrap_or(signed.size);
            within("/size", size, signed.size)?;
            if index >= size {
                return Err(RegisterError::invalid("/index", "the tree of this size has no such leaf"));
            }
            let tree = StoredTree::new(tx, size);
            let (leaf, root) = (tree.hash(0, index)?, root_from(&tree, size)?);
            Ok(InclusionProof { index, size, leaf, root, path: inclusion_proof(&tree, index, size)? })
        })
    }

    /// The same against the newest checkpoint, as one C2SP `tlog-proof` text that can be checked offline.
    ///
    /// # Errors
    /// [`RegisterError::Unwitnessed`] while that checkpoint lacks its quorum; [`RegisterError::Ledger`] when something was found wrong
    /// with the ledger.
    pub fn tlog_proof(&self, call: &Call, index: u64) -> Result<String, RegisterError> {
        authorise(&call.actor, Action::ReadLedger)?;
        self.core.tlog_proof(index)
    }

    /// Proof that the tree of `old` leaves is the beginning of the tree of `new`; without `new`, of the newest signed one.
    pub fn consistency(
        &self,
        call: &Call,
        old: u64,
        new: Option<u64>,
    ) -> Result<ConsistencyProof, RegisterError> {
        authorise(&call.actor, Action::ReadLedger)?;
        self.core.in_signed_tree(move |tx, signed| {
            let new = new.unwrap_or(signed.size);
            within("/new", new, signed.size)?;
            within("/old", old, new)?;
            let tree = StoredTree::new(tx, new);
            let (old_root, new_root) = (root_from(&tree, old)?, root_from(&tree, new)?);
            Ok(ConsistencyProof { old, old_root, new, new_root, path: consistency_proof(&tree, old, new)? })
        })
    }

    /// A leaf, decoded.
    pub fn leaf(&self, call: &Call, index: u64) -> Result<LeafView, RegisterError> {
        read_records(call)?;
        let row = self.core.store.read(move |tx| {
            let first = i64::try_from(index).map_err(|_| RegisterError::NotFound { what: "leaf" })?;
            let row = ledger::range(tx, first, 1)?.pop().filter(|row| row.seq == first);
            row.ok_or(RegisterError::NotFound { what: "leaf" })
        })?;
        leaf_view(&row)
    }

    /// The newest records before `before`, newest first; without `before`, the newest of all.
    pub fn latest_records(
        &self,
        call: &Call,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<RecordLine>, RegisterError> {
        read_records(call)?;
        let before = before.and_then(|index| i64::try_from(index).ok()).unwrap_or(i64::MAX);
        let rows_max = limit.clamp(1, RECORDS_PER_PAGE_MAX);
        let rows = self
            .core
            .store
            .read(move |tx| ledger::latest(tx, before, rows_max).map_err(RegisterError::from))?;
        rows.iter().map(|row| Ok(line(&LeafHeader::decode(&row.bytes)?))).collect()
    }
}

/// Leaves show when something happened to whom, if only by pseudonym: a key confined to one reseller sees hashes only.
fn read_records(call: &Call) -> Result<(), RegisterError> {
    authorise(&call.actor, Action::ReadLedger)?;
    match call.actor.confined_to() {
        None => Ok(()),
        Some(_) => Err(RegisterError::Forbidden { action: Action::ReadLedger }),
    }
}

impl Core {
    /// Runs `ask` in a read unit, with the newest checkpoint that was signed.
    fn in_signed_tree<T: Send + 'static>(
        self: &Arc<Self>,
        mut ask: impl FnMut(&mut dyn Tx, &Checkpoint) -> Result<T, RegisterError> + Send + 'static,
    ) -> Result<T, RegisterError> {
        let core = Arc::clone(self);
        self.store.read(move |tx| {
            let (_, signed) = newest(tx, &core)?.ok_or(RegisterError::NotFound { what: "checkpoint" })?;
            ask(tx, &signed)
        })
    }

    /// Proof of a leaf against the newest checkpoint, which has its quorum.
    pub(crate) fn tlog_proof(self: &Arc<Self>, index: u64) -> Result<String, RegisterError> {
        let Witnessed { row, checkpoint } = self.witnessed()?;
        let size = checkpoint.size;
        if index >= size {
            return Err(RegisterError::NotFound { what: "leaf under a checkpoint" });
        }
        let path = self.store.read(move |tx| inclusion_proof(&StoredTree::new(tx, size), index, size))?;
        Ok(TlogProof { extra: None, index, path, checkpoint: row.note }.to_string())
    }
}

/// The newest checkpoint, its signature checked.
pub(crate) fn newest(
    tx: &mut dyn Tx,
    core: &Core,
) -> Result<Option<(CheckpointRow, Checkpoint)>, RegisterError> {
    let Some(row) = ledger::latest_checkpoint(tx)? else { return Ok(None) };
    let checkpoint = core.read_signed(&row)?;
    Ok(Some((row, checkpoint)))
}

fn within(pointer: &str, size: u64, size_max: u64) -> Result<(), RegisterError> {
    if size <= size_max {
        return Ok(());
    }
    Err(RegisterError::invalid(
        pointer,
        format!("only trees of up to {size_max} leaves can be asked about here"),
    ))
}

fn leaves(tx: &mut dyn Tx, first: u64, count: u64) -> Result<Vec<LeafRow>, RegisterError> {
    let (from, rows_max) =
        (i64::try_from(first).unwrap_or(i64::MAX), u32::try_from(count).unwrap_or(u32::MAX));
    let rows = ledger::range(tx, from, rows_max)?;
    let gapless = rows.iter().zip(from..).all(|(row, seq)| row.seq == seq);
    if !gapless || rows.len() as u64 != count {
        return Err(RegisterError::Ledger { reason: format!("a leaf from {first} on is gone") });
    }
    Ok(rows)
}

fn line(header: &LeafHeader) -> RecordLine {
    let known = RecordType::from_number(i64::from(header.record_type.0));
    RecordLine {
        index: header.log_seq,
        recorded_at: instant(header.recorded_at),
        kind: header.record_type.0,
        title: known.map_or("Record of a newer version", RecordType::title),
        actor: header.actor.to_string(),
        subject: header.subject.to_string(),
    }
}

fn leaf_view(row: &LeafRow) -> Result<LeafView, RegisterError> {
    let header = LeafHeader::decode(&row.bytes)?;
    Ok(LeafView {
        line: line(&header),
        hash: hex(&leaf_hash(&row.bytes)),
        schema: header.schema,
        producer: header.producer,
        subject_seq: header.subject_seq,
        prev_subject_leaf: hex(&header.prev_subject_leaf),
        retention: header.retention.0,
        rule_version: hex(&header.rule_version),
        approvals: header.approvals,
        causes: header.causes,
        commitment: hex(&header.commitment),
        bytes: row.bytes.clone(),
    })
}

/// The instant of a leaf, in whole microseconds.
pub(crate) fn instant(at: UnixNanos) -> Timestamp {
    Timestamp::from_micros(i64::try_from(at.0 / 1_000).unwrap_or(i64::MAX))
}

/// A stored count of leaves; a negative one is never written.
pub(crate) fn stored_size(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

impl From<LedgerError> for RegisterError {
    fn from(error: LedgerError) -> Self {
        crate::unit::broken(error)
    }
}

/// The hashes of a tree of `size` leaves, from stored full tiles and, at the right edge, from leaves.
pub(crate) struct StoredTree<'a> {
    tx: RefCell<&'a mut dyn Tx>,
    size: u64,
    tiles: RefCell<BTreeMap<(u8, u64), Vec<Hash>>>,
}

impl<'a> StoredTree<'a> {
    pub(crate) fn new(tx: &'a mut dyn Tx, size: u64) -> Self {
        Self { tx: RefCell::new(tx), size, tiles: RefCell::default() }
    }

    fn tile(&self, level: u8, number: u64) -> Result<Vec<Hash>, RegisterError> {
        if let Some(hashes) = self.tiles.borrow().get(&(level, number)) {
            return Ok(hashes.clone());
        }
        let hashes = match self.stored(level, number)? {
            Some(hashes) => hashes,
            None if level == 0 => self.of_leaves(number)?,
            None => self.of_tiles_below(level, number)?,
        };
        let mut tiles = self.tiles.borrow_mut();
        if tiles.len() >= TILES_CACHED_MAX {
            tiles.clear();
        }
        tiles.insert((level, number), hashes.clone());
        Ok(hashes)
    }

    fn stored(&self, level: u8, number: u64) -> Result<Option<Vec<Hash>>, RegisterError> {
        let row = i64::try_from(number).unwrap_or(i64::MAX);
        let Some(bytes) = ledger::find_tile(&mut **self.tx.borrow_mut(), i64::from(level), row)? else {
            return Ok(None);
        };
        match bytes.as_chunks() {
            (hashes, []) if hashes.len() as u64 == TILE_WIDTH => Ok(Some(hashes.to_vec())),
            _ => Err(RegisterError::Ledger { reason: "a stored tile has another length".to_owned() }),
        }
    }

    fn of_leaves(&self, number: u64) -> Result<Vec<Hash>, RegisterError> {
        let first = number * TILE_WIDTH;
        let rows = leaves(&mut **self.tx.borrow_mut(), first, self.width(0, number))?;
        rows.iter().zip(first..).map(|(row, index)| hash_of_row(row, index)).collect()
    }

    fn of_tiles_below(&self, level: u8, number: u64) -> Result<Vec<Hash>, RegisterError> {
        let first = number * TILE_WIDTH;
        (first..first + self.width(level, number))
            .map(|below| {
                let mut tree = Frontier::new();
                for hash in self.tile(level - 1, below)? {
                    tree.append(hash);
                }
                Ok(tree.root())
            })
            .collect()
    }

    fn width(&self, level: u8, number: u64) -> u64 {
        let hashes = self.size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        hashes.saturating_sub(number * TILE_WIDTH).min(TILE_WIDTH)
    }
}

impl HashSource for StoredTree<'_> {
    type Error = RegisterError;

    fn hash(&self, level: u8, index: u64) -> Result<Hash, RegisterError> {
        TileHashes(|level, number| self.tile(level, number)).hash(level, index)
    }
}
