//! The reconciliation API, version 0.2, as OpenRefine speaks it: `/reconcile/{dataset}`.

use super::matching::{RESULTS_DEFAULT, Scoring, names, unread};
use super::params::Params;
use super::{BATCH_MAX, NAMES_MAX};
use crate::api::guard::guard_whole;
use crate::http::api_key::Principal;
use crate::http::problem::{Code, Problem};
use crate::http::{Path as At, Query as Asked, blocking};
use crate::state::{AppState, ask, call_of};
use axum::extract::{Form, FromRequest, Request, State};
use axum::{Json, body::Body as RawBody};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tenantry_lists::{Example, ftm_texts};
use tenantry_model::listed::{Property, Schema};
use tenantry_model::staff::Scope;
use tenantry_register::matching::{Filter, Lists};
use tenantry_screening::{Query, Score};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Suggestions on one page.
const SUGGESTIONS_MAX: usize = 20;
/// Queries a client should send at a time.
const BATCH_ADVISED: usize = 20;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(guard_whole(Scope::Matching, routes!(manifest, reconcile)))
        .routes(guard_whole(Scope::Matching, routes!(suggest_entity)))
        .routes(guard_whole(Scope::Matching, routes!(suggest_type)))
        .routes(guard_whole(Scope::Matching, routes!(suggest_property)))
        .routes(guard_whole(Scope::Matching, routes!(extend_property)))
}

/// What the service can do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    /// Versions of the specification.
    versions: [&'static str; 1],
    /// Name to show.
    name: String,
    /// Where identifiers come from.
    identifier_space: String,
    /// Where types and properties come from.
    schema_space: &'static str,
    /// Where an entity is shown.
    view: View,
    /// Types offered first.
    default_types: Vec<Named>,
    /// Where suggestions come from.
    suggest: BTreeMap<&'static str, Service>,
    /// How columns are added.
    extend: Extend,
    /// Queries to send at a time.
    batch_size: usize,
}

/// Where an entity is shown.
#[derive(Serialize, ToSchema)]
pub(super) struct View {
    /// Template of its address.
    url: String,
}

/// A service.
#[derive(Serialize, ToSchema)]
pub(super) struct Service {
    /// Address of the service.
    service_url: String,
    /// Path below it.
    service_path: &'static str,
}

/// How columns are added.
#[derive(Serialize, ToSchema)]
pub(super) struct Extend {
    /// Where properties are proposed.
    propose_properties: Service,
}

/// A type or a property.
#[derive(Serialize, ToSchema)]
pub(super) struct Named {
    /// Identifier.
    id: String,
    /// Name to show.
    name: String,
}

/// Suggestions.
#[derive(Serialize, ToSchema)]
pub(super) struct Suggestions {
    /// What was suggested.
    result: Vec<Named>,
}

/// Properties that can become columns.
#[derive(Serialize, ToSchema)]
pub(super) struct Proposals {
    /// The properties.
    properties: Vec<Named>,
}

/// What OpenRefine sends: one of the two, each as JSON in a form field.
#[derive(ToSchema)]
#[expect(dead_code, reason = "mirrors the form for the document")]
pub(super) struct ReconcileForm {
    /// Queries by key: `{"q0": {"query": "name", "type": "Person", "limit": 5, "properties": [{"pid": "birthDate", "v": "1980"}]}}`.
    queries: Option<String>,
    /// Identifiers and properties: `{"ids": [...], "properties": [{"id": "birthDate"}]}`.
    extend: Option<String>,
}

/// What is answered: candidates by key, or the values of columns.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum Reconciled {
    /// Values of properties by entity.
    Columns(Columns),
    /// Candidates by the key of the query.
    Candidates(BTreeMap<String, Candidates>),
}

/// Candidates of one query.
#[derive(Default, Serialize, ToSchema)]
pub(super) struct Candidates {
    /// Best first.
    result: Vec<Candidate>,
    /// Properties of the query with a value that took no part, as for `POST /match/{dataset}`: a name among them was not read
    /// whole, so that no candidates say nothing about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    unread: Vec<String>,
}

