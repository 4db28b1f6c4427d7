//! The integrator: reads back what the sequencer wrote, hashes it again, and signs only what both agree on.
//!
//! It keeps a tree edge of its own, grown from leaves that it reads from the store on another connection than the one that
//! wrote them. When size or hashes differ from the head the sequencer keeps, or from what was signed before, nothing is signed
//! and nothing will be until the process starts again: an alarm that clears itself would not be one. Tiles and checkpoints are
//! derived from leaves; they have no leaf of their own. Ledger design 4.3 (step 8) and 4.5, C2SP `tlog-tiles`.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::core::Core;
use crate::ledger_view::{StoredTree, hex, stored_size};
use crate::record::RecordType;
use crate::{Register, RegisterError};
use serde::Serialize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tenantry_ledger::{
    Checkpoint, Frontier, Hash, HashSource as _, LeafHeader, Refusal, SignedNote, TILE_WIDTH,
    consistency_proof, leaf_hash, root_from,
};
use tenantry_model::time::Timestamp;
use tenantry_store::repo::ledger::{self, CheckpointRow, LeafRow};
use tenantry_store::{StoreExt, Tx};
use tenantry_vault::NoteCheck;
use tenantry_witness::{Recall, SignerError};

/// Leaves read in one unit: bounds memory, whatever the ledger's size.
const LEAVES_PER_READ: u64 = 512;
/// Full tiles written in one unit, 8 KiB each.
const TILES_PER_WRITE: usize = 128;
/// Longest time without a new signature while nothing is written, in microseconds.
const IDLE_US: i64 = 3_600_000_000;

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedCheckpoint {
    /// Number of leaves it covers.
    pub size: u64,
    /// Root hash over them, lower-case hexadecimal.
    pub root: String,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The signed note, C2SP `tlog-checkpoint`.
    pub note: String,
}

impl Register {
    /// Signs a checkpoint if the ledger has grown or the last one is an hour old. `None` when there was nothing to do.
    /// Called once a second by the system job `checkpoints`.
    ///
    /// # Errors
    /// [`RegisterError::Ledger`] when what is stored is not what was written; from then on every call is refused.
    pub fn checkpoint(&self, call: &Call) -> Result<Option<SignedCheckpoint>, RegisterError> {
        authorise(&call.actor, Action::SignCheckpoints)?;
        self.core.integrate()
    }

    /// What the integrator found wrong with the ledger. Readiness reports it; only a restart clears it.
    pub fn ledger_trouble(&self) -> Option<String> {
        self.core.integrator.trouble().clone()
    }
}

/// What the integrator remembers between calls.
#[derive(Default)]
pub(crate) struct Integrator {
    /// The tree as last signed; `None` until it was read from the store. Held while the signer is asked.
    edge: Mutex<Option<Edge>>,
    /// What was found wrong. Readiness and every package ask for it, so it is never held while anybody is waited for.
    trouble: Mutex<Option<String>>,
}

impl Integrator {
    /// # Errors
    /// [`RegisterError::Ledger`] when something was found wrong with the ledger.
    pub(crate) fn is_sound(&self) -> Result<(), RegisterError> {
        match &*self.trouble() {
            None => Ok(()),
            Some(reason) => Err(RegisterError::Ledger { reason: reason.clone() }),
        }
    }

    /// Sets the alarm: nothing is signed until the process starts again. What was found first stands.
    pub(crate) fn set_trouble(&self, reason: &str) {
        let mut trouble = self.trouble();
        if trouble.is_none() {
            tracing::error!(
                reason,
                "the ledger is not as it was written or as others know it; no checkpoint is signed any more"
            );
            *trouble = Some(reason.to_owned());
        }
    }

    /// Does something while this process is not between signing a checkpoint and storing it.
    pub(crate) fn between_checkpoints<T>(&self, work: impl FnOnce() -> T) -> T {
        let _edge = self.edge();
        work()
    }

