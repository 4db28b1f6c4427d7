//! The ledger itself: leaves in order, with everything that must agree with them.

use super::batches::Batches;
use super::{Report, Step, look};
use crate::RegisterError;
use crate::checkpoints::{Edge, FullTile, hash_of_row};
use crate::core::Core;
use crate::keys;
use crate::ledger_view::{hex, instant, stored_size};
use crate::record::{RecordType, Retention};
use std::collections::{BTreeMap, VecDeque};
use std::str::FromStr;
use std::sync::Arc;
use tenantry_ledger::{Body, Checkpoint, Field, Hash, LeafHeader, TILE_WIDTH, leaf_hash};
use tenantry_model::fact::Fact;
use tenantry_model::time::Timestamp;
use tenantry_store::repo::ledger::{self, CheckpointRow, LeafRow};
use tenantry_store::repo::{account, approval, case, decision, erasure, hold, measure, order, party};
use tenantry_store::{StoreError, Tx};
use tenantry_vault::NoteCheck;

/// Leaves looked at in one unit.
const LEAVES_PER_STEP: u32 = 256;
/// Leaves in a row that cannot be read before the walk gives up.
const UNREADABLE_MAX: u32 = 10_000;
/// Checkpoints read in one unit.
const CHECKPOINTS_PER_READ: u32 = 256;

/// Where the walk over the leaves stands. Its size depends on the depth of the tree alone.
#[derive(Default)]
pub(super) struct Walk {
    edge: Edge,
    /// Index of the leaf that comes next.
    next: u64,
    /// Where the next read begins.
    from: i64,
    /// The first leaf whose hash nobody knows any more: neither its row nor a stored tile has it. Nothing behind it can be compared
    /// with tiles and signed checkpoints, and everything else can.
    unknown: Option<u64>,
    /// Rows that could not be read, one after the other.
    unreadable: u32,
    /// How many leaves are read at once: one at a time where a read failed.
    at_once: Option<u32>,
    /// Leaves of the newest checkpoint that was stored when the walk began: up to there every full tile must be stored, too.
    signed: u64,
    /// Leaves that the signer had signed when the walk began and no checkpoint was stored.
    not_stored: u64,
    /// The head when the walk began.
    begun_at: Option<ledger::HeadRow>,
    /// Whether that head was of another tree than its leaves are.
    begun_otherwise: bool,
    /// Signed checkpoints that lie ahead, the next ones first.
    ahead: VecDeque<CheckpointRow>,
    /// Size of the last checkpoint that was read.
    read_to: i64,
    /// The first checkpoint that lacks a signature of this ledger: right only before its second key came into use.
    unsigned: Option<i64>,
    batches: Batches,
}

/// What reading one step's leaves gave.
struct Read {
    rows: Vec<LeafRow>,
    /// Hash of the leaf before each in the chain of its subject.
    before: Vec<Option<Hash>>,
    bodies: Vec<Result<Found, String>>,
    head: Option<ledger::HeadRow>,
    /// Full tiles that are stored; counted when no leaf was left to read.
    tiles: Option<i64>,
    /// When the newest leaf was recorded; read when no leaf was left to read.
    newest_at: Option<Timestamp>,
}

enum Found {
    Sound,
    Erased,
}

impl Walk {
    pub(super) fn step(&mut self, core: &Arc<Core>, report: &mut Report) -> Step {
        if self.from == 0 {
            self.find_newest(core, report);
        }
        let (reader, first, rows_max) =
            (Arc::clone(core), self.from, self.at_once.unwrap_or(LEAVES_PER_STEP));
        let read = match look(core, move |tx| read(tx, &reader, first, rows_max)) {
            Ok(read) => read,
            Err(error) => return self.cannot_read(report, first, rows_max, &error),
        };
        report.checked.leaves_total = read.head.as_ref().map_or(0, |head| stored_size(head.size));
        if read.rows.is_empty() {
            self.finish(core, report, &read);
            return Step::Done;
        }
        self.unreadable = 0;
        self.at_once = None;
        let size = report.checked.leaves_total;
        let seen = read.rows.iter().zip(read.before).zip(read.bodies);
        for ((row, before), body) in seen {
            self.from = row.seq.saturating_add(1);
            let at = stored_size(row.seq);
            let hash = hash_of_row(row, at);
            if hash.is_err() && at >= size {
                report.broken("leaf", format!("a row stands where no leaf is, as number {at}"));
                continue;
            }
            self.skip_to(core, report, at);
            match &hash {
                Ok(_) => check_header(report, row, at, before),
                Err(_) => report.broken("leaf", format!("the row of leaf {at} is not about that leaf")),
            }
            match body {
                Ok(Found::Sound) => report.checked.bodies += 1,
                Ok(Found::Erased) => report.checked.erased += 1,
                Err(reason) => report.found("body", format!("of leaf {at}: {reason}")),
            }
            if row.leaf_type == i64::from(RecordType::LedgerKeyIntroduced.number()) {
                self.unsigned = None;
            }
            if row.leaf_type == i64::from(RecordType::EventsBatched.number()) {
                self.batches.check(core, report, row);
            }
            self.take(core, report, hash.ok());
            report.checked.leaves += 1;
        }
        Step::More
    }

