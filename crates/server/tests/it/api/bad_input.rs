//! What cannot be is refused with a clear problem, nothing is half-written, and no answer repeats a value.

use super::given::{Deployment, ask, example, person};
use axum::body::Body;
use serde_json::{Value, json};
use tenantry_server::http::problem::Code;

async fn send(deployment: &Deployment, body: impl Into<Body>) -> crate::harness::Answer {
    let request = ask("POST", &deployment.key, "/v1/applications")
        .header("content-type", "application/json")
        .header("idempotency-key", "\"once\"");
    deployment.send(request.body(body.into()).unwrap()).await
}

fn with(pointer: &str, value: Value) -> String {
    let mut application = example();
    *application.pointer_mut(pointer).unwrap() = value;
    application.to_string()
}

#[tokio::test]
async fn wrong_applications_name_the_place_and_leave_nothing() {
    let deployment = Deployment::new();
    let fact = |value: Value| with("/parties/1/facts/1/fact", value);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let huge = format!("{{\"reference\":\"{}\"}}", "x".repeat(2 << 20));
    let whole = example().to_string();
    let cases: Vec<(&str, Vec<u8>, Code, &str)> = vec![
        ("cut in half", whole[..whole.len() / 2].into(), Code::BodyNotJson, ""),
        ("empty", Vec::new(), Code::BodyNotJson, ""),
        ("not UTF-8", b"{\"reference\":\"\xff\"}".to_vec(), Code::BodyNotUtf8, ""),
        (
            "equal keys",
            br#"{"reference":"a","reference":"b"}"#.to_vec(),
            Code::BodyDuplicateKey,
            "/reference",
        ),
        ("too deep", deep.into(), Code::BodyTooDeep, ""),
        ("too large", huge.into(), Code::BodyTooLarge, ""),
        (
            "unknown field",
            with("/parties/0/kind", json!("ship")).into(),
            Code::BodyInvalid,
            "/parties/0/kind",
        ),
        (
            "no such day",
            fact(json!({ "kind": "date_of_birth", "date": "1984-02-30" })).into(),
            Code::BodyInvalid,
            "/parties/1/facts/1/fact",
        ),
        (
            "birth in the future",
            fact(json!({ "kind": "date_of_birth", "date": "2031-01-01" })).into(),
            Code::ValueInvalid,
            "/parties/1/facts/1/fact/date",
        ),
        (
            "born long ago",
            fact(json!({ "kind": "date_of_birth", "date": "1700-01-01" })).into(),
            Code::ValueInvalid,
            "/parties/1/facts/1/fact/date",
        ),
        (
            "unknown country",
            fact(json!({ "kind": "citizenship", "jurisdiction": "QQ" })).into(),
            Code::BodyInvalid,
            "/parties/1/facts/1/fact",
        ),
        (
            "a card number",
            fact(json!({ "kind": "payment", "method": "card", "token": "4111 1111 1111 1111" })).into(),
            Code::BodyInvalid,
            "/parties/1/facts/1/fact",
        ),
        (
            "unknown kind of fact",
            fact(json!({ "kind": "shoe_size", "text": "46" })).into(),
            Code::BodyInvalid,
            "/parties/1/facts/1/fact/kind",
        ),
        (
            "no name",
            fact(json!({ "kind": "legal_name", "text": "  " })).into(),
            Code::BodyInvalid,
            "/parties/1/facts/1/fact",
        ),
        (
            "a fact of the other kind of party",
            with("/parties/0/facts/0/fact", json!({ "kind": "gender", "gender": "female" })).into(),
            Code::ValueInvalid,
            "/parties/0/facts/0/fact/kind",
        ),
        (
            "two customers",
            with("/parties/1/roles", json!(["customer"])).into(),
            Code::ValueInvalid,
            "/parties",
        ),
        ("nobody", with("/parties", json!([])).into(), Code::ValueInvalid, "/parties"),
        ("equal parties", with("/parties/1/key", json!("firm")).into(), Code::ValueInvalid, "/parties/1/key"),
        (
            "more than the whole",
            with("/interests/0/share", json!({ "min": "0", "max": "101" })).into(),
            Code::BodyInvalid,
            "/interests/0/share/max",
        ),
        (
            "part of itself",
            with("/interests/0/owner", json!("firm")).into(),
            Code::ValueInvalid,
            "/interests/0",
        ),
        (
            "a stranger's interest",
            with("/interests/0/owner", json!("nobody")).into(),
            Code::ValueInvalid,
            "/interests/0/owner",
        ),
        (
            "a check in the future",
            with("/parties/0/checks/0/checked_at", json!("2031-01-01T00:00:00Z")).into(),
            Code::ValueInvalid,
            "/parties/0/checks/0/checked_at",
        ),
        (
            "no such check",
            with("/parties/0/facts/1/check", json!("other")).into(),
            Code::ValueInvalid,
            "/parties/0/facts/1/check",
        ),
        (
            "a reference with a name",
            with("/reference", json!("Jane Roe")).into(),
            Code::ValueInvalid,
            "/reference",
        ),
        (
            "a reference like an account",
            with("/reference", json!("acc_1")).into(),
            Code::ValueInvalid,
            "/reference",
        ),
    ];
    let before = deployment.get("/v1/ledger/state").await.json()["size"].clone();
    for (what, body, code, pointer) in cases {
        let answer = send(&deployment, body).await;
        assert!(answer.status.is_client_error(), "{what}: {}", answer.text());
        let problem = answer.problem(code);
        if !pointer.is_empty() {
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{what}: {problem}");
        }
        for value in ["4111", "QQ", "1984-02-30", "Jane", "shoe_size"] {
            assert!(!problem.to_string().contains(value), "{what}: the answer repeats `{value}`: {problem}");
        }
    }
    assert_eq!(deployment.get("/v1/ledger/state").await.json()["size"], before);
    assert_eq!(deployment.get("/v1/accounts").await.json()["items"], json!([]));
    assert_eq!(send(&deployment, example().to_string()).await.status, 201, "and the right one is taken");
}

