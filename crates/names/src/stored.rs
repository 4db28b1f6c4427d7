//! Analysed tokens as fixed records, for stores that are read where they lie: a token costs no allocation and no second
//! analysis. Any bytes are safe to read as a record; what a record says is as good as who wrote it.

use crate::look::Look;
use crate::name::{Form, Part, Role, Token};
use crate::romanise::Script;
use bytemuck::{Pod, Zeroable};
use std::borrow::Cow;

/// A [`Form`] whose letters and sounds lie in a heap of bytes beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredForm {
    look: Look,
    skeleton: u64,
    sound_key: u64,
    letters: u64,
    /// Where its letters begin in the heap; its sounds follow them.
    at: u32,
    same: [u16; 2],
    number: u16,
    text_bytes: u16,
    is_number: u8,
    script: u8,
    sounds: u8,
    unused: u8,
}

impl StoredForm {
    /// Stores a form: its letters and sounds go to the end of the heap.
    pub fn store(form: &Form, heap: &mut Vec<u8>) -> Self {
        let at = heap.len() as u32;
        let text = form.ascii.as_bytes();
        heap.extend_from_slice(text);
        heap.extend_from_slice(&form.sounds);
        Self {
            look: form.look,
            skeleton: form.skeleton,
            sound_key: form.sound_key,
            letters: form.letters,
            at,
            same: form.same,
            number: form.number.unwrap_or(0),
            text_bytes: text.len() as u16,
            is_number: form.number.is_some().into(),
            script: form.script as u8,
            sounds: form.sounds.len() as u8,
            unused: 0,
        }
    }

    /// The form, borrowed from the heap it was stored in.
    pub fn form<'t>(&self, heap: &'t [u8]) -> Form<'t> {
        let at = self.at as usize;
        let middle = at + usize::from(self.text_bytes);
        let text = heap.get(at..middle).and_then(|b| std::str::from_utf8(b).ok()).unwrap_or_default();
        let sounds = heap.get(middle..middle + usize::from(self.sounds)).unwrap_or_default();
        Form {
            ascii: Cow::Borrowed(text),
            script: Script::of_number(self.script),
            sounds: Cow::Borrowed(sounds),
            skeleton: self.skeleton,
            sound_key: self.sound_key,
            same: self.same,
            number: (self.is_number != 0).then_some(self.number),
            letters: self.letters,
            look: self.look,
        }
    }

    /// The letters alone.
    pub fn ascii<'t>(&self, heap: &'t [u8]) -> &'t [u8] {
        let at = self.at as usize;
        heap.get(at..at + usize::from(self.text_bytes)).unwrap_or_default()
    }
}

/// A [`Token`] as a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct StoredToken {
    weight: u16,
    first: u8,
    length: u8,
    role: u8,
    marks: u8,
    unused: [u8; 2],
}

const CHAIN: u8 = 1;
const SYLLABLE: u8 = 2;
const PATRONYMIC: u8 = 4;
const PLACE: u8 = 8;
const GIVEN: u8 = 16;
const HOME: u8 = 32;
const GIVEN_PART: u8 = 64;
const FAMILY_PART: u8 = 128;

const ROLES: [Role; 6] = [Role::Word, Role::Particle, Role::Title, Role::Legal, Role::Number, Role::Initial];

impl StoredToken {
    /// Stores a token.
    pub fn store(token: Token) -> Self {
        let mark = |is: bool, mark: u8| if is { mark } else { 0 };
        Self {
            weight: token.weight,
            first: token.first,
            length: token.length,
            role: token.role as u8,
            marks: mark(token.chain, CHAIN)
                | mark(token.syllable, SYLLABLE)
                | mark(token.patronymic, PATRONYMIC)
                | mark(token.place, PLACE)
                | mark(token.given, GIVEN)
                | mark(token.home, HOME)
                | mark(token.part == Part::Given, GIVEN_PART)
                | mark(token.part == Part::Family, FAMILY_PART),
            unused: [0; 2],
        }
    }

    /// The token.
    pub fn token(&self) -> Token {
        Token {
            weight: self.weight,
            role: ROLES.get(usize::from(self.role)).copied().unwrap_or(Role::Word),
            chain: self.marks & CHAIN != 0,
            first: self.first,
            length: self.length,
            syllable: self.marks & SYLLABLE != 0,
            patronymic: self.marks & PATRONYMIC != 0,
            place: self.marks & PLACE != 0,
            given: self.marks & GIVEN != 0,
            home: self.marks & HOME != 0,
            part: match self.marks & (GIVEN_PART | FAMILY_PART) {
                GIVEN_PART => Part::Given,
                FAMILY_PART => Part::Family,
                _ => Part::Unsaid,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::{Name, NameKind};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_stored_comes_back(text in "([a-zA-Z0-9.]{1,9}|محمد|김정은|習近平|プーチン|Иванович|bin|Dr|LLC|forty|Iran|Putin)( [a-z]{1,9}| 5| ابن){0,4}") {
            for kind in [NameKind::Person, NameKind::Organisation, NameKind::Object] {
                let name = Name::analyse(&text, kind).at_home(|code| code == "ir").of_family(std::iter::once("Putin"));
                let mut heap = vec![7];
                for (form, token) in name.forms().iter().zip(name.tokens()) {
                    let stored = StoredForm::store(form, &mut heap);
                    prop_assert!(stored.form(&heap) == *form);
                    prop_assert_eq!(stored.ascii(&heap), form.ascii().as_bytes());
                    let stored = StoredToken::store(*token);
                    prop_assert_eq!(stored.token(), *token);
                }
            }
        }
    }
}