    fn edge(&self) -> MutexGuard<'_, Option<Edge>> {
        self.edge.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trouble(&self) -> MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// Integrates and signs what is new. Calls from several threads follow each other.
    pub(crate) fn integrate(self: &Arc<Self>) -> Result<Option<SignedCheckpoint>, RegisterError> {
        self.ask_witnesses_first()?;
        let mut edge = self.integrator.edge();
        self.integrator.is_sound()?;
        let done = self.integrate_from(&mut edge);
        if let Err(RegisterError::Ledger { reason }) = &done {
            self.integrator.set_trouble(reason);
        }
        done
    }

    fn integrate_from(
        self: &Arc<Self>,
        known: &mut Option<Edge>,
    ) -> Result<Option<SignedCheckpoint>, RegisterError> {
        let stored = self
            .store
            .read(|tx| Ok::<_, RegisterError>((ledger::head(tx)?, ledger::latest_checkpoint(tx)?)))?;
        let (Some(head), row) = stored else {
            let nothing_yet = stored.1.is_none() && known.is_none();
            return if nothing_yet { Ok(None) } else { Err(trouble("its head is gone")) };
        };
        let written = Frontier::from_bytes(&head.frontier)?;
        let signed = row.as_ref().map(|row| self.read_signed(row)).transpose()?;
        let edge = self.resume(known.as_ref(), signed.as_ref())?;
        *known = Some(edge.clone());
        let fresh = row.is_some_and(|row| self.clock.now() < row.signed_at.plus_micros(IDLE_US));
        if fresh && written == edge.frontier {
            return Ok(None);
        }
        // First pass: is what is stored what was written? Only then are tiles made of it.
        let read = self.extend(edge.clone(), written.size(), &mut |_| Ok(()))?;
        if read.frontier != written {
            return Err(trouble("the leaves read back are not the leaves that were written"));
        }
        let mut tiles = Vec::new();
        let again = self.extend(edge, written.size(), &mut |new| self.keep_tiles(&mut tiles, new))?;
        if again != read {
            return Err(trouble("leaves changed while they were read"));
        }
        let signed = self.sign(&read.frontier, tiles)?;
        *known = Some(read);
        Ok(signed)
    }

    /// The tree of the first `size` leaves, read on another connection than the one that wrote them and hashed anew. Nothing stored
    /// but the leaves is believed: no head, no tile.
    pub(crate) fn read_again(self: &Arc<Self>, size: u64) -> Result<Frontier, RegisterError> {
        Ok(self.extend(Edge::default(), size, &mut |_| Ok(()))?.frontier)
    }

    /// A stored checkpoint, its signature checked.
    pub(crate) fn read_signed(&self, row: &CheckpointRow) -> Result<Checkpoint, RegisterError> {
        // Checkpoints of the time before the second key bear one signature; whichever are there must be good.
        let checkpoint = Checkpoint::verify(row.note.as_bytes(), self.signer.keys(), &NoteCheck)?;
        if checkpoint.size != stored_size(row.size) {
            return Err(trouble("a stored checkpoint is about another size"));
        }
        Ok(checkpoint)
    }

    /// The edge to go on from: what is remembered, or what the stored tiles and leaves say, if it is what was signed.
    fn resume(
        self: &Arc<Self>,
        known: Option<&Edge>,
        signed: Option<&Checkpoint>,
    ) -> Result<Edge, RegisterError> {
        let edge = match (known, signed) {
            (None, None) => return Ok(Edge::default()),
            (Some(edge), None) if edge.frontier.size() == 0 => return Ok(edge.clone()),
            (Some(_), None) => return Err(trouble("its checkpoints are gone")),
            (None, Some(signed)) => {
                let size = signed.size;
                self.store.read(move |tx| Edge::load(tx, size))?
            }
            (Some(edge), Some(signed)) if signed.size < edge.frontier.size() => {
                let (new, old) = (signed.size, edge.frontier.size());
                return Err(trouble(format!("its newest checkpoint went back from {old} to {new} leaves")));
            }
            // Another node signed since.
            (Some(edge), Some(signed)) => self.extend(edge.clone(), signed.size, &mut |_| Ok(()))?,
        };
        if signed.is_some_and(|signed| signed.root != edge.frontier.root()) {
            return Err(trouble("what is stored is not what was signed"));
        }
        Ok(edge)
    }