#[tokio::test]
async fn a_reference_is_taken_once_and_an_unknown_reseller_is_not_there() {
    let deployment = Deployment::new();
    deployment.apply(&person(1)).await;
    let mut again = person(2);
    again["reference"] = json!("person-1");
    deployment.post("/v1/applications", "k1", &again).await.problem(Code::Duplicate);
    let mut below = person(3);
    below["reseller"] = json!("acc_00000000000000000000000001");
    let answer = deployment.post("/v1/applications", "k2", &below).await;
    assert!(answer.status == 404 || answer.status == 422, "{}", answer.text());
    let headerless =
        ask("POST", &deployment.key, "/v1/applications").header("content-type", "application/json");
    let answer = deployment.send(headerless.body(person(4).to_string().into()).unwrap()).await;
    answer.problem(Code::IdempotencyKeyMissing);
}

async fn import(
    deployment: &Deployment,
    query: &str,
    key: &str,
    body: impl Into<Body>,
) -> crate::harness::Answer {
    let request = ask("POST", &deployment.key, &format!("/v1/lists?{query}")).header("idempotency-key", key);
    deployment.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_signal_list_is_taken_whole_or_not_at_all_and_flags_whoever_comes_from_it() {
    let deployment = Deployment::new();
    let import = async |query: &str, key: &str, body: &'static str| {
        let request = ask("POST", &deployment.key, &format!("/v1/signal-lists?{query}"));
        deployment.send(request.header("idempotency-key", key).body(body.into()).unwrap()).await
    };
    let exits = "list=exits&source=test&kind=anonymous_network";
    let taken = import(exits, "k1", "# exits\n203.0.113.0/24\n198.51.100.7\n").await;
    assert_eq!(
        (taken.status.as_u16(), &taken.json()["header"]["entries"]),
        (200, &json!(2)),
        "{}",
        taken.text()
    );
    for (query, key, body, code) in [
        (exits, "k2", "203.0.113.0/24\n198.51.1", Code::ListRefused),
        (exits, "k3", "hello\n", Code::ListRefused),
        (exits, "k4", "", Code::ListRefused),
        ("list=exits&source=test&kind=disposable_email", "k5", "mail.example\n", Code::ListRefused),
        ("list=exits&source=test&kind=weather", "k6", "203.0.113.0/24\n", Code::QueryInvalid),
        ("list=Exits%2F..&source=test&kind=anonymous_network", "k7", "203.0.113.0/24\n", Code::ValueInvalid),
    ] {
        import(query, key, body).await.problem(code);
    }
    let lists = deployment.get("/v1/lists").await.json();
    assert_eq!(lists["signal_lists"]["in_force"][0]["header"], taken.json()["header"]);
    assert_eq!(lists["signal_lists"]["history"].as_array().map(Vec::len), Some(1));
    assert_eq!(import(exits, "k8", "203.0.113.0/24\n198.51.100.7\n").await.json()["unchanged"], true);
    let mut applicant = person(9);
    let hidden = json!({ "fact": { "kind": "access_from", "ip": "203.0.113.9", "access": "sign_up" } });
    applicant["parties"][0]["facts"].as_array_mut().unwrap().push(hidden);
    let applied = deployment.apply(&applicant).await;
    let reasons = applied["decision"]["reasons"].as_array().unwrap();
    let flag = reasons.iter().find(|reason| reason["rule"] == "anonymous_network").unwrap();
    assert!(flag["detail"].as_str().unwrap().starts_with("on exits, version "), "{flag}");
}

