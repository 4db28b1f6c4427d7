//! `POST /match/{dataset}`: queries by example.

use super::entity::{EntityBody, ScoredBody, Total};
use super::params::Params;
use super::result::{ATTRIBUTES, Evidence};
use super::{BATCH_MAX, NAMES_MAX, versions};
use crate::api::guard::guard_whole;
use crate::api::refusal;
use crate::http::api_key::Principal;
use crate::http::json::Json as Body;
use crate::http::problem::{Code, Problem};
use crate::http::{Path as At, Query as Asked};
use crate::state::{AppState, ask, call_of};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use tenantry_lists::Example;
use tenantry_model::listed::ListedEntity;
use tenantry_model::staff::Scope;
use tenantry_register::matching::{Filter, Lists, Matcher, Matches};
use tenantry_screening::{Query, Score};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Results per query when the caller does not say, and at most.
pub(super) const RESULTS_DEFAULT: usize = 5;
pub(super) const RESULTS_MAX: usize = 500;
/// Most values of a query that is answered on the thread that read it.
const BRIEF_VALUES_MAX: usize = 8;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(guard_whole(Scope::Matching, routes!(match_examples)))
}

/// Queries by example.
#[derive(Deserialize, ToSchema)]
pub(super) struct MatchQueries {
    /// Examples by a key of your choice, under which each is answered; at most 100.
    queries: BTreeMap<String, ExampleBody>,
    /// Must be empty: the score is calibrated, and nothing of it can be weighed anew.
    #[serde(default)]
    #[schema(required = false)]
    weights: BTreeMap<String, f64>,
    /// Must be empty.
    #[serde(default)]
    #[schema(required = false, value_type = Object)]
    config: Map<String, Value>,
}

/// Whom to look for.
#[derive(Deserialize, ToSchema)]
pub(super) struct ExampleBody {
    /// Your own identifier.
    #[schema(required = false)]
    id: Option<String>,
    /// What it is: `Person`, `Company`, `Organization`, `LegalEntity`, `Vessel`, `Airplane`, `CryptoWallet` or `Thing`.
    schema: String,
    /// Values by property, each one text or a list: `name`, `birthDate`, `nationality`, `idNumber`, ...
    #[schema(value_type = Object)]
    properties: Map<String, Value>,
}

/// What was found.
#[derive(Serialize, ToSchema)]
pub(super) struct MatchResponses {
    /// By the key of the query.
    responses: BTreeMap<String, MatchResponse>,
    /// What the features mean.
    matcher: BTreeMap<&'static str, FeatureDoc>,
    /// Most results per query.
    limit: usize,
    /// The algorithm that scored.
    algorithm: &'static str,
    /// Versions of the lists in force that were asked.
    lists: Vec<String>,
}

/// What was found for one query.
#[derive(Serialize, ToSchema)]
pub(super) struct MatchResponse {
    /// 200: the query was answered.
    status: u16,
    /// The entities whose score reaches the cutoff, best first.
    results: Vec<ScoredBody>,
    /// How many there are.
    total: Total,
    /// The query as it was understood.
    query: QueryEcho,
}

/// A query as it was understood.
#[derive(Serialize, ToSchema)]
pub(super) struct QueryEcho {
    /// Your own identifier.
    id: Option<String>,
    /// What is looked for.
    schema: &'static str,
    /// The values that took part.
    properties: BTreeMap<&'static str, Vec<String>>,
    /// Properties with a value that could not be read, or that is not compared; a name among them is too long to be compared
    /// whole or has letters of a script that is not read, so an empty answer says nothing about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    unread: Vec<String>,
}

/// What a feature means.
#[derive(Serialize, ToSchema)]
pub(super) struct FeatureDoc {
    /// In words.
    pub(super) description: &'static str,
    /// Always 1: evidence is added, not weighed.
    pub(super) coefficient: f64,
    /// Where to read more.
    pub(super) url: &'static str,
}

