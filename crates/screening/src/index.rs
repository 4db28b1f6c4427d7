//! The index: every name of every listed entity, taken apart once. Immutable after [`Index::build`]; swap it whole.

use crate::entity::{self, Attributes};
use std::collections::HashMap;
use std::fmt;
use tenantry_model::listed::{ListedEntity, Property, Schema, SnapshotHeader};
use tenantry_names::Name;

/// An immutable index over one or more list snapshots.
pub struct Index {
    pub(crate) headers: Vec<SnapshotHeader>,
    pub(crate) entities: Vec<Kept>,
    by_id: HashMap<Box<str>, u32>,
}

/// One entity as kept.
pub(crate) struct Kept {
    pub(crate) id: Box<str>,
    pub(crate) caption: Box<str>,
    pub(crate) list: u16,
    pub(crate) schema: Schema,
    pub(crate) names: Vec<(Property, Name)>,
    pub(crate) attributes: Attributes,
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
    /// Builds the index. When two snapshots hold the same identifier, lookup by id finds the later one; both are searched.
    pub fn build(snapshots: &[(SnapshotHeader, &[ListedEntity])]) -> Self {
        let mut index = Self { headers: Vec::new(), entities: Vec::new(), by_id: HashMap::new() };
        for (list, (header, entities)) in snapshots.iter().enumerate() {
            index.headers.push(header.clone());
            for entity in *entities {
                index.by_id.insert(entity.id.as_str().into(), index.entities.len() as u32);
                index.entities.push(Kept::of(entity, list as u16));
            }
        }
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

impl Kept {
    fn of(entity: &ListedEntity, list: u16) -> Self {
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
        Self {
            id: entity.id.as_str().into(),
            caption: entity.caption().into(),
            list,
            schema: entity.schema,
            names,
            attributes: Attributes::of(entity),
        }
    }
}
