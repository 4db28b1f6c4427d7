//! Building: every name of every listed entity is taken apart once, and everything a search reads is laid out in flat
//! tables. Entities are kept in order of their schemas' classes, names in order of their entities.

use crate::entity::{self, Attributes};
use crate::groups::{self, Glance, text_key};
use crate::image::{Image, Section};
use crate::tables::{CLASSES, EntityRecord, NameRecord, NameToken, Posting, TextAt, Trait, class};
use crate::tokens::Gathering;
use crate::whole;
use tenantry_model::listed::{ListedEntity, Property, SnapshotHeader};
use tenantry_names::{Name, Reading, Role, Sketch, StoredToken};

/// Everything of an index but its tokens, growing.
#[derive(Default)]
struct Building {
    texts: Vec<u8>,
    attributes: Vec<u8>,
    entities: Vec<EntityRecord>,
    names: Vec<NameRecord>,
    name_starts: Vec<u32>,
    name_tokens: Vec<NameToken>,
    sketches: Vec<Sketch>,
    exact: Vec<(u64, u32)>,
    gathering: Gathering,
}

/// Lays an index out.
pub(crate) fn image(snapshots: &[(SnapshotHeader, &[ListedEntity])]) -> Image {
    let mut given: Vec<(u16, &ListedEntity, u32)> = Vec::new();
    for (list, (_, entities)) in snapshots.iter().enumerate() {
        for entity in *entities {
            given.push((list as u16, entity, given.len() as u32));
        }
    }
    given.sort_by_key(|(_, entity, _)| class(entity.schema));
    let mut building = Building::default();
    let mut classes = Vec::with_capacity(CLASSES.len() + 1);
    for (list, entity, position) in given {
        while classes.len() <= class(entity.schema) {
            classes.push(building.names.len() as u32);
        }
        building.push(list, entity, position);
    }
    classes.resize(CLASSES.len() + 1, building.names.len() as u32);
    let headers: Vec<&SnapshotHeader> = snapshots.iter().map(|(header, _)| header).collect();
    building.write(&headers, &classes)
}

impl Building {
    fn push(&mut self, list: u16, entity: &ListedEntity, given: u32) {
        let number = self.entities.len() as u32;
        let from = self.names.len() as u32;
        let attributes = Attributes::of(entity);
        for (property, reading, name) in whole_names(entity, &attributes) {
            self.push_name(number, property, reading, &name);
        }
        self.exact.extend(attributes.exact.iter().map(|e| (text_key(0, &e.normal), number)));
        let record = EntityRecord {
            id: append(&mut self.texts, entity.id.as_bytes()),
            caption: append(&mut self.texts, entity.caption().as_bytes()),
            attributes: append(&mut self.attributes, &attributes.encoded()),
            names: [from, self.names.len() as u32],
            list,
            schema: entity.schema as u8,
            unused: 0,
            given,
        };
        self.entities.push(record);
    }

    fn push_name(&mut self, entity: u32, property: Property, reading: Reading, name: &Name) {
        self.name_starts.push(self.name_tokens.len() as u32);
        self.name_tokens.extend(name.tokens().iter().zip(name.forms()).map(|(token, form)| NameToken {
            form: self.gathering.id(form),
            token: StoredToken::store(*token),
        }));
        self.sketches.push(Sketch::of(name.tokens(), name.forms()));
        let number = self.names.len() as u32;
        self.exact.extend(whole::keys(name).map(|key| (key, number)));
        let text = append(&mut self.texts, name.text().as_bytes());
        let (property, reading) = (property as u8, reading as u8);
        self.names.push(NameRecord { entity, text, property, reading, unused: [0; 2] });
    }