    /// Grows an edge from stored leaves, in units of bounded size; hands the tiles each unit completed to `keep`.
    fn extend(
        self: &Arc<Self>,
        mut edge: Edge,
        size: u64,
        keep: &mut dyn FnMut(Vec<FullTile>) -> Result<(), RegisterError>,
    ) -> Result<Edge, RegisterError> {
        if size < edge.frontier.size() {
            return Err(trouble("it has become shorter"));
        }
        while edge.frontier.size() < size {
            let first = edge.frontier.size();
            let rows_max = u32::try_from((size - first).min(LEAVES_PER_READ)).unwrap_or(u32::MAX);
            let leaves = self.store.read(move |tx| {
                ledger::headers(tx, i64::try_from(first).unwrap_or(i64::MAX), rows_max)
                    .map_err(RegisterError::from)
            })?;
            if leaves.is_empty() {
                return Err(trouble(format!("leaf {first} is gone")));
            }
            let mut tiles = Vec::new();
            for leaf in &leaves {
                let hash = hash_of_row(leaf, edge.frontier.size())?;
                edge.append(hash, &mut tiles);
            }
            keep(tiles)?;
        }
        Ok(edge)
    }

    fn keep_tiles(&self, kept: &mut Vec<FullTile>, new: Vec<FullTile>) -> Result<(), RegisterError> {
        kept.extend(new);
        if kept.len() < TILES_PER_WRITE {
            return Ok(());
        }
        let full = std::mem::take(kept);
        self.store.write(move |tx| add_tiles(tx, &full))
    }

    /// Has the signer sign what provably extends what it signed last.
    fn sign_growth(self: &Arc<Self>, checkpoint: &Checkpoint) -> Result<SignedNote, RegisterError> {
        let latest = self.signer.latest().map_err(refused)?;
        let new = checkpoint.size;
        if latest.size > new {
            let size = self.store.read(|tx| {
                Ok::<_, RegisterError>(ledger::head(tx)?.map_or(0, |head| stored_size(head.size)))
            })?;
            // Another process of this deployment may have written and signed more since this one looked.
            return Err(if size < latest.size {
                trouble(behind(size, "the signer has signed", latest.size))
            } else {
                RegisterError::Signer {
                    reason: "another process has signed a larger tree meanwhile".to_owned(),
                }
            });
        }
        let proof = self.store.read(move |tx| {
            let tree = StoredTree::new(tx, new);
            consistency_proof(&tree, latest.size, new)
        })?;
        self.signer.sign_checkpoint(latest.size, &proof, checkpoint).map_err(refused)
    }

    /// Refuses to go on from a tree that is smaller than, or another than, what the signer signed last.
    pub(crate) fn check_against_signer(self: &Arc<Self>) -> Result<(), RegisterError> {
        let latest = self.signer.latest().map_err(refused)?;
        let forgot = latest.size == 0 && self.signer.memory() == Recall::Durable;
        let (size, root, signed) = self.store.read(move |tx| {
            let size = ledger::head(tx)?.map_or(0, |head| stored_size(head.size));
            if size < latest.size {
                return Ok::<_, RegisterError>((size, None, Signed::Never));
            }
            let root = root_from(&StoredTree::new(tx, latest.size), latest.size)?;
            Ok((size, Some(root), if forgot { Signed::before(tx)? } else { Signed::Never }))
        })?;
        match signed {
            Signed::Never => {}
            Signed::Stored(signed) => {
                return Err(trouble(format!(
                    "the signer's memory is missing, but checkpoints were signed, the newest over {signed} leaves. Nothing was \
                     signed. Without the memory an older copy of the database cannot be told from the newest. Bring back the file; \
                     if this is a new machine, or the file is lost for good, `tenantry ledger remember --size {signed}` begins a \
                     new one from that checkpoint"
                )));
            }
            Signed::Told(leaf) => {
                return Err(trouble(format!(
                    "the signer's memory is missing and no checkpoint is stored, but leaf {leaf} tells that one was signed before it \
                     was written. Nothing was signed. Bring back the newest copy of the database and the file; \
                     docs/operating.md, \"The tree is smaller than what was signed\", has the steps. If they are lost for good, two \
                     people can go on under a new name: `tenantry ledger new-origin`"
                )));
            }
        }
        match root {
            None => Err(trouble(behind(size, "the signer has signed", latest.size))),
            Some(root) if root != latest.root => Err(trouble(format!(
                "its first {} leaves are not those the signer signed: this is another history. Nothing was signed. Bring \
                 back the database that was signed; docs/operating.md, \"The tree is smaller than what was signed\", has the \
                 steps. If it is lost for good, two people can go on under a new name: `tenantry ledger new-origin`",
                latest.size
            ))),
            Some(_) => Ok(()),
        }
    }

