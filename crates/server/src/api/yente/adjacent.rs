//! `GET /entities/{id}/adjacent`: what an entity is tied to. Lists are kept as entities with ties in their publishers' words; here
//! each tie is told as the entity of FollowTheMoney that it would be there (ownership, family, ...), with the other end in
//! it. A publisher's word that says no more than that there is a tie becomes an `UnknownLink`.

use super::entity::{EntityBody, Total};
use super::params::{Page, Params};
use super::search::no_entity;
use super::versions;
use crate::api::guard::guard_whole;
use crate::http::api_key::Principal;
use crate::http::problem::{Code, Problem};
use crate::http::{Path as At, Query as Asked, blocking};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use tenantry_model::listed::{ListedEntity, Relation};
use tenantry_model::staff::Scope;
use tenantry_register::matching::{Filter, Lists};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Matching, routes!(adjacent)))
        .routes(guard_whole(Scope::Matching, routes!(adjacent_by)))
}

/// An entity and what it is tied to.
#[derive(Serialize, ToSchema)]
struct AdjacentResponse {
    /// The entity.
    entity: EntityBody,
    /// Ties by the property that holds them: `ownershipOwner`, `ownershipAsset`, `familyPerson`, `unknownLinkTo` and so on.
    adjacent: BTreeMap<&'static str, TiesBody>,
    /// Versions of the lists in force that were asked.
    lists: Vec<String>,
}

/// Ties of one property.
#[derive(Serialize, ToSchema)]
struct TiesBody {
    /// The ties, those that the entity's own entry names first.
    results: Vec<TieBody>,
    /// How many there are.
    total: Total,
    /// Most on this page.
    limit: usize,
    /// How many come before.
    offset: usize,
}

/// A tie as an entity.
#[derive(Serialize, ToSchema)]
struct TieBody {
    /// Identifier: that of the entry that names the tie, and the tie's place in it.
    id: String,
    /// The publisher's word.
    caption: String,
    /// What it is, as FollowTheMoney has it.
    schema: &'static str,
    /// Both ends, and the publisher's word as `role`.
    properties: BTreeMap<&'static str, Vec<EndBody>>,
    /// The list that says so.
    datasets: Vec<String>,
    /// Other identifiers of it: none.
    referents: Vec<String>,
    /// Whether it is itself listed: never.
    target: bool,
}

/// An end of a tie, or a plain value.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum EndBody {
    /// A listed entity.
    Entity(Box<EntityBody>),
    /// An identifier, a name of somebody who is not listed, or a word.
    Text(String),
}

/// A kind of tie: its schema, the properties of its two ends, and those of the entities at these ends that hold it.
struct Kind {
    schema: &'static str,
    ends: [&'static str; 2],
    held_as: [&'static str; 2],
    /// Words of publishers for it, from the first end to the second.
    words: &'static [&'static str],
    /// The same from the second end to the first.
    words_back: &'static [&'static str],
}

const KINDS: [Kind; 9] = [
    Kind {
        schema: "Ownership",
        ends: ["owner", "asset"],
        held_as: ["ownershipOwner", "ownershipAsset"],
        words: &["owner of"],
        words_back: &["owner", "owned by", "owned or controlled by"],
    },
    Kind {
        schema: "Directorship",
        ends: ["director", "organization"],
        held_as: ["directorshipDirector", "directorshipOrganization"],
        words: &["director of", "leader or official of", "principal executive officer"],
        words_back: &[],
    },
    Kind {
        schema: "Membership",
        ends: ["member", "organization"],
        held_as: ["membershipMember", "membershipOrganization"],
        words: &["member of"],
        words_back: &[],
    },
    Kind {
        schema: "Family",
        ends: ["person", "relative"],
        held_as: ["familyPerson", "familyRelative"],
        words: &["family of", "family member of"],
        words_back: &[],
    },
    Kind {
        schema: "Associate",
        ends: ["person", "associate"],
        held_as: ["associates", "associations"],
        words: &["associate of"],
        words_back: &[],
    },
    Kind {
        schema: "Employment",
        ends: ["employee", "employer"],
        held_as: ["employers", "employees"],
        words: &["employed by"],
        words_back: &[],
    },
    Kind {
        schema: "Representation",
        ends: ["agent", "client"],
        held_as: ["agencyClient", "agentRepresentation"],
        words: &["agent of", "acting for or on behalf of"],
        words_back: &[],
    },
    Kind {
        schema: "Succession",
        ends: ["predecessor", "successor"],
        held_as: ["successors", "predecessors"],
        words: &["predecessor of"],
        words_back: &[],
    },
    Kind {
        schema: "UnknownLink",
        ends: ["subject", "object"],
        held_as: ["unknownLinkTo", "unknownLinkFrom"],
        words: &[],
        words_back: &[],
    },
];

