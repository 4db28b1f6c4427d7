//! The index: every name of every listed entity, taken apart once and kept in flat arrays: token numbers, weights
//! and roles per name, names per token. Immutable after [`Index::build`]; swap it whole.

use crate::entity::{self, Attributes};
use crate::groups::{Groups, text_key};
use crate::tokens::{Gathering, Tokens};
use std::collections::HashMap;
use std::fmt;
use tenantry_model::listed::{ListedEntity, Property, Schema, SnapshotHeader};
use tenantry_names::{Name, Token};

/// An immutable index over one or more list snapshots.
#[derive(Default)]
pub struct Index {
    headers: Vec<SnapshotHeader>,
    pub(crate) entities: Vec<Kept>,
    by_id: HashMap<Box<str>, u32>,
    pub(crate) tokens: Tokens,
    pub(crate) names: Names,
    /// Entities by exactly compared value.
    pub(crate) exact: Groups,
}

/// One entity as kept.
pub(crate) struct Kept {
    pub(crate) id: Box<str>,
    pub(crate) caption: Box<str>,
    pub(crate) list: u16,
    pub(crate) schema: Schema,
    /// First name and one past the last, in [`Names`].
    pub(crate) names: (u32, u32),
    pub(crate) attributes: Attributes,
}

/// All names, flat.
#[derive(Default)]
pub(crate) struct Names {
    texts: Vec<(Property, Box<str>)>,
    entities: Vec<u32>,
    schemas: Vec<Schema>,
    /// Start of each name's tokens, one more than there are names.
    starts: Vec<u32>,
    ids: Vec<u32>,
    weights: Vec<Token>,
    /// Start of each token's names, one more than there are tokens.
    posting_starts: Vec<u32>,
    postings: Vec<u32>,
}

/// What the index remembers of an entity for display; the full entry is in the snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entity<'i> {
    /// Identifier.
    pub id: &'i str,
    /// Name to show.
    pub caption: &'i str,
    /// Code of its list.
    pub list: &'i str,
    /// What it is.
    pub schema: Schema,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index")
            .field("headers", &self.headers)
            .field("entities", &self.entities.len())
            .finish_non_exhaustive()
    }
}

impl Index {
    /// Builds the index. When two snapshots hold the same identifier, lookup by id finds the later one; both are
    /// searched.
    pub fn build(snapshots: &[(SnapshotHeader, &[ListedEntity])]) -> Self {
        let mut index = Self::default();
        let mut gathering = Gathering::default();
        let mut exact = Vec::new();
        for (list, (header, entities)) in snapshots.iter().enumerate() {
            index.headers.push(header.clone());
            for entity in *entities {
                let number = index.entities.len() as u32;
                let names = index.names.push(entity, number, &mut gathering);
                let attributes = Attributes::of(entity);
                exact.extend(attributes.exact.iter().map(|e| (text_key(0, &e.normal), number)));
                index.by_id.insert(entity.id.as_str().into(), number);
                index.entities.push(Kept {
                    id: entity.id.as_str().into(),
                    caption: entity.caption().into(),
                    list: list as u16,
                    schema: entity.schema,
                    names,
                    attributes,
                });
            }
        }
        let (tokens, numbers) = gathering.freeze();
        index.tokens = tokens;
        index.names.freeze(&numbers);
        index.exact = Groups::freeze(exact);
        index
    }

    /// What the snapshots say of themselves, in the order given to [`Index::build`].
    pub fn headers(&self) -> &[SnapshotHeader] {
        &self.headers
    }

    /// Number of entities.
    pub fn len(&self) -> usize {
        self.entities.len()
    }

    /// Whether there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }

    /// An entity by its identifier.
    pub fn entity(&self, id: &str) -> Option<Entity<'_>> {
        let kept = self.entities.get(*self.by_id.get(id)? as usize)?;
        Some(Entity { id: &kept.id, caption: &kept.caption, list: self.list(kept), schema: kept.schema })
    }

    pub(crate) fn list(&self, kept: &Kept) -> &str {
        self.headers.get(usize::from(kept.list)).map_or("", |h| &h.list)
    }
}

impl Names {
    fn push(&mut self, entity: &ListedEntity, number: u32, gathering: &mut Gathering) -> (u32, u32) {
        let from = self.texts.len() as u32;
        for (property, name) in whole_names(entity) {
            self.starts.push(self.ids.len() as u32);
            self.ids.extend(name.forms().iter().map(|f| gathering.id(f)));
            self.weights.extend_from_slice(name.tokens());
            self.texts.push((property, name.text().into()));
            self.entities.push(number);
            self.schemas.push(entity.schema);
        }
        (from, self.texts.len() as u32)
    }

    /// Closes the arrays and turns them round: names per token.
    fn freeze(&mut self, numbers: &[u32]) {
        for id in &mut self.ids {
            *id = numbers.get(*id as usize).copied().unwrap_or(*id);
        }
        self.starts.push(self.ids.len() as u32);
        let mut pairs: Vec<(u32, u32)> = Vec::with_capacity(self.ids.len());
        for name in 0..self.texts.len() as u32 {
            pairs.extend(self.tokens(name).0.iter().map(|id| (*id, name)));
        }
        pairs.sort_unstable();
        pairs.dedup();
        self.posting_starts = vec![0; numbers.len() + 1];
        for (id, _) in &pairs {
            if let Some(count) = self.posting_starts.get_mut(*id as usize + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut self.posting_starts {
            sum += *start;
            *start = sum;
        }
        self.postings = pairs.into_iter().map(|(_, name)| name).collect();
        self.texts.shrink_to_fit();
        self.ids.shrink_to_fit();
        self.weights.shrink_to_fit();
        self.entities.shrink_to_fit();
        self.schemas.shrink_to_fit();
    }

    /// Number of names.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Token numbers and weights of a name.
    pub(crate) fn tokens(&self, name: u32) -> (&[u32], &[Token]) {
        let at = |i: u32| self.starts.get(i as usize).copied().unwrap_or(0) as usize;
        let range = at(name)..at(name + 1);
        (self.ids.get(range.clone()).unwrap_or_default(), self.weights.get(range).unwrap_or_default())
    }

    /// Names that hold a token.
    pub(crate) fn holding(&self, token: u32) -> &[u32] {
        let at = |i: u32| self.posting_starts.get(i as usize).copied().unwrap_or(0) as usize;
        self.postings.get(at(token)..at(token + 1)).unwrap_or_default()
    }

    /// Entity and schema that bear a name.
    pub(crate) fn bearer(&self, name: u32) -> Option<(u32, Schema)> {
        Some((*self.entities.get(name as usize)?, *self.schemas.get(name as usize)?))
    }

    /// Property and text of a name.
    pub(crate) fn text(&self, name: u32) -> Option<(Property, &str)> {
        self.texts.get(name as usize).map(|(p, t)| (*p, &**t))
    }
}

/// Every whole name of an entity; from the name parts when it has none.
pub(crate) fn whole_names(entity: &ListedEntity) -> Vec<(Property, Name)> {
    let kind = entity::name_kind(entity.schema);
    let mut names: Vec<(Property, Name)> = Vec::new();
    for property in entity::NAMES {
        names.extend(entity.texts(*property).map(|t| (*property, Name::analyse(t, kind))));
    }
    if names.is_empty() {
        let parts = [Property::FirstName, Property::MiddleName, Property::FatherName, Property::LastName];
        let joined: Vec<&str> = parts.iter().flat_map(|p| entity.texts(*p)).collect();
        names.push((Property::Name, Name::analyse(&joined.join(" "), kind)));
    }
    names
}