/// A candidate.
#[derive(Serialize, ToSchema)]
pub(super) struct Candidate {
    /// Identifier.
    id: String,
    /// Name to show.
    name: String,
    /// What it is.
    r#type: Vec<Named>,
    /// 0 to 100.
    score: f64,
    /// Whether the score reaches the threshold or an identifying value is the same.
    r#match: bool,
    /// Bits by attribute.
    features: Vec<FeatureValue>,
}

/// Evidence of one attribute.
#[derive(Serialize, ToSchema)]
pub(super) struct FeatureValue {
    /// The attribute.
    id: &'static str,
    /// Bits.
    value: f64,
}

/// Values of properties by entity.
#[derive(Serialize, ToSchema)]
pub(super) struct Columns {
    /// The properties.
    meta: Vec<Named>,
    /// Values by entity and property.
    rows: BTreeMap<String, BTreeMap<String, Vec<Cell>>>,
}

/// A value.
#[derive(Serialize, ToSchema)]
pub(super) struct Cell {
    /// The text.
    str: String,
}

/// Describe the reconciliation service
///
/// What OpenRefine reads first: where to look entities up, preview them and add columns.
#[utoipa::path(
    get,
    path = "/reconcile/{dataset}",
    tag = "Reconciliation",
    operation_id = "read_reconciliation",
    params(("dataset" = String, Path, description = "Code of a list, or `default` for all in force.")),
    responses((status = 200, description = "The manifest.", body = Manifest))
)]
async fn manifest(
    State(state): State<AppState>,
    principal: Principal,
    At(dataset): At<String>,
) -> Result<Json<Manifest>, Problem> {
    let lists = ask(&state, move |register| register.lists_to_match(&call_of(&principal))).await?;
    let title = match super::lists_of(&lists, &dataset)?.first() {
        None => "All lists in force".to_owned(),
        Some(code) => {
            let of = lists.in_force().iter().find(|s| s.header.list == *code);
            of.map(|s| s.header.title.clone()).unwrap_or_default()
        }
    };
    let home = &state.public_url;
    let service = |service_path| Service { service_url: format!("{home}/reconcile/{dataset}"), service_path };
    Ok(Json(Manifest {
        versions: ["0.2"],
        name: format!("{title} (Tenantry)"),
        identifier_space: format!("{home}/entities/"),
        schema_space: "https://followthemoney.tech/explorer/schemata/",
        view: View { url: format!("{home}/entities/{{{{id}}}}") },
        default_types: Schema::ALL.iter().map(|schema| named(schema.as_str())).collect(),
        suggest: BTreeMap::from([
            ("entity", service("/suggest/entity")),
            ("type", service("/suggest/type")),
            ("property", service("/suggest/property")),
        ]),
        extend: Extend { propose_properties: service("/extend/property") },
        batch_size: BATCH_ADVISED,
    }))
}

