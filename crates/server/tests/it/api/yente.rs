//! Plain requests of yente's clients, and what comes back.

use super::given::{Deployment, ask, job};
use super::openapi::document;
use super::schema::faults;
use crate::harness::Answer;
use axum::body::Body;
use serde_json::{Value, json};
use tenantry_lists::read_ftm;
use tenantry_model::staff::{Job, Scope};
use tenantry_server::http::problem::Code;

const OWN: &str = r#"{"id":"own-1","schema":"Person","properties":{"name":["EXAMPLE, Ada Quillon"],"alias":["Ada Brumfeld"],"birthDate":["1980-05-28"],"nationality":["gb"],"topics":["sanction"],"modifiedAt":["2026-01-05"]}}
{"id":"own-2","schema":"Company","properties":{"name":["Brumfeld Zytech Trading LLC"],"registrationNumber":["HRB 448877"],"topics":["export.control"]}}
{"id":"own-3","schema":"Ownership","properties":{"owner":["own-1"],"asset":["own-2"]}}
"#;
const OTHER: &str = r#"{"id":"oth-1","schema":"Person","properties":{"name":["Ada Quillon Example"],"birthDate":["1951"]}}
"#;

fn deployment() -> Deployment {
    let deployment = Deployment::new();
    for (list, title, lines) in [("own", "Own list", OWN), ("other", "Other list", OTHER)] {
        let reading = read_ftm(list, title, "2026-10-01".parse().ok(), lines.as_bytes()).unwrap();
        deployment.register.import_list(&job(Job::SetUp), &reading, &[]).unwrap();
    }
    deployment
}

/// Holds an answer against the document and answers its body.
#[track_caller]
fn described(template: &str, method: &str, answer: &Answer) -> Value {
    let document = document();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let schema =
        &document["paths"][template][method]["responses"]["200"]["content"]["application/json"]["schema"];
    let body = answer.json();
    assert_eq!(faults(&document, schema, &body), Vec::<String>::new(), "{method} {template}");
    body
}

fn queries() -> Value {
    json!({
        "weights": {},
        "config": {},
        "queries": {
            "person": { "id": "c-1", "schema": "Person", "properties": {
                "name": ["Ada Quilon Example"], "birthDate": ["1980-05-28"], "nationality": ["gb"], "height": ["1.80"] } },
            "number": { "schema": "Company", "properties": { "name": "Zzz", "registrationNumber": ["HRB448877"] } },
            "nobody": { "schema": "Person", "properties": { "name": ["Wilhelmina Quastenflosser"] } }
        }
    })
}

async fn matched(deployment: &Deployment, parameters: &str, body: &Value) -> Answer {
    deployment.post(&format!("/match/default{parameters}"), "unused", body).await
}

#[tokio::test]
async fn a_batch_is_answered_in_the_documented_shape() {
    let deployment = deployment();
    let answer = matched(&deployment, "?algorithm=best&threshold=0.7&cutoff=0.5&limit=5", &queries()).await;
    insta::assert_json_snapshot!("yente_match", described("/match/{dataset}", "post", &answer));
}

