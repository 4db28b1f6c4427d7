//! `GET /search/{dataset}` and `GET /entities/{id}`: for people who look around.

use super::entity::{EntityBody, Total};
use super::params::Params;
use super::versions;
use crate::api::guard::guard_whole;
use crate::http::api_key::Principal;
use crate::http::problem::{Code, Problem};
use crate::http::{Path as At, Query as Asked, blocking};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_model::staff::Scope;
use tenantry_register::matching::{Filter, Lists, Matcher};
use tenantry_screening::{Query, Score};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Longest text searched for, characters.
const TEXT_CHARS_MAX: usize = 500;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Matching, routes!(search)))
        .routes(guard_whole(Scope::Matching, routes!(entity)))
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub(super) struct SearchResponse {
    /// The entities, most alike first.
    results: Vec<EntityBody>,
    /// How many results there are by country, topic and list.
    facets: BTreeMap<&'static str, Facet>,
    /// How many there are.
    total: Total,
    /// Most results on this page.
    limit: usize,
    /// How many come before.
    offset: usize,
    /// Versions of the lists in force that were asked.
    lists: Vec<String>,
}

/// Results by one of their sides.
#[derive(Serialize, ToSchema)]
pub(super) struct Facet {
    /// What is counted.
    label: &'static str,
    /// The values, most frequent first.
    values: Vec<FacetItem>,
}

/// One value.
#[derive(Serialize, ToSchema)]
pub(super) struct FacetItem {
    /// The value.
    name: String,
    /// To show.
    label: String,
    /// How many results have it.
    count: usize,
}

/// Search the lists by text
///
/// Finds entities of which some name, number or address has every word of the text, and with `fuzzy` also those with a
/// similar name. For decisions about people use `POST /match/{dataset}`.
#[utoipa::path(
    get,
    path = "/search/{dataset}",
    tag = "Matching",
    operation_id = "search_lists",
    params(
        ("dataset" = String, Path, description = "Code of a list, or `default` for all in force."),
        ("q" = Option<String>, Query, description = "What to search for; everything when empty."),
        ("schema" = Option<String>, Query, description = "What may be found; `Thing` means anything."),
        ("countries" = Option<Vec<String>>, Query, description = "Two-letter codes, one of which a result has."),
        ("topics" = Option<Vec<String>>, Query, description = "Topics, one of which a result has."),
        ("datasets" = Option<Vec<String>>, Query, description = "Further lists."),
        ("exclude_dataset" = Option<Vec<String>>, Query, description = "Lists that do not count."),
        ("exclude_schema" = Option<Vec<String>>, Query, description = "Schemas that do not count."),
        ("changed_since" = Option<String>, Query, description = "Leaves out what its publisher says was last changed before this day."),
        ("fuzzy" = Option<bool>, Query, description = "Whether similar names are found too."),
        ("limit" = Option<u16>, Query, description = "Most results, 0 to 500; 10 when not given."),
        ("offset" = Option<u16>, Query, description = "Results to pass over, 0 to 9,999.")
    ),
    responses((status = 200, description = "What was found.", body = SearchResponse))
)]
async fn search(
    State(state): State<AppState>,
    principal: Principal,
    At(dataset): At<String>,
    Asked(params): Asked<Vec<(String, String)>>,
) -> Result<Json<SearchResponse>, Problem> {
    let lists = ask(&state, move |register| register.lists_to_match(&call_of(&principal))).await?;
    let params = Params(params);
    let asked = Wanted {
        text: params.last("q").unwrap_or_default().to_owned(),
        schema: params.schema(Schema::Thing)?,
        countries: params.all("countries")?.iter().map(|code| code.to_lowercase()).collect(),
        filter: params.filter(&lists, &dataset)?,
        fuzzy: params.yes("fuzzy"),
    };
    if asked.text.chars().count() > TEXT_CHARS_MAX {
        let why = format!("`q` has at most {TEXT_CHARS_MAX} characters");
        return Err(Problem::new(Code::QueryInvalid).detail(why));
    }
    let page = params.page()?;
    let answer = blocking(move || {
        let found = asked.find(&lists);
        let (facets, total) = (facets(&found), found.len());
        let body = |(list, entity): (String, _)| EntityBody::new(&list, entity, lists.in_force());
        let results = page.of(found).map(body).collect();
        SearchResponse {
            results,
            facets,
            total: Total::exactly(total),
            limit: page.limit,
            offset: page.offset,
            lists: versions(&lists),
        }
    });
    Ok(Json(answer.await?))
}