    /// Goes on behind what cannot be read, if anything can be read there.
    fn cannot_read(&mut self, report: &mut Report, first: i64, rows_max: u32, error: &RegisterError) -> Step {
        if rows_max > 1 {
            self.at_once = Some(1);
            return Step::More;
        }
        report.found("leaf", format!("{first} cannot be read: {error}"));
        self.from = first.saturating_add(1);
        self.unreadable += 1;
        if self.unreadable < UNREADABLE_MAX {
            return Step::More;
        }
        report.found("leaf", format!("from {} on nothing can be read; it was not checked", self.from));
        Step::Done
    }

    /// Notes that the leaves before `at` are not there, and takes their hashes from the stored tiles.
    fn skip_to(&mut self, core: &Arc<Core>, report: &mut Report, at: u64) {
        if at <= self.next {
            return;
        }
        let (first, last) = (self.next, at - 1);
        report.broken(
            "leaf",
            if first == last {
                format!("{first} is missing or cannot be read")
            } else {
                format!("{first} to {last} are missing or cannot be read")
            },
        );
        while self.next < at {
            if self.unknown.is_some() {
                // Nothing is compared with the tree any more.
                self.next = at;
                return;
            }
            self.take(core, report, None);
        }
    }

    /// Takes the next leaf into the tree: by the hash of its row, or where the row is not to be trusted by that of the stored tile.
    fn take(&mut self, core: &Arc<Core>, report: &mut Report, hash: Option<Hash>) {
        let index = self.next;
        self.next += 1;
        if self.unknown.is_some() {
            return;
        }
        let Some(hash) = hash.or_else(|| hash_in_tile(core, index)) else {
            self.unknown = Some(index);
            report.found(
                "leaf",
                format!("nothing stored tells the hash of {index}: tiles and checkpoints over it were not compared"),
            );
            return;
        };
        self.append(core, report, hash);
        self.check_signed(core, report);
    }

    /// Reads what was signed last, which must be there if anything was signed.
    fn find_newest(&mut self, core: &Arc<Core>, report: &mut Report) {
        let remembered = core.signer.latest().map_or(0, |head| head.size);
        self.begun_at = look(core, |tx| Ok(ledger::head(tx)?)).ok().flatten();
        match look(core, |tx| Ok(ledger::latest_checkpoint(tx)?)) {
            Ok(Some(newest)) => self.signed = stored_size(newest.size),
            // The first checkpoint may be signed this moment and stored the next: the end of the walk tells.
            Ok(None) => self.not_stored = remembered,
            Err(error) => report.found("checkpoint", format!("the newest cannot be read: {error}")),
        }
    }

    /// What was seen of batches, up to the leaf that the walk reached.
    pub(super) fn batches(&mut self) -> Batches {
        std::mem::take(&mut self.batches).up_to(self.next)
    }

    /// Grows the tree and compares every tile that it completes.
    fn append(&mut self, core: &Arc<Core>, report: &mut Report, leaf: Hash) {
        let mut full = Vec::new();
        self.edge.append(leaf, &mut full);
        let begun_at = self.begun_at.as_ref();
        let then = begun_at.filter(|head| stored_size(head.size) == self.edge.frontier.size());
        self.begun_otherwise |= then.is_some_and(|head| head.frontier != self.edge.frontier.to_bytes());
        for FullTile { level, number, bytes } in full {
            let row = i64::try_from(number).unwrap_or(i64::MAX);
            let stored = look(core, move |tx| Ok(ledger::find_tile(tx, i64::from(level), row)?));
            report.checked.tiles += 1;
            // Tiles are made when a checkpoint is signed; the last ones may not be there yet.
            let end = (number + 1).saturating_mul(TILE_WIDTH.saturating_pow(u32::from(level) + 1));
            match stored {
                Ok(None) if end > self.signed => {}
                Ok(None) => report.broken("tile", format!("{number} of level {level} is missing")),
                Ok(Some(stored)) if stored == bytes => {}
                Ok(Some(_)) => {
                    report.broken("tile", format!("{number} of level {level} is not what its leaves say"));
                }
                Err(error) => {
                    report.found("tile", format!("{number} of level {level} cannot be read: {error}"));
                }
            }
        }
    }

