//! The records of an index and a typed view of its sections, taken once per search.

use crate::groups::{GroupEntry, Groups};
use crate::image::{Image, Section};
use crate::tokens::LENGTHS;
use bytemuck::{Pod, Zeroable};
use std::ops::{Range, RangeInclusive};
use tenantry_model::listed::{Property, Schema};
use tenantry_names::{Form, Look, Reading, Script, Sketch, StoredForm, StoredToken};

/// A text in the section of texts.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct TextAt {
    pub(crate) from: u32,
    pub(crate) bytes: u32,
}

/// One entity.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct EntityRecord {
    pub(crate) id: TextAt,
    pub(crate) caption: TextAt,
    /// Its encoded attributes.
    pub(crate) attributes: TextAt,
    /// First name and one past the last.
    pub(crate) names: [u32; 2],
    /// Position of its snapshot.
    pub(crate) list: u16,
    pub(crate) schema: u8,
    pub(crate) unused: u8,
    /// Position among all entities as they were given.
    pub(crate) given: u32,
}

/// One name.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct NameRecord {
    pub(crate) entity: u32,
    pub(crate) text: TextAt,
    pub(crate) property: u8,
    pub(crate) reading: u8,
    pub(crate) unused: [u8; 2],
}

/// A token in its place in a name.
#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct NameToken {
    /// Its number.
    pub(crate) form: u32,
    /// Its weight and role here.
    pub(crate) token: StoredToken,
}

/// A name that holds a token, with what can be told of the name without opening it: postings are read by the thousand, names
/// lie anywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Pod, Zeroable)]
#[repr(C)]
pub(crate) struct Posting {
    /// The name's number above three bits.
    name: u32,
    sketch: Sketch,
}

/// What a posting says besides the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trait {
    /// A word of the name is a single letter.
    Initials = 1,
    /// The name is not only of words that are different and whose letters are counted.
    Odd = 2,
    /// The token's letters count here.
    Tells = 4,
}

impl Posting {
    pub(crate) fn new(name: u32, sketch: Sketch) -> Self {
        Self { name: name << 3, sketch }
    }

    /// The same with a trait.
    #[must_use]
    pub(crate) fn with(self, which: Trait) -> Self {
        Self { name: self.name | which as u32, ..self }
    }

    pub(crate) fn has(self, which: Trait) -> bool {
        self.name & which as u32 != 0
    }

    pub(crate) fn name(self) -> u32 {
        self.name >> 3
    }

    /// The name at a glance.
    pub(crate) fn sketch(self) -> Sketch {
        self.sketch
    }
}

/// The schemas in the order in which the index keeps entities, so that what a query can be compared with lies in few
/// ranges.
pub(crate) const CLASSES: [Schema; 8] = [
    Schema::Person,
    Schema::LegalEntity,
    Schema::Thing,
    Schema::Company,
    Schema::Organization,
    Schema::Vessel,
    Schema::Airplane,
    Schema::CryptoWallet,
];

/// Place of a schema in [`CLASSES`].
pub(crate) fn class(schema: Schema) -> usize {
    CLASSES.iter().position(|s| *s == schema).unwrap_or(CLASSES.len())
}

/// Every section, typed.
pub(crate) struct View<'i> {
    texts: &'i [u8],
    pub(crate) entities: &'i [EntityRecord],
    pub(crate) by_id: &'i [u32],
    attributes: &'i [u8],
    forms: &'i [StoredForm],
    heap: &'i [u8],
    pub(crate) looks: &'i [Look],
    by_length: &'i [u32],
    length_starts: &'i [u32],
    scripts: &'i [u8],
    pub(crate) keys: Groups<'i>,
    names: &'i [NameRecord],
    name_starts: &'i [u32],
    name_tokens: &'i [NameToken],
    classes: &'i [u32],
    posting_starts: &'i [u32],
    postings: &'i [Posting],
    /// Entities by exactly compared value, names by what they are found by as wholes.
    pub(crate) exact: Groups<'i>,
}