/// Match examples against the lists
///
/// Every listed entity whose evidence reaches `cutoff` is found, best first, with its explanation. `match` is true from
/// `threshold` on, and whenever an identifying number, wallet or e-mail address is the same.
#[utoipa::path(
    post,
    path = "/match/{dataset}",
    tag = "Matching",
    operation_id = "match_examples",
    params(
        ("dataset" = String, Path, description = "Code of a list, or `default` for all in force."),
        ("limit" = Option<u16>, Query, description = "Most results per query, 1 to 500; 5 when not given."),
        ("threshold" = Option<f64>, Query, description = "From which score on `match` is true; 0.7 when not given."),
        ("cutoff" = Option<f64>, Query, description = "Least score of a result; 0.5 when not given, and nothing below is searched for."),
        ("algorithm" = Option<String>, Query, description = "`best`, `tenantry-8`, or `ofac` for what the agency's own tool would show. Another is refused."),
        ("topics" = Option<Vec<String>>, Query, description = "Topics, one of which a result has."),
        ("include_dataset" = Option<Vec<String>>, Query, description = "Further lists."),
        ("exclude_dataset" = Option<Vec<String>>, Query, description = "Lists that do not count."),
        ("exclude_schema" = Option<Vec<String>>, Query, description = "Schemas that do not count."),
        ("exclude_entity_ids" = Option<Vec<String>>, Query, description = "Entities that do not count, for example dismissed hits; at most 500."),
        ("changed_since" = Option<String>, Query, description = "Leaves out what its publisher says was last changed before this day.")
    ),
    request_body(content = MatchQueries, example = json!(crate::api::describe::example("match"))),
    responses((status = 200, description = "What was found.", body = MatchResponses))
)]
async fn match_examples(
    State(state): State<AppState>,
    principal: Principal,
    At(dataset): At<String>,
    Asked(params): Asked<Vec<(String, String)>>,
    body: Body<MatchQueries>,
) -> Result<Json<MatchResponses>, Problem> {
    let (call, params) = (call_of(&principal), Params(params));
    if body.value.is_brief()
        && let Some(lists) = state.register.lists_at_hand(&call).map_err(|why| refusal::problem(&why))?
    {
        return answer(&lists, &params, &dataset, body.value).map(Json);
    }
    let answered = ask(&state, move |register| {
        let lists = register.lists_to_match(&call)?;
        Ok(answer(&lists, &params, &dataset, body.value))
    });
    answered.await?.map(Json)
}

impl MatchQueries {
    /// Whether the search takes less time than handing it to another thread, as for one customer with what is usually known.
    fn is_brief(&self) -> bool {
        let values = |value: &Value| value.as_array().map_or(1, Vec::len);
        let all = self.queries.values().flat_map(|query| query.properties.values()).map(values);
        self.queries.len() == 1 && all.sum::<usize>() <= BRIEF_VALUES_MAX
    }
}

fn answer(
    lists: &Lists,
    params: &Params,
    dataset: &str,
    body: MatchQueries,
) -> Result<MatchResponses, Problem> {
    let asked = Scoring::of(params, lists, dataset)?;
    let responses = understood(body)?.into_iter().map(|(key, example)| (key, asked.answer(lists, example)));
    Ok(MatchResponses {
        responses: responses.collect(),
        matcher: docs(),
        limit: asked.limit,
        algorithm: asked.algorithm,
        lists: versions(lists),
    })
}

/// How to score, and what counts.
pub(super) struct Scoring {
    pub(super) filter: Filter,
    pub(super) matcher: Matcher,
    pub(super) algorithm: &'static str,
    pub(super) threshold: Score,
    pub(super) cutoff: Score,
    pub(super) limit: usize,
}

impl Scoring {
    pub(super) fn of(params: &Params, lists: &Lists, dataset: &str) -> Result<Self, Problem> {
        let (matcher, algorithm) = params.matcher()?;
        let threshold = params.score("threshold", Score::THRESHOLD)?;
        let cutoff = params.score("cutoff", Score::FLOOR)?.min(threshold);
        let limit = params.number("limit", 1, RESULTS_MAX, RESULTS_DEFAULT)?;
        Ok(Self { filter: params.filter(lists, dataset)?, matcher, algorithm, threshold, cutoff, limit })
    }

    pub(super) fn find(&self, lists: &Lists, query: &Query, limit: usize) -> Matches {
        lists.find(query, &self.filter, self.matcher, self.cutoff, limit)
    }