#[tokio::test]
async fn filters_leave_out_what_does_not_count() {
    let deployment = deployment();
    let rows: &[(&str, &[&str])] = &[
        ("", &["own-1", "oth-1"]),
        ("?limit=1", &["oth-1"]),
        ("?include_dataset=other", &["oth-1"]),
        ("?exclude_dataset=own", &["oth-1"]),
        ("?exclude_schema=Person", &[]),
        ("?topics=sanction&topics=poi", &["own-1"]),
        ("?topics=poi", &[]),
        ("?exclude_entity_ids=own-1", &["oth-1"]),
        ("?exclude_entity_ids=own-1&exclude_entity_ids=oth-1", &[]),
        ("?changed_since=2026-01-05T10:00:00", &["own-1", "oth-1"]),
        // What its publisher says nothing about stays in.
        ("?changed_since=2026-01-06", &["oth-1"]),
        ("?cutoff=0.99&threshold=0.99", &[]),
        ("?algorithm=ofac&cutoff=0.9", &["oth-1", "own-1"]),
        ("?unknown=parameter", &["own-1", "oth-1"]),
    ];
    let body = json!({ "queries": { "q": { "schema": "Person", "properties": { "name": ["Ada Quillon Example"] } } } });
    for (parameters, expected) in rows {
        let answer = matched(&deployment, parameters, &body).await.json();
        let results = answer["responses"]["q"]["results"].as_array().unwrap();
        let mut found: Vec<&str> = results.iter().map(|r| r["id"].as_str().unwrap()).collect();
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{parameters}: {answer}");
    }
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_a_detail() {
    let deployment = deployment();
    let good = queries();
    let too_many: serde_json::Map<String, Value> =
        (0..101).map(|n| (format!("q{n}"), good["queries"]["nobody"].clone())).collect();
    let many_names: Vec<String> = (0..6_001).map(|n| format!("Alias {n}")).collect();
    let rows: &[(&str, Value, Code)] = &[
        ("?algorithm=logic-v2", good.clone(), Code::QueryInvalid),
        ("?threshold=1.5", good.clone(), Code::QueryInvalid),
        ("?limit=none", good.clone(), Code::QueryInvalid),
        ("?changed_since=soon", good.clone(), Code::QueryInvalid),
        ("?include_dataset=nowhere", good.clone(), Code::NotFound),
        ("", json!({ "queries": {} }), Code::ValueInvalid),
        ("", json!({ "queries": too_many }), Code::ValueInvalid),
        (
            "",
            json!({ "queries": { "q": { "schema": "Spaceship", "properties": { "name": "x" } } } }),
            Code::ValueInvalid,
        ),
        (
            "",
            json!({ "queries": { "q": { "schema": "Person", "properties": { "name": ["\u{7}"] } } } }),
            Code::ValueInvalid,
        ),
        (
            "",
            json!({ "queries": { "q": { "schema": "Person", "properties": { "name": many_names } } } }),
            Code::ValueInvalid,
        ),
        ("", json!({ "weights": { "name_literal": 1 }, "queries": good["queries"] }), Code::ValueInvalid),
        ("", json!({ "queries": { "q": { "properties": {} } } }), Code::BodyInvalid),
    ];
    for (parameters, body, code) in rows {
        let problem = matched(&deployment, parameters, body).await.problem(*code);
        assert!(problem["detail"].is_string() || problem["errors"][0]["detail"].is_string(), "{problem}");
    }
    // One that cannot be asked must not pass for one without a hit; each is told by its place.
    let two = json!({ "queries": {
        "a": { "schema": "Spaceship", "properties": { "name": "x" } },
        "b": good["queries"]["nobody"],
        "c": { "schema": "Person", "properties": {} },
    } });
    let problem = matched(&deployment, "", &two).await.problem(Code::ValueInvalid);
    let told: Vec<&str> =
        problem["errors"].as_array().unwrap().iter().filter_map(|e| e["detail"].as_str()).collect();
    assert_eq!(told.len(), 2, "{problem}");
    assert!(told[0].starts_with("query 1 by key") && told[1].starts_with("query 3 by key"), "{told:?}");
    deployment.post("/match/nowhere", "unused", &good).await.problem(Code::NotFound);
    let surrogate = r#"{"queries":{"q":{"schema":"Person","properties":{"name":["\ud800"]}}}}"#;
    let request = ask("POST", &deployment.key, "/match/default").header("content-type", "application/json");
    deployment.send(request.body(Body::from(surrogate)).unwrap()).await.problem(Code::BodyNotJson);
    let bytes = format!(
        r#"{{"queries":{{"q":{{"schema":"Person","properties":{{"name":["{}"]}}}}}}}}"#,
        "x".repeat(10 << 20)
    );
    let request = ask("POST", &deployment.key, "/match/default").header("content-type", "application/json");
    deployment.send(request.body(Body::from(bytes)).unwrap()).await.problem(Code::BodyTooLarge);
}

/// Many aliases, a name of very many words and marks of both directions have a right answer.
#[tokio::test]
async fn odd_names_are_answered() {
    let deployment = deployment();
    let aliases: Vec<String> =
        (0..5_000).map(|n| format!("Alias {n}")).chain(["Ada Quillon Example".to_owned()]).collect();
    let body = json!({ "queries": {
        "aliases": { "schema": "Person", "properties": { "name": aliases } },
        "words": { "schema": "Person", "properties": { "name": ["word ".repeat(100_000)] } },
        "marks": { "schema": "Person", "properties": { "name": ["\u{202e}\u{0}Ada\u{200f} Quillon\u{7} Example"] } },
    } });
    let answer = matched(&deployment, "", &body).await.json();
    let first = |key: &str| answer["responses"][key]["results"][0]["id"].as_str().map(str::to_owned);
    assert_eq!(first("aliases").as_deref(), Some("oth-1"));
    assert_eq!(first("words"), None);
    assert_eq!(first("marks").as_deref(), Some("oth-1"));
}

#[tokio::test]
async fn people_look_around() {
    let deployment = deployment();
    let searched = deployment.get("/search/default?q=quillon%20ada&limit=5").await;
    insta::assert_json_snapshot!("yente_search", described("/search/{dataset}", "get", &searched));
    let entity = deployment.get("/entities/own-1?nested=true").await;
    insta::assert_json_snapshot!("yente_entity", described("/entities/{entity}", "get", &entity));
    deployment.get("/entities/own-9").await.problem(Code::NotFound);
    let rows: &[(&str, &[&str])] = &[
        ("/search/default?q=", &["oth-1", "own-1", "own-2"]),
        ("/search/own?q=", &["own-1", "own-2"]),
        ("/search/default?q=HRB%20448877", &["own-2"]),
        ("/search/default?q=quilon%20exampel", &[]),
        ("/search/default?q=ada%20quilon%20example&fuzzy=true", &["oth-1", "own-1"]),
        ("/search/default?q=&schema=Company", &["own-2"]),
        ("/search/default?q=&countries=GB", &["own-1"]),
        ("/search/default?q=&topics=export.control", &["own-2"]),
        ("/search/default?q=&offset=2", &["own-2"]),
        ("/search/default?q=&limit=0", &[]),
    ];
    for (path, expected) in rows {
        let answer = deployment.get(path).await.json();
        let mut found: Vec<&str> =
            answer["results"].as_array().unwrap().iter().map(|r| r["id"].as_str().unwrap()).collect();
        if !path.contains("offset") {
            found.sort_unstable();
        }
        assert_eq!(found.len(), expected.len(), "{path}: {answer}");
        assert!(path.contains("offset") || found == *expected, "{path}: {answer}");
    }
}

#[tokio::test]
async fn ties_are_told_from_both_ends() {
    let deployment = deployment();
    let owner = deployment.get("/entities/own-1/adjacent").await;
    let owner = described("/entities/{entity}/adjacent", "get", &owner);
    insta::assert_json_snapshot!("yente_adjacent", owner, { ".lists" => "[versions]", ".**.last_seen" => "[time]" });
    let asset = deployment.get("/entities/own-2/adjacent/ownershipAsset?limit=1").await;
    let asset = described("/entities/{entity}/adjacent/{property}", "get", &asset);
    assert_eq!((&asset["total"]["value"], &asset["limit"]), (&json!(1), &json!(1)));
    let tie = &asset["results"][0];
    assert_eq!((&tie["schema"], &tie["id"]), (&json!("Ownership"), &json!("own-1-tie-1")));
    assert_eq!(tie["properties"]["owner"][0]["id"], "own-1");
    assert_eq!(tie["properties"]["asset"], json!(["own-2"]));
    let none = deployment.get("/entities/oth-1/adjacent").await.json();
    assert_eq!(none["adjacent"], json!({}));
    let passed = deployment.get("/entities/own-1/adjacent/ownershipOwner?offset=1").await.json();
    assert_eq!((&passed["results"], &passed["total"]["value"]), (&json!([]), &json!(1)));
    deployment.get("/entities/own-9/adjacent").await.problem(Code::NotFound);
    deployment.get("/entities/own-1/adjacent/name").await.problem(Code::NotFound);
    deployment.get("/entities/own-1/adjacent?limit=501").await.problem(Code::QueryInvalid);
}

#[tokio::test]
async fn what_can_be_asked_is_told_with_its_versions() {
    let deployment = deployment();
    let catalog = described("/catalog", "get", &deployment.get("/catalog").await);
    insta::assert_json_snapshot!("yente_catalog", catalog, { ".datasets[].version" => "[version]", ".datasets[].index_version" => "[version]" });
    assert_eq!(catalog, described("/datasets", "get", &deployment.get("/datasets").await));
    let algorithms = described("/algorithms", "get", &deployment.get("/algorithms").await);
    assert_eq!((&algorithms["best"], &algorithms["default"]), (&json!("tenantry-8"), &json!("tenantry-8")));
}

#[tokio::test]
async fn openrefine_reconciles_and_extends() {
    let deployment = deployment();
    let manifest = described("/reconcile/{dataset}", "get", &deployment.get("/reconcile/own").await);
    assert_eq!(
        manifest["suggest"]["entity"]["service_url"],
        "https://tenantry.provider.example/reconcile/own"
    );
    let post = |field: &str, value: Value| {
        let text: String = value
            .to_string()
            .bytes()
            .flat_map(|b| format!("%{b:02X}").into_bytes())
            .map(char::from)
            .collect();
        let request = ask("POST", &deployment.key, "/reconcile/default")
            .header("content-type", "application/x-www-form-urlencoded");
        deployment.send(request.body(Body::from(format!("{field}={text}"))).unwrap())
    };
    let queries = json!({
        "q0": { "query": "Ada Quillon Example", "type": "Person", "limit": 1,
                "properties": [{ "pid": "Person:birthDate", "v": "1980-05-28" }, { "pid": "nationality", "v": { "id": "gb", "name": "Great Britain" } }] },
        "q1": { "query": "Brumfeld Zytech Trading", "type": [{ "id": "Company" }] },
        "q2": { "query": " " }
    });
    let answer = post("queries", queries).await;
    insta::assert_json_snapshot!("yente_reconcile", described("/reconcile/{dataset}", "post", &answer));
    let unread = json!({
        "lao": { "query": "ທອງລຸນ ສີສຸລິດ", "type": "Person" },
        "long": { "query": "word ".repeat(100), "type": "Person", "properties": [{ "pid": "height", "v": "1.80" }] },
    });
    let answer = described("/reconcile/{dataset}", "post", &post("queries", unread).await);
    assert_eq!(answer["lao"]["unread"], json!(["name"]));
    assert_eq!(answer["long"]["unread"], json!(["height", "name"]));
    let extend =
        json!({ "ids": ["own-1", "none"], "properties": [{ "id": "birthDate" }, { "id": "unheard" }] });
    let answer = described("/reconcile/{dataset}", "post", &post("extend", extend).await);
    assert_eq!(answer["rows"]["own-1"]["birthDate"][0]["str"], "1980-05-28");
    assert_eq!(answer["rows"]["none"]["birthDate"], json!([]));
    post("queries", json!("no object")).await.problem(Code::BodyInvalid);
    post("nothing", json!({})).await.problem(Code::BodyInvalid);
    for (path, expected) in [
        ("suggest/entity?prefix=exam", "own-1"),
        ("suggest/type?prefix=per", "Person"),
        ("suggest/property?prefix=birthd", "birthDate"),
    ] {
        let answer = deployment.get(&format!("/reconcile/own/{path}")).await.json();
        assert_eq!(answer["result"][0]["id"], expected, "{path}: {answer}");
    }
}

/// What clients of yente send before their key is taken like `Bearer`.
#[tokio::test]
async fn the_key_may_be_sent_as_yentes_clients_do() {
    let deployment = deployment();
    for (scheme, status) in [("ApiKey", 200), ("Bearer", 200), ("Basic", 401)] {
        let request =
            ask("GET", "", "/catalog").header("authorization", format!("{scheme} {}", deployment.key));
        assert_eq!(deployment.send(request.body(Body::empty()).unwrap()).await.status, status, "{scheme}");
    }
    let other = deployment.key_with(&[Scope::Read], None);
    deployment.get_as(&other, "/catalog").await.problem(Code::ScopeMissing);
}
