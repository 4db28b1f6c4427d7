//! Names that are one as wholes (the same letters with the blanks elsewhere, an acronym and its words) share no word that
//! the index could look up; they are found by keys of whole names, beside the identifiers.

use crate::candidates::Candidate;
use crate::entity::{self, Attributes};
use crate::groups::text_key;
use crate::tables::View;
use tenantry_model::listed::Schema;
use tenantry_names::{Name, Weighing, WholeKeys, similarity};

/// Channels of the keys; identifiers have 0.
const LETTERS: u8 = 1;
const WORD: u8 = 2;
const ACRONYM: u8 = 3;
const KNOWN: u8 = 4;

/// What a listed name is kept under.
pub(crate) fn keys(listed: &Name) -> impl Iterator<Item = u64> {
    channels(WholeKeys::of(listed), WORD, ACRONYM)
}

fn channels(keys: WholeKeys, word: u8, acronym: u8) -> impl Iterator<Item = u64> {
    let letters = keys.letters.into_iter().map(|text| text_key(LETTERS, &text));
    let word = keys.word.into_iter().map(move |text| text_key(word, &text));
    let known = keys.known.into_iter().map(|text| text_key(KNOWN, text));
    letters
        .chain(word)
        .chain(known)
        .chain(keys.acronyms.into_iter().map(move |text| text_key(acronym, &text)))
}

/// Every name of a comparable entity that shares a key with `name` and is alike enough.
pub(crate) fn candidates(view: &View, name: &Name, schema: Schema, floor: u16, out: &mut Vec<Candidate>) {
    let mut work = Weighing::default();
    // An acronym is looked up among words and a word among acronyms.
    for number in channels(WholeKeys::of(name), ACRONYM, WORD).flat_map(|key| view.exact.get(key)) {
        let Some(record) = view.name(number) else { continue };
        let Some(kept) = view.entities.get(record.entity as usize) else { continue };
        if !entity::comparable(schema, kept.schema()) {
            continue;
        }
        let attributes = Attributes::decoded(view.attributes(kept));
        let Some(listed) = attributes.name(view.text(record.text), record.reading(), kept.schema()) else {
            continue;
        };
        let weighed = similarity(&mut work, name, &listed);
        if weighed.similarity >= floor {
            out.push(Candidate { name: number, entity: record.entity, weighed });
        }
    }
}