    /// The evidence of a hit, with the score of the algorithm that was asked for.
    pub(super) fn evidence(&self, query: &Query, hit: &tenantry_screening::Hit) -> Evidence {
        let mut evidence = Evidence::of(query, hit, self.threshold);
        if self.matcher == Matcher::Ofac {
            // The agency's tool knows no hard rules and compares nothing but names.
            evidence.is_match = hit.score >= self.threshold;
            evidence.decisive = None;
        }
        evidence
    }

    fn answer(&self, lists: &Lists, example: Example) -> MatchResponse {
        let query = Query::by_example(&example.entity);
        let matches = self.find(lists, &query, self.limit);
        let scored = |found: tenantry_register::matching::Found| ScoredBody {
            evidence: self.evidence(&query, &found.hit),
            entity: EntityBody::new(&found.hit.list, found.entity, lists.in_force()),
        };
        MatchResponse {
            status: 200,
            results: matches.found.into_iter().map(scored).collect(),
            total: Total::exactly(matches.total),
            query: echo(example),
        }
    }
}

fn understood(body: MatchQueries) -> Result<Vec<(String, Example)>, Problem> {
    let invalid = |pointer: String, why: String| Err(Problem::new(Code::ValueInvalid).at(pointer, why));
    if !body.weights.is_empty() || !body.config.is_empty() {
        let place = if body.config.is_empty() { "/weights" } else { "/config" };
        return invalid(place.to_owned(), "must be empty: the score is calibrated".to_owned());
    }
    if body.queries.is_empty() || body.queries.len() > BATCH_MAX {
        return invalid("/queries".to_owned(), format!("has 1 to {BATCH_MAX} queries"));
    }
    let mut examples = Vec::with_capacity(body.queries.len());
    // A client of yente takes whatever is answered under a key for an answer and looks at no status of its own: a query that was
    // not asked would be one without a hit. So all are asked or none, and every one that cannot be is told.
    let mut refused = Problem::new(Code::ValueInvalid);
    let asked_for = body.queries.len();
    for (number, (key, asked)) in body.queries.into_iter().enumerate() {
        let mut object = Map::from_iter([("schema".to_owned(), Value::String(asked.schema))]);
        object.extend(asked.id.map(|id| ("id".to_owned(), Value::String(id))));
        object.insert("properties".to_owned(), Value::Object(asked.properties));
        match Example::read(&object, None) {
            Ok(example) => examples.push((key, example)),
            // Keys are the caller's and may name people, so the place is told by number.
            Err(why) => refused = refused.at("/queries", format!("query {} by key: {why}", number + 1)),
        }
    }
    if examples.len() < asked_for {
        return Err(refused);
    }
    let examples_only = || examples.iter().map(|(_, example)| &example.entity);
    if names(examples_only()) > NAMES_MAX {
        return invalid(
            "/queries".to_owned(),
            format!("all queries together have at most {NAMES_MAX} names"),
        );
    }
    Ok(examples)
}

/// How many names are searched for.
pub(super) fn names<'a>(entities: impl Iterator<Item = &'a ListedEntity>) -> usize {
    entities.map(|entity| Query::by_example(entity).names.len()).sum()
}

/// Properties with a value that takes no part, or not as a whole.
pub(super) fn unread(example: &Example) -> Vec<String> {
    let mut unread = example.unread.clone();
    unread.extend(Query::unread(&example.entity).iter().map(|property| property.as_str().to_owned()));
    unread.sort_unstable();
    unread.dedup();
    unread
}

fn echo(example: Example) -> QueryEcho {
    let unread = unread(&example);
    let entity = example.entity;
    let texts = |values: Vec<tenantry_model::listed::Value>| values.into_iter().map(|v| v.text).collect();
    QueryEcho {
        id: Some(entity.id).filter(|id| !id.is_empty()),
        schema: entity.schema.as_str(),
        properties: entity.properties.into_iter().map(|(p, values)| (p.as_str(), texts(values))).collect(),
        unread,
    }
}

/// What the features mean.
pub(super) fn docs() -> BTreeMap<&'static str, FeatureDoc> {
    let doc = |description| FeatureDoc { description, coefficient: 1.0, url: "/docs" };
    ATTRIBUTES.iter().map(|(_, word, description)| (*word, doc(*description))).collect()
}