    fn write(mut self, headers: &[&SnapshotHeader], classes: &[u32]) -> Image {
        let (tokens, numbers) = self.gathering.freeze();
        for token in &mut self.name_tokens {
            token.form = numbers.get(token.form as usize).copied().unwrap_or(token.form);
        }
        self.name_starts.push(self.name_tokens.len() as u32);
        let (posting_starts, postings) =
            postings(&self.name_starts, &self.name_tokens, &self.sketches, numbers.len());
        let (exact_starts, exact_entries) = groups::freeze(self.exact, |_| Glance::default());
        let by_id = by_id(&self.entities, &self.texts);
        let headers = postcard::to_allocvec(headers).unwrap_or_default();
        Image::write(&[
            (Section::Headers, &headers),
            (Section::Texts, &self.texts),
            (Section::Entities, bytemuck::cast_slice(&self.entities)),
            (Section::ById, bytemuck::cast_slice(&by_id)),
            (Section::Attributes, &self.attributes),
            (Section::Forms, bytemuck::cast_slice(&tokens.forms)),
            (Section::Heap, &tokens.heap),
            (Section::Looks, bytemuck::cast_slice(&tokens.looks)),
            (Section::ByLength, bytemuck::cast_slice(&tokens.by_length)),
            (Section::LengthStarts, bytemuck::cast_slice(&tokens.length_starts)),
            (Section::Scripts, &tokens.scripts),
            (Section::KeyStarts, bytemuck::cast_slice(&tokens.key_starts)),
            (Section::KeyEntries, bytemuck::cast_slice(&tokens.key_entries)),
            (Section::Names, bytemuck::cast_slice(&self.names)),
            (Section::NameStarts, bytemuck::cast_slice(&self.name_starts)),
            (Section::NameTokens, bytemuck::cast_slice(&self.name_tokens)),
            (Section::Classes, bytemuck::cast_slice(classes)),
            (Section::PostingStarts, bytemuck::cast_slice(&posting_starts)),
            (Section::Postings, bytemuck::cast_slice(&postings)),
            (Section::ExactStarts, bytemuck::cast_slice(&exact_starts)),
            (Section::ExactEntries, bytemuck::cast_slice(&exact_entries)),
        ])
    }
}

fn append(to: &mut Vec<u8>, bytes: &[u8]) -> TextAt {
    let at = TextAt { from: to.len() as u32, bytes: bytes.len() as u32 };
    to.extend_from_slice(bytes);
    at
}

/// Names per token.
fn postings(
    starts: &[u32],
    tokens: &[NameToken],
    sketches: &[Sketch],
    distinct: usize,
) -> (Vec<u32>, Vec<Posting>) {
    let mut pairs: Vec<(u32, Posting)> = Vec::with_capacity(tokens.len());
    let ranges = starts.iter().zip(starts.iter().skip(1)).map(|(from, to)| *from as usize..*to as usize);
    for (name, (range, sketch)) in ranges.zip(sketches).enumerate() {
        let tokens = tokens.get(range).unwrap_or_default();
        let is = |role| tokens.iter().any(|t| t.token.token().role == role);
        let twice = tokens.iter().enumerate().any(|(i, t)| tokens.iter().take(i).any(|u| u.form == t.form));
        let mut posting = Posting::new(name as u32, *sketch);
        if is(Role::Initial) {
            posting = posting.with(Trait::Initials);
        }
        if twice || is(Role::Number) || sketch.length().is_none() {
            posting = posting.with(Trait::Odd);
        }
        pairs.extend(tokens.iter().map(|t| {
            let tells = t.token.token().tells();
            (t.form, if tells { posting.with(Trait::Tells) } else { posting })
        }));
    }
    pairs.sort_unstable();
    pairs.dedup_by_key(|(token, posting)| (*token, posting.name()));
    let starts = groups::starts(pairs.iter().map(|(token, _)| *token as usize), distinct);
    (starts, pairs.into_iter().map(|(_, posting)| posting).collect())
}

/// Entity numbers in order of identifier, then of position as given.
fn by_id(entities: &[EntityRecord], texts: &[u8]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..entities.len() as u32).collect();
    let key = |number: &u32| {
        let entity = entities.get(*number as usize)?;
        let from = entity.id.from as usize;
        Some((texts.get(from..from + entity.id.bytes as usize)?, entity.given))
    };
    order.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
    order
}

/// Every whole name of an entity in every reading; from the name parts when it has none.
pub(crate) fn whole_names(entity: &ListedEntity, attributes: &Attributes) -> Vec<(Property, Reading, Name)> {
    let readings = |property: Property, text: &str| {
        let read = |r: Reading| Some((property, r, attributes.name(text, r, entity.schema)?));
        Reading::ALL.into_iter().filter_map(read).collect::<Vec<_>>()
    };
    let texts = entity::NAMES.iter().flat_map(|p| entity.texts(*p).map(move |text| (*p, text)));
    let mut names: Vec<_> = texts.flat_map(|(property, text)| readings(property, text)).collect();
    if names.is_empty() {
        let parts = [Property::FirstName, Property::MiddleName, Property::FatherName, Property::LastName];
        let joined: Vec<&str> = parts.iter().flat_map(|p| entity.texts(*p)).collect();
        names = readings(Property::Name, &joined.join(" "));
    }
    names
}