    /// Compares the checkpoint over exactly the leaves so far, if one was signed.
    fn check_signed(&mut self, core: &Arc<Core>, report: &mut Report) {
        if self.ahead.is_empty() && self.read_to < i64::MAX {
            let after = self.read_to;
            let rows = look(core, move |tx| Ok(ledger::checkpoints_after(tx, after, CHECKPOINTS_PER_READ)?));
            match rows {
                Ok(rows) => self.ahead.extend(rows),
                Err(error) => {
                    report.found("checkpoint", format!("those after {after} cannot be read: {error}"));
                }
            }
            self.read_to = self.ahead.back().map_or(i64::MAX, |row| row.size);
        }
        let size = self.next;
        while let Some(row) = self.ahead.front().filter(|row| stored_size(row.size) <= size) {
            report.checked.checkpoints += 1;
            match core.read_signed(row) {
                Ok(signed) if signed.size == size && signed.root == self.edge.frontier.root() => {
                    let whole = Checkpoint::verify_all(row.note.as_bytes(), core.signer.keys(), &NoteCheck);
                    if whole.is_err() {
                        self.unsigned.get_or_insert(row.size);
                    }
                }
                Ok(_) => {
                    report
                        .broken("checkpoint", format!("over {} leaves is not what the leaves say", row.size));
                }
                Err(error) => report.broken("checkpoint", format!("over {} leaves: {error}", row.size)),
            }
            self.ahead.pop_front();
        }
    }

    /// Whether every leaf was looked at that was there when the walk began.
    pub(super) fn is_past_the_beginning(&self) -> bool {
        let begun_at = self.begun_at.as_ref().map_or(0, |head| stored_size(head.size));
        self.next >= begun_at && begun_at > 0
    }

    /// What an end that goes on growing allows to say: more tiles or checkpoints than its leaves make are wrong whenever they are read.
    pub(super) fn finish_early(&self, core: &Arc<Core>, report: &mut Report) {
        let read = || {
            look(core, |tx| {
                let size = ledger::head(tx)?.map_or(0, |head| head.size);
                Ok((size, ledger::count_tiles(tx)?, ledger::latest_checkpoint(tx)?))
            })
        };
        let read = if self.not_stored > 0 { core.integrator.between_checkpoints(read) } else { read() };
        let (size, tiles, newest) = match read {
            Ok(stored) => stored,
            Err(error) => return report.found("head", format!("it cannot be read: {error}")),
        };
        if self.begun_otherwise || stored_size(size) < self.edge.frontier.size() {
            report.broken("head", format!("it says {size} leaves and another tree than they are"));
        }
        let complete: u64 = (1..=8).map(|level| stored_size(size) >> (8 * level).min(63)).sum();
        if stored_size(tiles) > complete {
            report.broken("tile", format!("{tiles} are stored, the leaves complete {complete}"));
        }
        match newest {
            Some(newest) if newest.size > size => {
                report.broken("checkpoint", format!("over {} leaves, but there are {size}", newest.size));
            }
            None if self.not_stored > 0 => {
                let signed = self.not_stored;
                report.broken(
                    "checkpoint",
                    format!("none is stored, but the signer has signed {signed} leaves"),
                );
            }
            _ => {}
        }
        if let Some(size) = self.unsigned {
            report.broken("checkpoint", format!("over {size} leaves lacks a signature of this ledger"));
        }
    }

