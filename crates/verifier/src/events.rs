//! Events: each is in its batch, and the leaf of the batch is in the signed tree. Both stages are inclusion proofs.

use tenantry_ledger::batch::{BatchStatement, verify_event};
use tenantry_ledger::{Disclosure, LeafHeader, RecordType};

use crate::bag::Bag;
use crate::layout;
use crate::verify::{Check, Head};

/// Number of the kind of record that commits to a batch of events.
const EVENTS_BATCHED: RecordType = RecordType(41);

impl Check {
    pub(crate) fn check_events(&mut self, bag: &Bag<'_>, head: &mut Head<'_>) {
        for stem in layout::stems(bag.in_folder(layout::EVENTS)) {
            match self.check_batch(bag, stem, head) {
                Ok(events) => {
                    self.counts.batches += 1;
                    self.counts.events += events;
                }
                Err(reason) => self.invalid.push(format!("batch {}{stem}: {reason}", layout::EVENTS)),
            }
        }
        if self.counts.events > 0 {
            self.checked.push(
                "every event is in its batch at its place, and every batch is in the signed ledger"
                    .to_owned(),
            );
        }
        self.not_checked.push(
            "that all events reported in batches are here: the index counts records, and batches may hold others, of the same account too"
                .to_owned(),
        );
    }

    /// The number of events that are proven.
    fn check_batch(&mut self, bag: &Bag<'_>, stem: &str, head: &mut Head<'_>) -> Result<usize, String> {
        let (header, shown) = self.check_record(bag, layout::EVENTS, stem, head)?;
        let shown = shown.ok_or("what its batch commits to is not shown")?;
        let path = format!("{}{stem}.events", layout::EVENTS);
        events_of(&header, &shown, bag.text(&path)?)
    }
}

/// The number of events in a list that are proven to be in the batch of a record. The record itself is checked before.
pub(crate) fn events_of(header: &LeafHeader, shown: &Disclosure, list: &str) -> Result<usize, String> {
    if header.record_type != EVENTS_BATCHED {
        return Err("its record is not that of a batch".to_owned());
    }
    let statement = BatchStatement::from_leaf(header, shown).map_err(|error| error.to_string())?;
    let events = layout::read_events(list).ok_or("its list of events is not in its format")?;
    let mut before = None;
    for (event, path) in &events {
        let event = verify_event(event, path, &statement).map_err(|error| error.to_string())?;
        if before.is_some_and(|before| event.number <= before) {
            return Err("its events are not in order, each once".to_owned());
        }
        before = Some(event.number);
    }
    Ok(events.len())
}
