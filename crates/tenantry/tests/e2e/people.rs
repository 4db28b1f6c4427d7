//! Applications as a sign-up page sends them.

use serde_json::{Value, json};
use std::sync::OnceLock;
use tenantry::system::SystemClock;
use tenantry_model::clock::Clock as _;
use tenantry_model::time::DAY_US;

/// The application of the API's description, its check made yesterday.
pub(crate) fn firm() -> Value {
    let mut firm: Value =
        serde_json::from_str(include_str!("../../../server/src/api/examples/application.json")).unwrap();
    firm["parties"][0]["checks"][0]["checked_at"] = json!(yesterday());
    firm
}

/// The application of the README, its checks made yesterday.
pub(crate) fn readme() -> Value {
    let mut person: Value =
        serde_json::from_str(include_str!("../../../../docs/examples/application.json")).unwrap();
    for check in person["parties"][0]["checks"].as_array_mut().unwrap() {
        check["checked_at"] = json!(yesterday());
    }
    person
}

/// The same without anything that was examined.
pub(crate) fn readme_unexamined() -> Value {
    let mut person = readme();
    person["reference"] = json!("readme-2");
    person["parties"][0].as_object_mut().unwrap().remove("checks");
    for fact in person["parties"][0]["facts"].as_array_mut().unwrap() {
        fact.as_object_mut().unwrap().remove("check");
    }
    person
}

/// Somebody who applies alone, with everything that is asked for.
pub(crate) fn person(number: u32) -> Value {
    let checked = |fact: Value| json!({ "fact": fact, "check": "passport", "source": "document" });
    let said = |fact: Value| json!({ "fact": fact });
    json!({
        "reference": format!("ref-{number}"),
        "parties": [{
            "key": "me",
            "kind": "individual",
            "roles": ["customer", "user", "payer"],
            "facts": [
                checked(json!({ "kind": "legal_name", "text": format!("Aroha {} Ngata", word(number)) })),
                checked(json!({ "kind": "date_of_birth", "date": "1985-04-12" })),
                checked(json!({ "kind": "citizenship", "jurisdiction": "NZ" })),
                checked(json!({ "kind": "identity_document", "document": "passport", "jurisdiction": "NZ",
                                "number": format!("P{number:07}") })),
                said(json!({ "kind": "status_claim", "claim": "foreign_person" })),
                said(json!({ "kind": "address", "usage": "residential", "street": format!("{} Queen Street", number + 1),
                             "locality": "Town", "jurisdiction": "NZ" })),
                said(json!({ "kind": "place_of_use", "jurisdiction": "NZ" })),
                said(json!({ "kind": "email", "address": format!("person{number}@example.org") })),
                said(json!({ "kind": "telephone", "number": format!("+64912{number:05}") })),
                said(json!({ "kind": "payment", "method": "card", "token": format!("tok_{number}") })),
                said(json!({ "kind": "access_from", "access": "sign_up", "jurisdiction": "NZ",
                             "ip": format!("198.51.{}.{}", number / 250 % 250, number % 250) })),
            ],
            "checks": [{ "key": "passport", "method": "document_examined", "result": "pass",
                         "checked_at": yesterday(), "description": "passport, read by machine" }],
        }],
    })
}

/// An instant that no clock of a running program is before; always the same one, because repeated requests are compared.
fn yesterday() -> &'static str {
    static YESTERDAY: OnceLock<String> = OnceLock::new();
    YESTERDAY.get_or_init(|| SystemClock.now().plus_micros(-DAY_US).to_string())
}

/// A part of a name that no other number below 17,576 has.
fn word(number: u32) -> String {
    let letter = |n: u32| char::from(b'a' + u8::try_from(n % 26).unwrap());
    ['W', letter(number), 'e', letter(number / 26), 'o', letter(number / 676)].iter().collect()
}