    /// Compares the tree with the head that the sequencer keeps, and with what is stored beside the leaves.
    fn finish(&self, core: &Arc<Core>, report: &mut Report, last: &Read) {
        let size = self.next;
        let same_tree =
            |head: &ledger::HeadRow| self.unknown.is_some() || head.frontier == self.edge.frontier.to_bytes();
        match &last.head {
            None if size == 0 => {}
            None => report.broken("head", "it is missing"),
            Some(head) if stored_size(head.size) == size && same_tree(head) => {
                if last.newest_at.is_some_and(|at| at != head.recorded_at) {
                    report.broken("head", "it names another time than the newest leaf");
                }
            }
            Some(head) => {
                report.broken(
                    "head",
                    format!("it says {} leaves and another tree; there are {size}", head.size),
                );
            }
        }
        if let Some(size) = self.unsigned {
            report.broken("checkpoint", format!("over {size} leaves lacks a signature of this ledger"));
        }
        for row in self.ahead.iter().filter(|row| stored_size(row.size) > size) {
            report.broken("checkpoint", format!("over {} leaves, but there are {size}", row.size));
        }
        if self.not_stored > 0 {
            let newest =
                core.integrator.between_checkpoints(|| look(core, |tx| Ok(ledger::latest_checkpoint(tx)?)));
            let signed = self.not_stored;
            match newest {
                Ok(Some(_)) => {}
                Ok(None) => report.broken(
                    "checkpoint",
                    format!("none is stored, but the signer has signed {signed} leaves"),
                ),
                Err(error) => report.found("checkpoint", format!("the newest cannot be read: {error}")),
            }
        }
        let complete: u64 = (1..=8).map(|level| size >> (8 * level).min(63)).sum();
        if let Some(stored) = last.tiles.filter(|stored| stored_size(*stored) > complete) {
            report.broken("tile", format!("{stored} are stored, the leaves complete {complete}"));
        }
    }
}

/// The hash that the stored tile of the leaves has for one.
fn hash_in_tile(core: &Arc<Core>, index: u64) -> Option<Hash> {
    let number = i64::try_from(index / TILE_WIDTH).ok()?;
    let tile = look(core, move |tx| Ok(ledger::find_tile(tx, 0, number)?)).ok()??;
    let place = usize::try_from(index % TILE_WIDTH).ok()?;
    tile.as_chunks().0.get(place).copied()
}

fn read(tx: &mut dyn Tx, core: &Core, first: i64, rows_max: u32) -> Result<Read, RegisterError> {
    let rows = ledger::range(tx, first, rows_max)?;
    let mut before = Vec::with_capacity(rows.len());
    let mut bodies = Vec::with_capacity(rows.len());
    let mut recorded = BTreeMap::new();
    for row in &rows {
        let earlier = match row.prev.filter(|prev| *prev < row.seq) {
            Some(prev) => ledger::in_chain(tx, prev, &row.subject, row.subject_seq.saturating_sub(1))?,
            None => None,
        };
        let earlier = earlier.map(|bytes| leaf_hash(&bytes));
        before.push(earlier);
        bodies.push(check_body(tx, core, row, &mut recorded));
    }
    let (mut tiles, mut newest_at) = (None, None);
    let head = ledger::head(tx)?;
    if rows.is_empty() {
        tiles = Some(ledger::count_tiles(tx)?);
        let newest = ledger::range(tx, head.as_ref().map_or(0, |head| head.size.saturating_sub(1)), 1)?;
        newest_at = newest.first().map(|row| row.recorded_at);
    }
    Ok(Read { rows, before, bodies, head, tiles, newest_at })
}

/// What the columns of a row must say, and that its chain has no gap.
fn check_header(report: &mut Report, row: &LeafRow, index: u64, before: Option<Hash>) {
    let Ok(header) = LeafHeader::decode(&row.bytes) else { return };
    if instant(header.recorded_at) != row.recorded_at {
        report.broken("leaf", format!("the row of leaf {index} names another time than the leaf"));
    }
    let linked = before.unwrap_or([0; 32]) == header.prev_subject_leaf;
    if !linked || (row.subject_seq > 1) != before.is_some() || row.prev.is_some() != before.is_some() {
        report.broken("chain", format!("leaf {index} does not follow the one before it about its subject"));
    }
}