    /// Signs and stores; `None` when another node was faster.
    fn sign(
        self: &Arc<Self>,
        tree: &Frontier,
        tiles: Vec<FullTile>,
    ) -> Result<Option<SignedCheckpoint>, RegisterError> {
        let origin = self.log_key.name().to_owned();
        let checkpoint = Checkpoint { origin, size: tree.size(), root: tree.root() };
        // A witness or the scrubber may have found something while the leaves were read.
        self.integrator.is_sound()?;
        let row = CheckpointRow {
            size: i64::try_from(checkpoint.size).unwrap_or(i64::MAX),
            note: self.sign_growth(&checkpoint)?.to_string(),
            signed_at: self.clock.now(),
        };
        let written = row.clone();
        let first = self.store.write(move |tx| {
            if ledger::latest_checkpoint(tx)?.is_some_and(|newest| newest.size > written.size) {
                return Ok::<_, RegisterError>(false);
            }
            add_tiles(tx, &tiles)?;
            ledger::add_checkpoint(tx, &written)?;
            Ok(true)
        })?;
        let signed = view(row, &checkpoint);
        Ok(first.then_some(signed))
    }
}

/// What the database tells of checkpoints that were signed.
enum Signed {
    /// Nothing.
    Never,
    /// The newest that is stored, by its leaves.
    Stored(i64),
    /// None is stored, but this leaf is only written once one was signed.
    Told(i64),
}

impl Signed {
    /// Kinds of record that come after a first checkpoint: a package is made against one, a key joins the one that signed before,
    /// and chains are indexed by the hour, checkpoints signed by the second.
    const AFTER_A_CHECKPOINT: [RecordType; 3] =
        [RecordType::EvidenceBuilt, RecordType::LedgerKeyIntroduced, RecordType::ChainsIndexed];

    fn before(tx: &mut dyn Tx) -> Result<Self, RegisterError> {
        if let Some(signed) = ledger::latest_checkpoint(tx)? {
            return Ok(Self::Stored(signed.size));
        }
        let mut newest = |kind: RecordType| ledger::newest_of_type(tx, i64::from(kind.number()));
        // Under a new name the ledger begins without checkpoints.
        let renamed = newest(RecordType::LedgerContinued)?.unwrap_or(-1);
        for kind in Self::AFTER_A_CHECKPOINT {
            if let Some(leaf) = newest(kind)?.filter(|leaf| *leaf > renamed) {
                return Ok(Self::Told(leaf));
            }
        }
        Ok(Self::Never)
    }
}

/// A stored checkpoint as shown.
pub(crate) fn view(row: CheckpointRow, checkpoint: &Checkpoint) -> SignedCheckpoint {
    let CheckpointRow { note, signed_at, .. } = row;
    SignedCheckpoint { size: checkpoint.size, root: hex(&checkpoint.root), signed_at, note }
}

/// The hash of a stored leaf, if the row is the one that belongs at `index` and its columns say what the leaf says.
pub(crate) fn hash_of_row(row: &LeafRow, index: u64) -> Result<Hash, RegisterError> {
    let header = LeafHeader::decode(&row.bytes)?;
    let columns = (row.seq, row.leaf_type, row.subject, row.subject_seq, row.class);
    let leaf = (
        i64::try_from(header.log_seq).unwrap_or(-1),
        i64::from(header.record_type.0),
        header.subject.0,
        i64::try_from(header.subject_seq).unwrap_or(-1),
        i64::from(header.retention.0),
    );
    if header.log_seq != index || columns != leaf {
        return Err(trouble(format!("the row of leaf {index} is not about that leaf")));
    }
    Ok(leaf_hash(&row.bytes))
}

