//! Look-ups against what the words mean, and against a second, slow look-up that counts bits and labels.
#![expect(clippy::unwrap_used, reason = "a panic of a test is its failure")]

mod domains;
mod lists;
mod networks;

use tenantry_signals::{Entries, Naming, SignalList};

fn list_of(entries: Entries) -> SignalList {
    let naming = Naming { list: "test".to_owned(), source: "test".to_owned(), published_on: None };
    SignalList::new(naming, entries, [7; 32])
}