/// Opens a body and compares it with what the leaf commits to.
fn check_body(
    tx: &mut dyn Tx,
    core: &Core,
    row: &LeafRow,
    recorded: &mut BTreeMap<[u8; 16], bool>,
) -> Result<Found, String> {
    let header = LeafHeader::decode(&row.bytes).map_err(|error| error.to_string())?;
    let opened = match keys::open_body(tx, &core.vault, &header, &row.bytes, &row.body) {
        Ok(opened) => opened,
        Err(RegisterError::Erased) if row.body.len() == keys::ERASED_LENGTH => {
            return is_erasure_of_record(tx, row, recorded);
        }
        Err(RegisterError::Erased) => {
            return Err("its key is destroyed but its ciphertext was not cleared".to_owned());
        }
        Err(error) => return Err(error.to_string()),
    };
    let body = Body::decode(&opened).map_err(|error| error.to_string())?;
    if body.commitment() != header.commitment {
        return Err(format!("it is not what the leaf commits to ({})", hex(&header.commitment)));
    }
    match RecordType::from_number(row.leaf_type) {
        Some(RecordType::PartyRecorded) => check_facts(tx, &body)?,
        Some(RecordType::ApplicationReceived) => {
            is_there(&body, "account", |id| Ok(account::find(tx, id)?.is_some()))?;
        }
        Some(RecordType::CaseOpened) => is_there(&body, "case", |id| Ok(case::find(tx, id)?.is_some()))?,
        Some(RecordType::MeasureProposed) => {
            is_there(&body, "measure", |id| Ok(measure::find(tx, id)?.is_some()))?;
        }
        Some(RecordType::HoldPlaced) => is_there(&body, "hold", |id| Ok(hold::find(tx, id)?.is_some()))?,
        Some(RecordType::OrderReceived) => is_there(&body, "order", |id| Ok(order::find(tx, id)?.is_some()))?,
        Some(RecordType::Decided) => is_there(&body, "decision", |id| Ok(decision::find(tx, id)?.is_some()))?,
        Some(RecordType::ApprovalRequested) => {
            is_there(&body, "approval", |id| Ok(approval::find(tx, id)?.is_some()))?;
        }
        Some(RecordType::ErasureScheduled) => {
            is_there(&body, "erasure", |id| Ok(erasure::find(tx, id)?.is_some()))?;
        }
        _ => {}
    }
    Ok(Found::Sound)
}

/// An erasure of personal data is a record in the chain of its subject; that of evidence stands under the deployment, and no row says
/// of whom it is.
fn is_erasure_of_record(
    tx: &mut dyn Tx,
    row: &LeafRow,
    recorded: &mut BTreeMap<[u8; 16], bool>,
) -> Result<Found, String> {
    if row.class != i64::from(Retention::PersonalData.number()) {
        return Ok(Found::Erased);
    }
    let known = if let Some(known) = recorded.get(&row.subject) {
        *known
    } else {
        let of = i64::from(RecordType::Erased.number());
        let found = ledger::in_chain_of_type(tx, &row.subject, of, -1, 1);
        !found.map_err(|error| error.to_string())?.is_empty()
    };
    recorded.insert(row.subject, known);
    if known { Ok(Found::Erased) } else { Err("it is erased, and no record says so".to_owned()) }
}

/// Whether the row is still stored with which the recorded began.
fn is_there<T: FromStr>(
    body: &Body,
    name: &str,
    find: impl FnOnce(T) -> Result<bool, StoreError>,
) -> Result<(), String> {
    let text = body.get(name).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
    let id = text.parse().map_err(|_| format!("it names no {name}"))?;
    match find(id) {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("the {name} {text} that it records is not stored")),
        Err(error) => Err(error.to_string()),
    }
}

/// Compares the facts that were recorded about a party with the rows that assessments read.
fn check_facts(tx: &mut dyn Tx, body: &Body) -> Result<(), String> {
    let text = |field: &Field| std::str::from_utf8(&field.value).unwrap_or_default().to_owned();
    let mut stored = None;
    for field in body.fields().filter(|field| field.name.starts_with("fact.")) {
        let recorded: Fact =
            serde_json::from_slice(&field.value).map_err(|_| format!("{} is no fact", field.name))?;
        if stored.is_none() {
            let party = body.fields().find(|field| field.name == "party").map(text);
            let party = party.and_then(|id| id.parse().ok()).ok_or("it names no party")?;
            if party::find(tx, party).map_err(|error| error.to_string())?.is_none() {
                return Err(format!("the party {party} that it records is not stored"));
            }
            stored = Some(party::facts(tx, party).map_err(|error| error.to_string())?);
        }
        let found = stored.iter().flatten().find(|fact| fact.id == recorded.id);
        let same = |found: &party::FactRow| {
            (found.kind, found.source, found.strength, found.evidence, found.stated_at, found.recorded_at)
                == (
                    recorded.value.kind(),
                    recorded.source,
                    recorded.strength,
                    recorded.evidence,
                    recorded.stated_at,
                    recorded.recorded_at,
                )
        };
        match found {
            None => return Err(format!("the {} that it records is not stored", field.name)),
            Some(found) if !same(found) => {
                return Err(format!("the {} that it records is stored as another", field.name));
            }
            Some(_) => {}
        }
    }
    Ok(())
}