/// Reconcile names, or add columns
///
/// Queries in `queries` are matched as by `/match`; `extend` gives properties of known entities.
#[utoipa::path(
    post,
    path = "/reconcile/{dataset}",
    tag = "Reconciliation",
    operation_id = "reconcile",
    params(
        ("dataset" = String, Path, description = "Code of a list, or `default` for all in force."),
        ("algorithm" = Option<String>, Query, description = "As for `POST /match/{dataset}`."),
        ("changed_since" = Option<String>, Query, description = "As for `POST /match/{dataset}`.")
    ),
    request_body(content = ReconcileForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "Candidates or values.", body = Reconciled))
)]
async fn reconcile(
    State(state): State<AppState>,
    principal: Principal,
    At(dataset): At<String>,
    Asked(params): Asked<Vec<(String, String)>>,
    request: Request,
) -> Result<Json<Reconciled>, Problem> {
    let form = form(request).await?;
    let lists = ask(&state, move |register| register.lists_to_match(&call_of(&principal))).await?;
    let params = Params(params);
    if let Some(text) = form.last("extend").filter(|text| !text.trim().is_empty()) {
        let wanted: Wanted = inner("extend", text)?;
        super::lists_of(&lists, &dataset)?;
        return Ok(Json(Reconciled::Columns(columns(&lists, &wanted)?)));
    }
    let text = form.last("queries").ok_or_else(|| refused("the form has neither `queries` nor `extend`"))?;
    let queries: BTreeMap<String, ReconcileQuery> = inner("queries", text)?;
    let scoring = Scoring::of(&params, &lists, &dataset)?;
    let examples = understood(queries)?;
    let answered = blocking(move || {
        let answer = |(key, limit, example): (String, usize, Option<Example>)| {
            let found = example
                .map(|e| Candidates { result: candidates(&lists, &scoring, &e, limit), unread: unread(&e) });
            (key, found.unwrap_or_default())
        };
        examples.into_iter().map(answer).collect()
    });
    Ok(Json(Reconciled::Candidates(answered.await?)))
}

#[derive(Deserialize)]
struct ReconcileQuery {
    #[serde(default)]
    query: String,
    #[serde(default)]
    r#type: Value,
    limit: Option<usize>,
    #[serde(default)]
    properties: Vec<QueryProperty>,
}

#[derive(Deserialize)]
struct QueryProperty {
    pid: String,
    #[serde(default)]
    v: Value,
}

fn understood(
    queries: BTreeMap<String, ReconcileQuery>,
) -> Result<Vec<(String, usize, Option<Example>)>, Problem> {
    if queries.len() > BATCH_MAX {
        return Err(refused(&format!("`queries` has at most {BATCH_MAX} queries")));
    }
    let mut examples = Vec::with_capacity(queries.len());
    for (number, (key, query)) in queries.into_iter().enumerate() {
        let mut properties = Map::new();
        for property in query.properties {
            // Some clients say which schema the property is of.
            let name = property.pid.rsplit(':').next().unwrap_or_default().to_owned();
            let values = properties.entry(name).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(values) = values {
                values.push(plain(property.v));
            }
        }
        if !query.query.trim().is_empty() {
            properties.insert("name".to_owned(), Value::String(query.query));
        }
        let schema = chosen(&query.r#type).unwrap_or(Schema::LegalEntity.as_str().to_owned());
        let object = Map::from_iter([
            ("schema".to_owned(), Value::String(schema)),
            ("properties".to_owned(), Value::Object(properties)),
        ]);
        let example = match Example::read(&object, None) {
            Ok(example) => Some(example),
            // A blank cell has no candidates.
            Err(tenantry_lists::NoExample::Nothing) => None,
            Err(why) => return Err(refused(&format!("query {} by key: {why}", number + 1))),
        };
        let limit = query.limit.unwrap_or(RESULTS_DEFAULT).min(super::matching::RESULTS_MAX);
        examples.push((key, limit, example));
    }
    if names(examples.iter().filter_map(|(_, _, e)| e.as_ref().map(|e| &e.entity))) > NAMES_MAX {
        return Err(refused(&format!("all queries together have at most {NAMES_MAX} names")));
    }
    Ok(examples)
}

/// The first type named, as text, object or list of either.
fn chosen(kind: &Value) -> Option<String> {
    match kind {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Array(kinds) => kinds.iter().find_map(chosen),
        Value::Object(fields) => fields.get("id").and_then(chosen),
        _ => None,
    }
}

/// A value; of a reference the name.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => fields.remove("name").or(fields.remove("id")).unwrap_or_default(),
        Value::Array(values) => Value::Array(values.into_iter().map(plain).collect()),
        other => other,
    }
}