#[tokio::test]
async fn a_list_is_taken_whole_or_not_at_all() {
    let deployment = Deployment::new();
    let line = |n: u32| {
        json!({ "id": format!("x-{n}"), "schema": "Person", "properties": { "name": [format!("Invented Listed {n}")] } })
            .to_string()
    };
    let whole: String = (0..50).map(|n| line(n) + "\n").collect();
    let taken = import(&deployment, "file=own.ftm.json&list=own", "k1", whole.clone()).await;
    assert_eq!(taken.status, 200, "{}", taken.text());
    assert_eq!(taken.json()["header"]["entities"], 50);
    let digest = taken.json()["header"]["digest"].clone();
    let half = whole[..whole.len() / 2].to_owned();
    import(&deployment, "file=own.ftm.json&list=own", "k2", half).await.problem(Code::ListRefused);
    import(&deployment, "file=own.xml&list=own", "k3", "<nothing/>").await.problem(Code::ListRefused);
    import(&deployment, "file=own.ftm.json&list=own", "k4", "").await.problem(Code::ListRefused);
    import(&deployment, "file=..%2Fown&list=own", "k5", whole.clone()).await.problem(Code::QueryInvalid);
    // As many entries, without what they are found by.
    let without = whole.replace("\"properties\":{", "\"properties\":{\"alias\":[\"Also\"],");
    import(&deployment, "file=two.ftm.json&list=two", "k7", without).await.json();
    let lost = import(&deployment, "file=two.ftm.json&list=two", "k8", whole.clone()).await;
    let problem = lost.problem(Code::ListRefused);
    assert!(
        problem["detail"].as_str().unwrap().contains("0 aliases and the version in force 50"),
        "{problem}"
    );
    let refused = deployment.get("/v1/lists").await.json()["refused"].clone();
    assert!(refused[0]["reason"].as_str().unwrap().contains("0 aliases"), "{refused}");
    // Whoever looked into the loss accepts it by its name, and by no other.
    let two = "file=two.ftm.json&list=two&without";
    import(&deployment, &format!("{two}=much"), "k9", whole.clone()).await.problem(Code::QueryInvalid);
    import(&deployment, &format!("{two}=ties"), "k10", whole.clone()).await.problem(Code::ListRefused);
    let accepted = import(&deployment, &format!("{two}=ties,aliases"), "k11", whole.clone()).await.json();
    assert_eq!((&accepted["changed"], &accepted["without"]), (&json!(50), &json!(["aliases", "ties"])));
    // One file of a set is no list, nor is a delta; both are told what to do.
    let sdn = format!("36,\"EXAMPLE AIR\"{}\r\n\u{1a}", ",-0- ".repeat(10));
    let delta = "{\"op\":\"DEL\",\"entity\":{\"id\":\"x-1\"}}\n".to_owned();
    for (file, body, told) in
        [("sdn.csv", sdn, "send `SDN.XML`"), ("delta.json", delta, "send the whole file")]
    {
        let answer = import(&deployment, &format!("file={file}&list=own"), file, body).await;
        let problem = answer.problem(Code::ListRefused);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(told) && detail.contains("the snapshot in force stays"), "{detail}");
    }
    let lists = deployment.get("/v1/lists").await.json();
    assert_eq!(lists["in_force"][0]["header"]["digest"], digest);
    let again = import(&deployment, "file=own.ftm.json&list=own", "k6", whole).await;
    assert_eq!(again.json()["unchanged"], true, "{}", again.text());
}
