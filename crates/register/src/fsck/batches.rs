//! Batches of events: what lies behind their leaves, and the table that says whom they are about.
//!
//! The walk over the leaves brings every batch here, which finds what is missing. What is there too much is found by counting: only
//! when there are more rows than the batches have subjects is the table gone through, row by row.

use super::{Report, Step, look};
use crate::RegisterError;
use crate::core::Core;
use crate::events::{group, next_group, next_opening};
use crate::keys;
use crate::ledger_view::hex;
use crate::record::RecordType;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenantry_ledger::batch::{BatchStatement, EVENT_BYTES, Event};
use tenantry_ledger::{Body, Hash, LeafHeader};
use tenantry_store::Tx;
use tenantry_store::repo::check;
use tenantry_store::repo::ledger::{self, LeafRow};

/// Rows looked at in one unit.
const ROWS_PER_STEP: u32 = 256;

/// What was seen of batches, and how far the search for what is too much has come.
#[derive(Default)]
pub(super) struct Batches {
    /// Leaves that the walk went through.
    size: i64,
    /// Batches behind them.
    found: i64,
    /// Rows that say rightly that one of them is about somebody.
    subjects: i64,
    search: Search,
}

/// The search for what is too much.
#[derive(Default)]
enum Search {
    #[default]
    Count,
    Batches {
        after: i64,
    },
    Subjects {
        after: ([u8; 16], i64),
    },
}

/// What one batch is like.
#[derive(Default)]
struct Seen {
    /// Whether there are events behind the leaf.
    found: bool,
    subjects: i64,
    wrong: Vec<String>,
}

/// The commitments of the events about each subject, by their number.
type Events = BTreeMap<[u8; 16], BTreeMap<u16, Hash>>;

impl Batches {
    /// Looks at the batch behind a leaf.
    pub(super) fn check(&mut self, core: &Arc<Core>, report: &mut Report, row: &LeafRow) {
        let (reader, leaf) = (Arc::clone(core), row.clone());
        match look(core, move |tx| seen(tx, &reader, &leaf)) {
            Ok(seen) => {
                self.found += i64::from(seen.found);
                self.subjects += seen.subjects;
                report.checked.rows +=
                    u64::from(seen.found) + u64::try_from(seen.subjects).unwrap_or_default();
                for what in seen.wrong {
                    report.found("batch", format!("behind leaf {}: {what}", row.seq));
                }
            }
            Err(error) => report.found("batch", format!("behind leaf {}: {error}", row.seq)),
        }
    }

    pub(super) fn up_to(mut self, leaves: u64) -> Self {
        self.size = i64::try_from(leaves).unwrap_or(i64::MAX);
        self
    }

    /// Goes on with the search for what is too much.
    pub(super) fn step(&mut self, core: &Arc<Core>, report: &mut Report) -> Step {
        let found = match self.search {
            Search::Count => self.count(core),
            Search::Batches { after } => batches_too_much(core, report, after),
            Search::Subjects { after } => subjects_too_much(core, report, after),
        };
        match found {
            Ok(Some(next)) => {
                self.search = next;
                Step::More
            }
            Ok(None) => Step::Done,
            Err(error) => {
                report.found("batch", format!("the rows cannot be read: {error}"));
                Step::Done
            }
        }
    }

    /// Whether there is anything to search for.
    fn count(&self, core: &Arc<Core>) -> Result<Option<Search>, RegisterError> {
        let walked = self.size;
        let (batches, subjects) = look(core, move |tx| {
            // Batches that were recorded since the walk are the next one's.
            let size = ledger::head(tx)?.map_or(0, |head| head.size).max(walked);
            Ok(check::event_rows_outside(tx, walked, size)?)
        })?;
        let too_much = batches > self.found || subjects > self.subjects;
        Ok(too_much.then_some(Search::Batches { after: i64::MIN }))
    }
}

fn batches_too_much(
    core: &Arc<Core>,
    report: &mut Report,
    after: i64,
) -> Result<Option<Search>, RegisterError> {
    let (last, wrong) = look(core, move |tx| {
        let rows = check::event_batches(tx, after, ROWS_PER_STEP)?;
        let mut wrong = Vec::new();
        for leaf in &rows {
            if !is_batch(tx, *leaf)? {
                wrong.push(format!("events are stored behind leaf {leaf}, which is no batch"));
            }
        }
        Ok((rows.last().copied(), wrong))
    })?;
    for what in wrong {
        report.found("batch", what);
    }
    let next =
        last.map_or(Search::Subjects { after: ([0; 16], i64::MIN) }, |after| Search::Batches { after });
    Ok(Some(next))
}

