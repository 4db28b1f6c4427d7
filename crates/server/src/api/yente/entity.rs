//! Listed entities as FollowTheMoney has them.

use super::result::Evidence;
use serde::Serialize;
use std::collections::BTreeMap;
use tenantry_lists::ftm_texts;
use tenantry_model::listed::ListedEntity;
use tenantry_register::SnapshotInForce;
use tenantry_register::matching::last_change;
use utoipa::ToSchema;

/// A listed entity.
#[derive(Serialize, ToSchema)]
#[schema(as = ListedEntityBody)]
pub(super) struct EntityBody {
    /// Identifier, stable over the versions of its list.
    id: String,
    /// Name to show.
    caption: String,
    /// What it is, as FollowTheMoney has it.
    schema: &'static str,
    /// Values by property.
    properties: BTreeMap<&'static str, Vec<String>>,
    /// Codes of the lists it is on: one.
    datasets: Vec<String>,
    /// Other identifiers of it: none, lists are not merged.
    referents: Vec<String>,
    /// Whether it is itself listed: always.
    target: bool,
    /// Not known: lists are imported as they are at one moment.
    first_seen: Option<String>,
    /// When the version in force was imported.
    last_seen: Option<String>,
    /// When its publisher last changed it, where that is said.
    last_change: Option<String>,
    /// Ties to other entries, in the publisher's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    relations: Vec<RelationBody>,
}

/// A tie to another entry.
#[derive(Serialize, ToSchema)]
pub(super) struct RelationBody {
    /// The publisher's word.
    kind: String,
    /// Identifier of the other entry, or empty.
    target: String,
    /// Name of the other entry.
    target_name: String,
}

/// A listed entity and how it compares.
#[derive(Serialize, ToSchema)]
pub(super) struct ScoredBody {
    /// The entity.
    #[serde(flatten)]
    pub(super) entity: EntityBody,
    /// How it compares.
    #[serde(flatten)]
    pub(super) evidence: Evidence,
}

impl EntityBody {
    pub(super) fn new(list: &str, entity: ListedEntity, in_force: &[SnapshotInForce]) -> Self {
        let seen = in_force.iter().find(|s| s.header.list == list).map(|s| s.imported_at.to_string());
        Self {
            caption: entity.caption().to_owned(),
            schema: entity.schema.as_str(),
            last_change: last_change(&entity).map(|date| format!("{date}T00:00:00")),
            properties: entity
                .properties
                .iter()
                .map(|(property, values)| (property.as_str(), ftm_texts(*property, values)))
                .collect(),
            datasets: vec![list.to_owned()],
            referents: Vec::new(),
            target: true,
            first_seen: None,
            last_seen: seen,
            relations: entity
                .relations
                .into_iter()
                .map(|r| RelationBody { kind: r.kind, target: r.target, target_name: r.target_name })
                .collect(),
            id: entity.id,
        }
    }
}

/// How many there are.
#[derive(Serialize, ToSchema)]
pub(super) struct Total {
    /// The number.
    value: usize,
    /// `eq`: it is exact.
    relation: &'static str,
}

impl Total {
    pub(super) const fn exactly(value: usize) -> Self {
        Self { value, relation: "eq" }
    }
}