/// The kind of a tie, and which end the entry is that names it.
fn kind_of(word: &str) -> (&'static Kind, usize) {
    let says = |words: &[&str]| words.iter().any(|w| w.eq_ignore_ascii_case(word));
    for kind in &KINDS {
        if says(kind.words) {
            return (kind, 0);
        }
        if says(kind.words_back) {
            return (kind, 1);
        }
    }
    let [.., unknown] = &KINDS;
    (unknown, 0)
}

/// A tie of an entity.
struct Tie<'l> {
    list: &'l str,
    /// The entry that names it, and its place there.
    named_by: ListedEntity,
    place: usize,
    /// Whether that is the other entity.
    named_by_other: bool,
}

impl Tie<'_> {
    fn relation(&self) -> Option<&Relation> {
        self.named_by.relations.get(self.place)
    }

    /// The property of the entity that holds it.
    fn held_as(&self) -> &'static str {
        let (kind, end) = kind_of(self.relation().map_or("", |r| &r.kind));
        let [first, second] = kind.held_as;
        if (end == 0) == self.named_by_other { second } else { first }
    }

    fn body(self, id: &str, lists: &Lists) -> TieBody {
        let word = self.relation().map(|r| r.kind.clone()).unwrap_or_default();
        let (kind, _) = kind_of(&word);
        let [first, second] = kind.ends;
        let (own, others) = if self.held_as() == kind.held_as[0] { (first, second) } else { (second, first) };
        let tie = format!("{}-tie-{}", self.named_by.id, self.place + 1);
        let other = if self.named_by_other {
            EndBody::Entity(Box::new(EntityBody::new(self.list, self.named_by, lists.in_force())))
        } else {
            self.relation().map_or_else(|| EndBody::Text(String::new()), |relation| end_of(relation, lists))
        };
        let properties = [
            (own, vec![EndBody::Text(id.to_owned())]),
            (others, vec![other]),
            ("role", vec![EndBody::Text(word.clone())]),
        ];
        TieBody {
            id: tie,
            caption: word,
            schema: kind.schema,
            properties: properties.into(),
            datasets: vec![self.list.to_owned()],
            referents: Vec::new(),
            target: false,
        }
    }
}

/// The other end of a tie that an entry names: the entity when it is listed, else its identifier or its name.
fn end_of(relation: &Relation, lists: &Lists) -> EndBody {
    match lists.entity(&relation.target) {
        Some((list, entity)) => EndBody::Entity(Box::new(EntityBody::new(list, entity, lists.in_force()))),
        None if relation.target_name.is_empty() => EndBody::Text(relation.target.clone()),
        None => EndBody::Text(relation.target_name.clone()),
    }
}

/// Every tie of an entity: those its own entry names, then those that others name.
fn ties<'l>(lists: &'l Lists, everything: &'l Filter, list: &'l str, entity: &ListedEntity) -> Vec<Tie<'l>> {
    let own = (0..entity.relations.len()).map(|place| Tie {
        list,
        named_by: entity.clone(),
        place,
        named_by_other: false,
    });
    let mut out: Vec<Tie> = own.collect();
    for (list, other) in lists.all(everything).filter(|(_, other)| other.id != entity.id) {
        let to_it = |(place, relation): (usize, &Relation)| (relation.target == entity.id).then_some(place);
        let places: Vec<usize> = other.relations.iter().enumerate().filter_map(to_it).collect();
        out.extend(places.into_iter().map(|place| Tie {
            list,
            named_by: other.clone(),
            place,
            named_by_other: true,
        }));
    }
    out
}