fn add_tiles(tx: &mut dyn Tx, tiles: &[FullTile]) -> Result<(), RegisterError> {
    for tile in tiles {
        let number = i64::try_from(tile.number).unwrap_or(i64::MAX);
        ledger::add_tile(tx, i64::from(tile.level), number, &tile.bytes)?;
    }
    Ok(())
}

/// What to say when somebody outside this database knows a larger tree.
pub(crate) fn behind(size: u64, who: &str, signed: u64) -> String {
    format!(
        "it has {size} leaves but {who} {signed}: this is an older copy, or its end was lost. Nothing was signed. Bring back the \
         newest copy of the database; docs/operating.md, \"The tree is smaller than what was signed\", has the steps. If what came \
         after is lost for good, two people can go on under a new name: `tenantry ledger new-origin`"
    )
}

/// A refusal of the signer is a finding about the ledger, and one whose memory failed signs nothing more; that it cannot be asked
/// is no finding.
pub(crate) fn refused(error: SignerError) -> RegisterError {
    match error {
        // Somebody else signed between the question and the request; the next attempt starts from there.
        SignerError::Refused(Refusal::OtherSize { .. }) => {
            RegisterError::Signer { reason: error.to_string() }
        }
        SignerError::Refused(_)
        | SignerError::Malformed(_)
        | SignerError::Stopped
        | SignerError::Damaged { .. }
        | SignerError::Lost { .. } => trouble(error.to_string()),
        other => RegisterError::Signer { reason: other.to_string() },
    }
}

pub(crate) fn trouble(reason: impl Into<String>) -> RegisterError {
    RegisterError::Ledger { reason: reason.into() }
}

/// A full tile as stored.
pub(crate) struct FullTile {
    pub(crate) level: u8,
    pub(crate) number: u64,
    pub(crate) bytes: Vec<u8>,
}

/// The right edge of the tree: its frontier, and the hashes of the unfinished tile of each level.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Edge {
    pub(crate) frontier: Frontier,
    unfinished: Vec<Vec<Hash>>,
}

impl Edge {
    /// The edge of a tree of `size` leaves, from stored tiles and leaves.
    fn load(tx: &mut dyn Tx, size: u64) -> Result<Self, RegisterError> {
        let tree = StoredTree::new(tx, size);
        let mut bytes = size.to_be_bytes().to_vec();
        let mut first = 0_u64;
        for level in (0..63_u8).rev().filter(|level| size >> level & 1 == 1) {
            bytes.extend_from_slice(&tree.hash(level, first >> level)?);
            first += 1 << level;
        }
        let mut unfinished = Vec::new();
        for level in (0..64_u8).step_by(8).take_while(|level| size >> level > 0) {
            let hashes = size >> level;
            let from = hashes - hashes % TILE_WIDTH;
            unfinished.push((from..hashes).map(|index| tree.hash(level, index)).collect::<Result<_, _>>()?);
        }
        Ok(Self { frontier: Frontier::from_bytes(&bytes)?, unfinished })
    }

    /// Grows the tree by a leaf and adds every tile that it completes to `full`.
    pub(crate) fn append(&mut self, leaf: Hash, full: &mut Vec<FullTile>) {
        let Self { frontier, unfinished } = self;
        frontier.append_with(leaf, |level, index, hash| {
            if !level.is_multiple_of(8) {
                return;
            }
            let level = level / 8;
            if unfinished.len() <= usize::from(level) {
                unfinished.push(Vec::new());
            }
            let Some(hashes) = unfinished.get_mut(usize::from(level)) else { return };
            hashes.push(hash);
            if hashes.len() as u64 == TILE_WIDTH {
                full.push(FullTile { level, number: index / TILE_WIDTH, bytes: hashes.concat() });
                hashes.clear();
            }
        });
    }
}
