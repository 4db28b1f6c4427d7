//! Many items in, one answer each, in order, on all cores: memory holds one batch, whatever the size of the input.

use anyhow::Result;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Most items worked on at a time.
const BATCH_ITEMS: usize = 2_048;
/// Items are gathered until they hold this many bytes.
const BATCH_BYTES: usize = 8 << 20;

/// What an item is answered with.
pub(super) struct Answer {
    /// Bytes to write.
    pub(super) bytes: Vec<u8>,
    /// Why the item could not be worked on; it is answered all the same.
    pub(super) trouble: Option<String>,
}

/// Answers every item of `items` with `work` and writes the answers in the order of the items. `size` says how much memory an
/// item holds, in bytes; `done` is told after every batch how many were answered.
pub(super) fn answer_all<T: Send + Sync>(
    items: impl Iterator<Item = Result<T>>,
    size: impl Fn(&T) -> usize,
    work: impl Fn(&T) -> Answer + Sync,
    out: &mut impl Write,
    mut done: impl FnMut(&[Answer]),
) -> Result<()> {
    let mut items = items.peekable();
    while items.peek().is_some() {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH_ITEMS
            && bytes < BATCH_BYTES
            && let Some(item) = items.next()
        {
            let item = item?;
            bytes += size(&item);
            batch.push(item);
        }
        let answers = on_all_cores(&batch, &work)?;
        for answer in &answers {
            out.write_all(&answer.bytes)?;
        }
        done(&answers);
    }
    out.flush()?;
    Ok(())
}

fn on_all_cores<T: Sync>(batch: &[T], work: &(impl Fn(&T) -> Answer + Sync)) -> Result<Vec<Answer>> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(batch.len());
    let next = AtomicUsize::new(0);
    let share = || {
        let mut answers = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = batch.get(at) else { return answers };
            answers.push((at, work(item)));
        }
    };
    let mut answers = thread::scope(|scope| {
        let others: Vec<_> = (1..cores).map(|_| scope.spawn(share)).collect();
        let mut answers = share();
        for other in others {
            let part =
                other.join().map_err(|_| anyhow::anyhow!("a thread stopped in the middle of its work"))?;
            answers.extend(part);
        }
        anyhow::Ok(answers)
    })?;
    answers.sort_unstable_by_key(|(at, _)| *at);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}