/// Those ties of one property that stand on a page.
fn on_page(page: Page, ties: Vec<Tie>, id: &str, lists: &Lists) -> TiesBody {
    let total = Total::exactly(ties.len());
    let results = page.of(ties).map(|tie| tie.body(id, lists)).collect();
    TiesBody { results, total, limit: page.limit, offset: page.offset }
}

/// Read what a listed entity is tied to
///
/// Ties that the publishers of the lists state, in either direction, as entities of FollowTheMoney: ownership, directorship,
/// membership, family, associates, and `UnknownLink` where the publisher's word says no more ("linked to").
#[utoipa::path(
    get,
    path = "/entities/{entity}/adjacent",
    tag = "Matching",
    operation_id = "read_adjacent_entities",
    params(
        ("entity" = String, Path, description = "Identifier, as a result has it."),
        ("limit" = Option<u16>, Query, description = "Most ties of each property, 0 to 500; 10 when not given."),
        ("offset" = Option<u16>, Query, description = "Ties of each property to pass over, 0 to 9,999.")
    ),
    responses((status = 200, description = "The entity and its ties.", body = AdjacentResponse))
)]
async fn adjacent(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<String>,
    Asked(params): Asked<Vec<(String, String)>>,
) -> Result<Json<AdjacentResponse>, Problem> {
    let lists = ask(&state, move |register| register.lists_to_match(&call_of(&principal))).await?;
    let page = Params(params).page()?;
    let answer = blocking(move || {
        let (list, entity) = lists.entity(&id).ok_or_else(no_entity)?;
        let mut by_property: BTreeMap<&'static str, Vec<Tie>> = BTreeMap::new();
        let everything = Filter::default();
        for tie in ties(&lists, &everything, list, &entity) {
            by_property.entry(tie.held_as()).or_default().push(tie);
        }
        let body = |(property, ties)| (property, on_page(page, ties, &id, &lists));
        let adjacent = by_property.into_iter().map(body).collect();
        let entity = EntityBody::new(list, entity, lists.in_force());
        Ok(AdjacentResponse { entity, adjacent, lists: versions(&lists) })
    });
    answer.await?.map(Json)
}

/// Read the ties of a listed entity that one property holds
///
/// As in `GET /entities/{entity}/adjacent`, a page at a time.
#[utoipa::path(
    get,
    path = "/entities/{entity}/adjacent/{property}",
    tag = "Matching",
    operation_id = "read_adjacent_entities_by_property",
    params(
        ("entity" = String, Path, description = "Identifier, as a result has it."),
        ("property" = String, Path, description = "For example `ownershipOwner` or `unknownLinkFrom`."),
        ("limit" = Option<u16>, Query, description = "Most ties, 0 to 500; 10 when not given."),
        ("offset" = Option<u16>, Query, description = "Ties to pass over, 0 to 9,999.")
    ),
    responses((status = 200, description = "The ties.", body = TiesBody))
)]
async fn adjacent_by(
    State(state): State<AppState>,
    principal: Principal,
    At((id, property)): At<(String, String)>,
    Asked(params): Asked<Vec<(String, String)>>,
) -> Result<Json<TiesBody>, Problem> {
    let lists = ask(&state, move |register| register.lists_to_match(&call_of(&principal))).await?;
    let page = Params(params).page()?;
    if !KINDS.iter().any(|kind| kind.held_as.contains(&property.as_str())) {
        return Err(Problem::new(Code::NotFound).detail("no property of this name holds ties"));
    }
    let answer = blocking(move || {
        let (list, entity) = lists.entity(&id).ok_or_else(no_entity)?;
        let everything = Filter::default();
        let mut held = ties(&lists, &everything, list, &entity);
        held.retain(|tie| tie.held_as() == property);
        Ok(on_page(page, held, &id, &lists))
    });
    answer.await?.map(Json)
}