fn candidates(lists: &Lists, scoring: &Scoring, example: &Example, limit: usize) -> Vec<Candidate> {
    let query = Query::by_example(&example.entity);
    let found = scoring.find(lists, &query, limit).found;
    let candidate = |found: tenantry_register::matching::Found| {
        let evidence = scoring.evidence(&query, &found.hit);
        Candidate {
            id: found.hit.entity,
            name: found.hit.caption,
            r#type: vec![named(found.entity.schema.as_str())],
            score: evidence.score * 100.0,
            r#match: evidence.is_match,
            features: evidence.features.into_iter().map(|(id, value)| FeatureValue { id, value }).collect(),
        }
    };
    found.into_iter().map(candidate).collect()
}

#[derive(Deserialize)]
struct Wanted {
    ids: Vec<String>,
    properties: Vec<WantedProperty>,
}

#[derive(Deserialize)]
struct WantedProperty {
    id: String,
}

fn columns(lists: &Lists, wanted: &Wanted) -> Result<Columns, Problem> {
    if wanted.ids.len() > BATCH_MAX || wanted.properties.len() > BATCH_MAX {
        return Err(refused(&format!("`extend` has at most {BATCH_MAX} identifiers and properties")));
    }
    let known = |p: &WantedProperty| {
        p.id.rsplit(':').next()?.parse::<Property>().ok().map(|found| (p.id.clone(), found))
    };
    let properties: Vec<(String, Property)> = wanted.properties.iter().filter_map(known).collect();
    let row = |id: &String| {
        let entity = lists.entity(id).map(|(_, entity)| entity);
        let cells = |property| {
            let values = entity.iter().filter_map(|e| e.properties.get(&property));
            values.flat_map(|values| ftm_texts(property, values)).map(|str| Cell { str }).collect()
        };
        (id.clone(), properties.iter().map(|(name, property)| (name.clone(), cells(*property))).collect())
    };
    let meta = properties.iter().map(|(id, property)| Named { id: id.clone(), name: property.to_string() });
    Ok(Columns { meta: meta.collect(), rows: wanted.ids.iter().map(row).collect() })
}

/// Suggest entities
///
/// Entities whose name is like what was typed, or begins with it.
#[utoipa::path(
    get,
    path = "/reconcile/{dataset}/suggest/entity",
    tag = "Reconciliation",
    operation_id = "suggest_entity",
    params(
        ("dataset" = String, Path, description = "Code of a list, or `default` for all in force."),
        ("prefix" = Option<String>, Query, description = "What was typed so far.")
    ),
    responses((status = 200, description = "Suggestions.", body = Suggestions))
)]
async fn suggest_entity(
    State(state): State<AppState>,
    principal: Principal,
    At(dataset): At<String>,
    Asked(params): Asked<Vec<(String, String)>>,
) -> Result<Json<Suggestions>, Problem> {
    let lists = ask(&state, move |register| register.lists_to_match(&call_of(&principal))).await?;
    let filter = Params(Vec::new()).filter(&lists, &dataset)?;
    let prefix = prefix(&params);
    let found = blocking(move || starting(&lists, &filter, &prefix));
    Ok(Json(Suggestions { result: found.await? }))
}

fn starting(lists: &Lists, filter: &Filter, prefix: &str) -> Vec<Named> {
    if prefix.is_empty() {
        return Vec::new();
    }
    let similar = lists
        .find(
            &Query::new(Schema::Thing, prefix),
            filter,
            tenantry_register::matching::Matcher::Ours,
            Score::THRESHOLD,
            SUGGESTIONS_MAX,
        )
        .found;
    let mut result: Vec<Named> =
        similar.into_iter().map(|f| Named { id: f.hit.entity, name: f.hit.caption }).collect();
    let begins = |text: &str| {
        text.to_lowercase().split([' ', ',']).any(|word| word.starts_with(prefix))
            || text.to_lowercase().starts_with(prefix)
    };
    for (_, entity) in lists.all(filter) {
        if result.len() >= SUGGESTIONS_MAX {
            break;
        }
        if begins(entity.caption()) && !result.iter().any(|named| named.id == entity.id) {
            result.push(Named { name: entity.caption().to_owned(), id: entity.id });
        }
    }
    result
}

