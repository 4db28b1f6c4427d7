//! Walking the pages of a list shows every row once, in order, whatever the page size.

use super::given::{Deployment, person};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tenantry_server::http::problem::Code;

const ROWS: u32 = 7;

async fn walk(deployment: &Deployment, path: &str, limit: usize, id: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let separator = if path.contains('?') { '&' } else { '?' };
        let page = deployment.get(&format!("{path}{separator}limit={limit}{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        rows.extend(items.iter().map(|item| item[id].clone()));
        let Some(next) = page["next"].as_str() else { return rows };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn every_row_is_shown_once() {
    let deployment = Deployment::new();
    for number in 0..ROWS {
        let applied = deployment.apply(&person(number)).await;
        let order =
            json!({ "kind": "regulator_request", "authority": "Bureau", "reference": format!("R-{number}") });
        assert_eq!(deployment.post("/v1/orders", &format!("o-{number}"), &order).await.status, 201);
        let hold = json!({ "kind": "internal", "silence": "silent", "authority": "Counsel",
            "reference": format!("matter {number}"), "accounts": [applied["account"]] });
        let placed = deployment.post("/v1/holds", &format!("h-{number}"), &hold).await;
        assert_eq!(placed.status, 201, "{}", placed.text());
        deployment.propose_measure(&format!("Measure {number}"));
    }
    for (path, id) in [
        ("/v1/applications", "id"),
        ("/v1/accounts", "id"),
        ("/v1/cases", "id"),
        ("/v1/orders", "id"),
        ("/v1/holds", "id"),
        ("/v1/measures", "id"),
        ("/v1/ledger/records", "index"),
    ] {
        let whole = walk(&deployment, path, 199, id).await;
        assert!(whole.len() >= ROWS as usize, "{path}: {}", whole.len());
        assert_eq!(whole.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), whole.len(), "{path}");
        for limit in [1, 2, 3, whole.len()] {
            assert_eq!(walk(&deployment, path, limit, id).await, whole, "{path} by {limit}");
        }
    }
}

/// Whoever keeps the cursor misses nothing and gets nothing twice, however the events are cut into pages.
#[tokio::test]
async fn the_feed_goes_on_where_it_was_left() {
    let deployment = Deployment::new();
    deployment.apply(&person(0)).await;
    let read = async |limit: usize, cursor: &Value| {
        let cursor = cursor.as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        deployment.get(&format!("/v1/events?limit={limit}{cursor}")).await.json()
    };
    let types = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|event| (event["id"].clone(), event["type"].clone())).collect::<Vec<_>>()
    };
    let first = read(199, &Value::Null).await;
    assert!(types(&first).iter().any(|(_, kind)| kind == "tenantry.account.in_review"), "{first}");
    assert_eq!(first["more"], false);
    let nothing = read(199, &first["next"]).await;
    assert_eq!((&nothing["items"], &nothing["next"]), (&serde_json::json!([]), &first["next"]));
    deployment.apply(&person(1)).await;
    let whole = read(199, &Value::Null).await;
    let (mut seen, mut cursor) = (types(&first), first["next"].clone());
    loop {
        let page = read(1, &cursor).await;
        seen.extend(types(&page));
        cursor = page["next"].clone();
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(seen, types(&whole));
    assert!(!whole.to_string().contains("Seeded"), "{whole}");
}

#[tokio::test]
async fn filters_narrow_and_bad_ones_are_refused() {
    let deployment = Deployment::new();
    for number in 0..3 {
        deployment.apply(&person(number)).await;
    }
    let all = deployment.get("/v1/accounts").await.json();
    let state = all["items"][0]["state"].as_str().unwrap();
    let same = walk(&deployment, &format!("/v1/accounts?state={state}"), 2, "state").await;
    assert!(!same.is_empty() && same.iter().all(|s| s == state));
    assert!(walk(&deployment, "/v1/accounts?state=closed", 2, "id").await.is_empty());
    for (path, code) in [
        ("/v1/accounts?state=Jane", Code::QueryInvalid),
        ("/v1/accounts?reseller=Jane", Code::QueryInvalid),
        ("/v1/accounts?limit=0", Code::QueryInvalid),
        ("/v1/accounts?colour=red", Code::QueryInvalid),
        ("/v1/accounts?cursor=Jane", Code::CursorInvalid),
        ("/v1/cases?cursor=Jane", Code::CursorInvalid),
        ("/v1/cases?whose=mine", Code::QueryInvalid),
        ("/v1/applications/Jane", Code::PathInvalid),
        ("/v1/applications/acc_00000000000000000000000001", Code::PathInvalid),
        ("/v1/applications/app_00000000000000000000000001", Code::NotFound),
        ("/v1/accounts/nobody", Code::NotFound),
    ] {
        let problem = deployment.get(path).await.problem(code);
        assert!(!problem.to_string().contains("Jane"), "{path} repeats what was sent: {problem}");
    }
}