fn subjects_too_much(
    core: &Arc<Core>,
    report: &mut Report,
    after: ([u8; 16], i64),
) -> Result<Option<Search>, RegisterError> {
    let (last, wrong) = look(core, move |tx| {
        let rows = check::event_subjects(tx, (&after.0, after.1), ROWS_PER_STEP)?;
        let mut wrong = Vec::new();
        for (subject, leaf) in &rows {
            let batch = ledger::find_batch(tx, *leaf)?;
            if !batch.is_some_and(|batch| events(&batch.events).contains_key(subject)) {
                let name = hex(subject);
                wrong.push(format!("a row says that leaf {leaf} is about subject {name}; it is not"));
            }
        }
        Ok((rows.last().copied(), wrong))
    })?;
    for what in wrong {
        report.found("batch", what);
    }
    Ok(last.map(|after| Search::Subjects { after }))
}

/// Whether a leaf is there and states a batch.
fn is_batch(tx: &mut dyn Tx, leaf: i64) -> Result<bool, RegisterError> {
    let row = ledger::range(tx, leaf, 1)?.pop().filter(|row| row.seq == leaf);
    Ok(row.is_some_and(|row| row.leaf_type == i64::from(RecordType::EventsBatched.number())))
}

fn seen(tx: &mut dyn Tx, core: &Core, row: &LeafRow) -> Result<Seen, RegisterError> {
    let mut seen = Seen::default();
    let Some(batch) = ledger::find_batch(tx, row.seq)? else {
        seen.wrong.push("its events are missing".to_owned());
        return Ok(seen);
    };
    seen.found = true;
    if !is_stated(tx, core, row, &batch.events)? {
        seen.wrong.push("its events are not what the leaf states".to_owned());
    }
    let events = events(&batch.events);
    for subject in events.keys() {
        if check::is_event_subject(tx, subject, row.seq)? {
            seen.subjects += 1;
        } else {
            seen.wrong.push(format!("no row says that it is about subject {}", hex(subject)));
        }
    }
    let (mut rest, mut sealed) = (batch.sealed.as_slice(), BTreeSet::new());
    while let Some((subject, bytes, tail)) = next_group(rest) {
        let name = group(u64::try_from(row.seq).unwrap_or_default());
        match keys::open_row(tx, &core.vault, subject, &name, bytes) {
            Ok(opening) if events.get(subject).is_some_and(|events| commits_to(events, &opening)) => {}
            Ok(_) => seen
                .wrong
                .push(format!("what is sealed of subject {} is not what was committed to", hex(subject))),
            Err(RegisterError::Erased) => {}
            Err(error) => seen.wrong.push(format!("what is sealed of subject {}: {error}", hex(subject))),
        }
        sealed.insert(*subject);
        rest = tail;
    }
    if !rest.is_empty() || !sealed.iter().eq(events.keys()) {
        seen.wrong.push("what is sealed is not of the subjects of its events".to_owned());
    }
    Ok(seen)
}

/// Whether the leaf states exactly these events, as far as it can be opened.
fn is_stated(tx: &mut dyn Tx, core: &Core, row: &LeafRow, events: &[u8]) -> Result<bool, RegisterError> {
    let header = LeafHeader::decode(&row.bytes)?;
    let found = BatchStatement::of(events);
    let Ok(opening) = keys::open_body(tx, &core.vault, &header, &row.bytes, &row.body) else {
        // Why it does not open is said of the body itself.
        return Ok(found.is_ok());
    };
    let stated =
        Body::decode(&opening).and_then(|body| BatchStatement::from_leaf(&header, &body.disclose_all()));
    Ok(matches!((stated, found), (Ok(stated), Ok(found)) if stated == found))
}

fn events(bytes: &[u8]) -> Events {
    let mut events = Events::new();
    for event in bytes.as_chunks::<EVENT_BYTES>().0.iter().filter_map(|bytes| Event::decode(bytes).ok()) {
        events.entry(event.subject.0).or_default().insert(event.number, event.commitment);
    }
    events
}

/// Whether opened bytes are the bodies that the events of their subject commit to, all of them.
fn commits_to(events: &BTreeMap<u16, Hash>, opening: &[u8]) -> bool {
    let (mut rest, mut opened) = (opening, BTreeMap::new());
    while let Some((number, body, tail)) = next_opening(rest) {
        let Ok(body) = Body::decode(body) else { return false };
        opened.insert(number, body.commitment());
        rest = tail;
    }
    rest.is_empty() && opened == *events
}
