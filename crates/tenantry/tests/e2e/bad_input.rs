//! What cannot be is answered with a problem document that says what is wrong, and nothing is lost or half-written.

use crate::main_job::{fixture, import_list};
use crate::people::firm;
use crate::program::Deployment;
use serde_json::{Value, json};

fn with(pointer: &str, value: Value) -> Vec<u8> {
    let mut application = firm();
    *application.pointer_mut(pointer).unwrap() = value;
    application.to_string().into_bytes()
}

/// Another fact in the place of the owner's date of birth.
fn fact(value: Value) -> Vec<u8> {
    with("/parties/1/facts/1/fact", value)
}

fn bodies() -> Vec<(&'static str, Vec<u8>, u16, &'static str)> {
    let whole = firm().to_string().into_bytes();
    let half = whole[..whole.len() / 2].to_vec();
    let not_utf8 =
        String::from_utf8(whole.clone()).unwrap().replacen("Silberbach", "Silberb\u{1}ch", 1).into_bytes();
    let not_utf8 = not_utf8.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    let twice =
        String::from_utf8(whole).unwrap().replacen('{', "{\"reference\":\"another\",", 1).into_bytes();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes();
    let huge = with("/reference", json!("x".repeat(2 << 20)));
    let born = |date: &str| fact(json!({ "kind": "date_of_birth", "date": date }));
    vec![
        ("nothing", Vec::new(), 400, "body-not-json"),
        ("cut in half", half, 400, "body-not-json"),
        ("not UTF-8", not_utf8, 400, "body-not-utf8"),
        ("a key twice", twice, 400, "body-duplicate-key"),
        ("nested deeply", deep, 400, "body-too-deep"),
        ("huge", huge, 413, "body-too-large"),
        ("no such day", born("1984-02-30"), 422, "body-invalid"),
        ("no such month", born("1984-13-01"), 422, "body-invalid"),
        ("born in the future", born("2190-01-01"), 422, "value-invalid"),
        (
            "unknown country",
            fact(json!({ "kind": "citizenship", "jurisdiction": "QQ" })),
            422,
            "body-invalid",
        ),
        (
            "region of an unknown country",
            fact(json!({ "kind": "citizenship", "jurisdiction": "QQ-01" })),
            422,
            "body-invalid",
        ),
        ("unknown kind", with("/parties/0/kind", json!("ship")), 422, "body-invalid"),
        ("a text for a list", with("/parties", json!("everybody")), 422, "body-invalid"),
        ("nobody", with("/parties", json!([])), 422, "value-invalid"),
        ("a share above the whole", with("/interests/0/share/max", json!("101")), 422, "body-invalid"),
    ]
}

#[test]
fn bad_input_is_explained_and_leaves_nothing() {
    let deployment = Deployment::sqlite();
    import_list(&deployment);
    let serving = deployment.serve();
    let client = &serving.client;
    let lists = client.get("/v1/lists").expect(200)["in_force"].clone();
    let size = client.ledger_size();
    for (what, body, status, code) in bodies() {
        let answer =
            client.try_post("/v1/applications", "bad", &body).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        let problem = answer.json();
        assert!(answer.head.contains("content-type: application/problem+json"), "{what}: {}", answer.head);
        assert_eq!(problem["code"], code, "{what}: {problem}");
        let explained = [&problem["detail"], &problem["errors"][0]["detail"]];
        assert!(
            explained.iter().any(|text| text.as_str().is_some_and(|t| !t.is_empty())),
            "{what}: {problem}"
        );
        for secret in ["Silberb", "Dresden", "1984-02-30", "C01X00T47"] {
            assert!(!answer.text().contains(secret), "{what}: the problem repeats `{secret}`: {problem}");
        }
    }
    assert_eq!(client.ledger_size(), size, "something was recorded");
    assert_eq!(client.get("/v1/accounts").expect(200)["items"], json!([]));

    half_a_list(&deployment);
    assert_eq!(client.ledger_size(), size, "something was recorded");
    assert_eq!(client.get("/v1/lists").expect(200)["in_force"], lists);
    let right = client.post("/v1/applications", "bad", &firm());
    assert_eq!(right.status, 201, "the key is still free: {}", right.text());
    assert!(serving.stop().0.success());
}

/// A list file cut in half is refused on the command line, while the server runs.
fn half_a_list(deployment: &Deployment) {
    let whole = std::fs::read(fixture("sdn.csv")).unwrap();
    let path = deployment.folder().join("sdn.csv");
    for share in [2, 3] {
        std::fs::write(&path, &whole[..whole.len() / share]).unwrap();
        let refused = deployment.run(&["lists", "import", "sdn.csv", "--published-on", "2026-11-20"]);
        assert_eq!(refused.code(), 2, "{}{}", refused.stdout(), refused.stderr());
        assert!(refused.stderr().starts_with("tenantry: "), "{}", refused.stderr());
    }
    let missing = deployment.run(&["lists", "import", "missing.csv"]);
    assert_eq!(missing.code(), 2, "{}", missing.stderr());
}