/// Suggest types
///
/// Types whose name begins with what was typed.
#[utoipa::path(
    get,
    path = "/reconcile/{dataset}/suggest/type",
    tag = "Reconciliation",
    operation_id = "suggest_type",
    params(
        ("dataset" = String, Path, description = "Code of a list, or `default` for all in force."),
        ("prefix" = Option<String>, Query, description = "What was typed so far.")
    ),
    responses((status = 200, description = "Suggestions.", body = Suggestions))
)]
async fn suggest_type(
    _: Principal,
    At(_dataset): At<String>,
    Asked(params): Asked<Vec<(String, String)>>,
) -> Json<Suggestions> {
    let words = Schema::ALL.iter().map(|schema| schema.as_str());
    Json(Suggestions { result: beginning(words, &prefix(&params)) })
}

/// Suggest properties
///
/// Properties whose name begins with what was typed.
#[utoipa::path(
    get,
    path = "/reconcile/{dataset}/suggest/property",
    tag = "Reconciliation",
    operation_id = "suggest_property",
    params(
        ("dataset" = String, Path, description = "Code of a list, or `default` for all in force."),
        ("prefix" = Option<String>, Query, description = "What was typed so far.")
    ),
    responses((status = 200, description = "Suggestions.", body = Suggestions))
)]
async fn suggest_property(
    _: Principal,
    At(_dataset): At<String>,
    Asked(params): Asked<Vec<(String, String)>>,
) -> Json<Suggestions> {
    let words = Property::ALL.iter().map(|property| property.as_str());
    Json(Suggestions { result: beginning(words, &prefix(&params)) })
}

/// Propose properties as columns
///
/// For a type: the properties that OpenRefine may add as columns.
#[utoipa::path(
    get,
    path = "/reconcile/{dataset}/extend/property",
    tag = "Reconciliation",
    operation_id = "propose_properties",
    params(("dataset" = String, Path, description = "Code of a list, or `default` for all in force.")),
    responses((status = 200, description = "Properties.", body = Proposals))
)]
async fn extend_property(_: Principal, At(_dataset): At<String>) -> Json<Proposals> {
    Json(Proposals { properties: Property::ALL.iter().map(|property| named(property.as_str())).collect() })
}

fn beginning<'a>(words: impl Iterator<Item = &'a str>, prefix: &str) -> Vec<Named> {
    words.filter(|word| word.to_lowercase().starts_with(prefix)).map(named).collect()
}

fn prefix(params: &[(String, String)]) -> String {
    let given = params.iter().find(|(name, _)| name == "prefix");
    given.map(|(_, text)| text.trim().to_lowercase()).unwrap_or_default()
}

fn named(word: &str) -> Named {
    Named { id: word.to_owned(), name: word.to_owned() }
}

async fn form(request: Request<RawBody>) -> Result<Params, Problem> {
    match Form::<Vec<(String, String)>>::from_request(request, &()).await {
        Ok(Form(fields)) => Ok(Params(fields)),
        Err(refusal) if refusal.status() == 413 => Err(Problem::new(Code::BodyTooLarge)),
        Err(refusal) if refusal.status() == 415 => {
            let why = "`Content-Type` must be `application/x-www-form-urlencoded`";
            Err(Problem::new(Code::BodyTypeUnsupported).detail(why))
        }
        Err(_) => Err(refused("the form cannot be read")),
    }
}

fn inner<T: serde::de::DeserializeOwned>(field: &str, text: &str) -> Result<T, Problem> {
    crate::http::json::parse(text.as_bytes())
        .map_err(|_| refused(&format!("`{field}` is not the JSON that the reconciliation API describes")))
}

fn refused(why: &str) -> Problem {
    Problem::new(Code::BodyInvalid).detail(why.to_owned())
}
