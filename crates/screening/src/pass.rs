//! A pass: many customers against one index, on as many threads as are given, in bounded memory.
//!
//! The same kernel serves both directions of rescreening. After a new algorithm or a new list every customer passes the
//! whole index. After a list update only what changed matters: build an [`Index`] over the added and changed entries
//! alone and let every customer pass that. Since the score of a pair depends on the pair alone, the hits are those that
//! the whole index would give for these entries.

use crate::hit::Hit;
use crate::index::Index;
use crate::query::{Options, Query};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Customers a thread takes at a time.
const BATCH: usize = 256;

impl Index {
    /// Screens every customer of a stream; `found` hears of those with hits. Customers are taken from the stream as they are
    /// needed, at most a batch per thread, and their order is not kept. Answers how many passed.
    ///
    /// ```
    /// use std::num::NonZeroUsize;
    /// use tenantry_screening::{Index, Options, Query};
    ///
    /// let index = Index::build(&[]);
    /// let customers = (0..1000_u64).map(|key| (key, Query::person("Ada Example")));
    /// let mut hits = Vec::new();
    /// let passed =
    ///     index.pass(customers, &Options::default(), NonZeroUsize::MIN, |key, found| hits.push((key, found)));
    /// assert_eq!((passed, hits.len()), (1000, 0));
    /// ```
    pub fn pass<K: Send>(
        &self,
        customers: impl Iterator<Item = (K, Query)> + Send,
        options: &Options,
        threads: NonZeroUsize,
        found: impl FnMut(K, Vec<Hit>) + Send,
    ) -> u64 {
        let (customers, found) = (Mutex::new(customers), Mutex::new(found));
        let work = || {
            let mut passed = 0;
            let mut batch = Vec::with_capacity(BATCH);
            loop {
                batch.extend(customers.lock().unwrap_or_else(PoisonError::into_inner).by_ref().take(BATCH));
                if batch.is_empty() {
                    return passed;
                }
                passed += batch.len() as u64;
                for (key, query) in batch.drain(..) {
                    let hits = self.search(&query, options);
                    if !hits.is_empty() {
                        found.lock().unwrap_or_else(PoisonError::into_inner)(key, hits);
                    }
                }
            }
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads.get()).map(|_| scope.spawn(work)).collect();
            let mine = work();
            let joined =
                others.into_iter().map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            mine + joined.sum::<u64>()
        })
    }
}
