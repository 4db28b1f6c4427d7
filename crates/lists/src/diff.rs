//! What changed between two versions of a list, by entry and property.
//!
//! Entries are paired by identifier. Where a value was read (file and line) is not compared: a row that moved is no change.

use crate::Snapshot;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_model::listed::{ListedEntity, Property};

/// One entry that differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// In the new version only.
    Added(ListedEntity),
    /// In the old version only.
    Removed(ListedEntity),
    /// In both, with different content.
    Changed {
        /// Identifier of the entry.
        id: String,
        /// Name of the entry in the new version.
        caption: String,
        /// What differs, never empty.
        fields: Vec<FieldChange>,
    },
}

impl Change {
    /// Identifier of the entry.
    pub fn id(&self) -> &str {
        match self {
            Self::Added(entity) | Self::Removed(entity) => &entity.id,
            Self::Changed { id, .. } => id,
        }
    }
}

/// One field of an entry that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Property name, `schema` or `relations`.
    pub field: String,
    /// Values only the old version has.
    pub removed: Vec<String>,
    /// Values only the new version has.
    pub added: Vec<String>,
}

/// The changes from `old` to `new`, ordered by identifier.
pub fn diff(old: &Snapshot, new: &Snapshot) -> Vec<Change> {
    let before: BTreeMap<&str, &ListedEntity> = old.entities().iter().map(|e| (e.id.as_str(), e)).collect();
    let after: BTreeMap<&str, &ListedEntity> = new.entities().iter().map(|e| (e.id.as_str(), e)).collect();
    let ids: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    ids.into_iter()
        .filter_map(|id| match (before.get(id), after.get(id)) {
            (None, Some(entity)) => Some(Change::Added((*entity).clone())),
            (Some(entity), None) => Some(Change::Removed((*entity).clone())),
            (Some(old), Some(new)) => changed(old, new),
            (None, None) => None,
        })
        .collect()
}

fn changed(old: &ListedEntity, new: &ListedEntity) -> Option<Change> {
    let mut fields = Vec::new();
    let mut compare = |field: &str, old: BTreeSet<String>, new: BTreeSet<String>| {
        if old != new {
            fields.push(FieldChange {
                field: field.to_owned(),
                removed: old.difference(&new).cloned().collect(),
                added: new.difference(&old).cloned().collect(),
            });
        }
    };
    compare("schema", [old.schema.to_string()].into(), [new.schema.to_string()].into());
    let properties: BTreeSet<&Property> = old.properties.keys().chain(new.properties.keys()).collect();
    for property in properties {
        compare(property.as_str(), shown(old, *property), shown(new, *property));
    }
    compare("relations", ties(old), ties(new));
    (!fields.is_empty()).then(|| Change::Changed {
        id: new.id.clone(),
        caption: new.caption().to_owned(),
        fields,
    })
}

fn shown(entity: &ListedEntity, property: Property) -> BTreeSet<String> {
    let values = entity.properties.get(&property).into_iter().flatten();
    values
        .map(|v| if v.note.is_empty() { v.text.clone() } else { format!("{} ({})", v.text, v.note) })
        .collect()
}

fn ties(entity: &ListedEntity) -> BTreeSet<String> {
    entity
        .relations
        .iter()
        .map(|tie| format!("{}: {} {}", tie.kind, tie.target_name, tie.target).trim_end().to_owned())
        .collect()
}