impl<'i> View<'i> {
    pub(crate) fn of(image: &'i Image) -> Self {
        let groups = |starts, entries| Groups {
            starts: image.table::<u32>(starts),
            entries: image.table::<GroupEntry>(entries),
        };
        Self {
            texts: image.table(Section::Texts),
            entities: image.table(Section::Entities),
            by_id: image.table(Section::ById),
            attributes: image.table(Section::Attributes),
            forms: image.table(Section::Forms),
            heap: image.table(Section::Heap),
            looks: image.table(Section::Looks),
            by_length: image.table(Section::ByLength),
            length_starts: image.table(Section::LengthStarts),
            scripts: image.table(Section::Scripts),
            keys: groups(Section::KeyStarts, Section::KeyEntries),
            names: image.table(Section::Names),
            name_starts: image.table(Section::NameStarts),
            name_tokens: image.table(Section::NameTokens),
            classes: image.table(Section::Classes),
            posting_starts: image.table(Section::PostingStarts),
            postings: image.table(Section::Postings),
            exact: groups(Section::ExactStarts, Section::ExactEntries),
        }
    }

    pub(crate) fn text(&self, at: TextAt) -> &'i str {
        std::str::from_utf8(cut(self.texts, at)).unwrap_or_default()
    }

    /// Encoded attributes of an entity.
    pub(crate) fn attributes(&self, entity: &EntityRecord) -> &'i [u8] {
        cut(self.attributes, entity.attributes)
    }

    /// Number of distinct tokens.
    pub(crate) fn tokens(&self) -> usize {
        self.forms.len()
    }

    /// Spelling and sound of a token.
    pub(crate) fn form(&self, token: u32) -> Option<Form<'i>> {
        self.forms.get(token as usize).map(|f| f.form(self.heap))
    }

    /// Letters of a token.
    pub(crate) fn ascii(&self, token: u32) -> &'i [u8] {
        self.forms.get(token as usize).map_or(&[], |f| f.ascii(self.heap))
    }

    /// Tokens with so many letters.
    pub(crate) fn of_lengths(&self, lengths: RangeInclusive<usize>) -> &'i [u32] {
        let at = |length: usize| self.length_starts.get(length.min(LENGTHS)).copied().unwrap_or(0) as usize;
        self.by_length.get(at(*lengths.start())..at(lengths.end() + 1)).unwrap_or_default()
    }

    /// Scripts that occur.
    pub(crate) fn scripts(&self) -> impl Iterator<Item = Script> + use<'i> {
        self.scripts.iter().map(|s| Script::of_number(*s))
    }

    /// Number of names.
    pub(crate) fn names(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn name(&self, name: u32) -> Option<&'i NameRecord> {
        self.names.get(name as usize)
    }

    /// Where a name's tokens lie.
    pub(crate) fn token_range(&self, name: u32) -> Range<usize> {
        let at = |i: usize| self.name_starts.get(i).copied().unwrap_or(0) as usize;
        at(name as usize)..at(name as usize + 1)
    }

    /// Tokens of a name, by where they lie.
    pub(crate) fn tokens_at(&self, range: Range<usize>) -> &'i [NameToken] {
        self.name_tokens.get(range).unwrap_or_default()
    }

    /// Names that hold a token, ascending.
    pub(crate) fn holding(&self, token: u32) -> &'i [Posting] {
        let at = |i: usize| self.posting_starts.get(i).copied().unwrap_or(0) as usize;
        self.postings.get(at(token as usize)..at(token as usize + 1)).unwrap_or_default()
    }

    /// Names of a schema's class.
    pub(crate) fn class(&self, class: usize) -> Range<u32> {
        let at = |i: usize| self.classes.get(i).copied().unwrap_or(0);
        at(class)..at(class + 1)
    }
}

impl EntityRecord {
    pub(crate) fn schema(&self) -> Schema {
        Schema::ALL.get(usize::from(self.schema)).copied().unwrap_or(Schema::Thing)
    }
}

impl NameRecord {
    pub(crate) fn property(&self) -> Property {
        Property::ALL.get(usize::from(self.property)).copied().unwrap_or(Property::Name)
    }

    pub(crate) fn reading(&self) -> Reading {
        Reading::of_number(self.reading)
    }
}

fn cut(bytes: &[u8], at: TextAt) -> &[u8] {
    let from = at.from as usize;
    bytes.get(from..from + at.bytes as usize).unwrap_or_default()
}