/// Read a listed entity
///
/// With every value its publisher gives, in the vocabulary of FollowTheMoney, and its ties to other entries.
#[utoipa::path(
    get,
    path = "/entities/{entity}",
    tag = "Matching",
    operation_id = "read_listed_entity",
    params(("entity" = String, Path, description = "Identifier, as a result has it.")),
    responses((status = 200, description = "The entity.", body = EntityBody))
)]
async fn entity(
    State(state): State<AppState>,
    principal: Principal,
    At(id): At<String>,
) -> Result<Json<EntityBody>, Problem> {
    let lists = ask(&state, move |register| register.lists_to_match(&call_of(&principal))).await?;
    let found = lists.entity(&id).map(|(list, entity)| EntityBody::new(list, entity, lists.in_force()));
    found.map(Json).ok_or_else(no_entity)
}

/// What is told when an identifier is nobody's.
pub(super) fn no_entity() -> Problem {
    Problem::new(Code::NotFound).detail("no list in force has this entity")
}

struct Wanted {
    text: String,
    schema: Schema,
    countries: BTreeSet<String>,
    filter: Filter,
    fuzzy: bool,
}

impl Wanted {
    /// Similar names first when they are asked for, then what has the words, by list and identifier.
    fn find(&self, lists: &Lists) -> Vec<(String, ListedEntity)> {
        let mut found: Vec<(String, ListedEntity)> = Vec::new();
        if self.fuzzy && !self.text.trim().is_empty() {
            let query = Query::new(self.schema, &self.text);
            let similar = lists.find(&query, &self.filter, Matcher::Ours, Score::FLOOR, usize::MAX).found;
            found.extend(similar.into_iter().map(|f| (f.hit.list, f.entity)).filter(|(_, e)| self.takes(e)));
        }
        let first: BTreeSet<String> = found.iter().map(|(_, entity)| entity.id.clone()).collect();
        let words = words(&self.text);
        let others = lists.all(&self.filter).filter(|(_, e)| {
            self.takes(e) && !first.contains(&e.id) && (e.id == self.text.trim() || has_all(e, &words))
        });
        found.extend(others.map(|(list, entity)| (list.to_owned(), entity)));
        found
    }

    fn takes(&self, entity: &ListedEntity) -> bool {
        let of = |schema| match schema {
            Schema::Thing => true,
            Schema::LegalEntity => !matches!(
                entity.schema,
                Schema::Vessel | Schema::Airplane | Schema::CryptoWallet | Schema::Thing
            ),
            Schema::Organization => matches!(entity.schema, Schema::Organization | Schema::Company),
            schema => entity.schema == schema,
        };
        of(self.schema)
            && (self.countries.is_empty() || countries(entity).any(|c| self.countries.contains(c)))
    }
}

/// Properties that are searched.
const SEARCHED: &[Property] = &[
    Property::Name,
    Property::Alias,
    Property::PreviousName,
    Property::WeakAlias,
    Property::PassportNumber,
    Property::IdNumber,
    Property::TaxNumber,
    Property::RegistrationNumber,
    Property::ImoNumber,
    Property::Wallet,
    Property::Email,
    Property::Website,
    Property::Address,
];

/// Whether one value has every word.
fn has_all(entity: &ListedEntity, wanted: &[String]) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let mut texts = SEARCHED.iter().flat_map(|property| entity.texts(*property));
    texts.any(|text| {
        let there = words(text);
        wanted.iter().all(|word| there.contains(word))
    })
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

fn countries(entity: &ListedEntity) -> impl Iterator<Item = &str> {
    [Property::Nationality, Property::Citizenship, Property::Country, Property::Jurisdiction, Property::Flag]
        .into_iter()
        .flat_map(|property| entity.texts(property))
}

fn facets(found: &[(String, ListedEntity)]) -> BTreeMap<&'static str, Facet> {
    let mut counts: BTreeMap<&'static str, BTreeMap<&str, usize>> = BTreeMap::new();
    for (list, entity) in found {
        let mut count = |facet, value| {
            *counts.entry(facet).or_default().entry(value).or_default() += 1;
        };
        count("datasets", list.as_str());
        entity.texts(Property::Topic).for_each(|topic| count("topics", topic));
        countries(entity)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .for_each(|country| count("countries", country));
    }
    let facet = |(name, values): (&'static str, BTreeMap<&str, usize>)| {
        let mut values: Vec<FacetItem> = values
            .into_iter()
            .map(|(name, count)| FacetItem { name: name.to_owned(), label: name.to_owned(), count })
            .collect();
        values.sort_by_key(|item| std::cmp::Reverse(item.count));
        (name, Facet { label: name, values })
    };
    counts.into_iter().map(facet).collect()
}
