//! Applications as a sign-up page sends them.

use serde_json::{Value, json};
use std::sync::OnceLock;
use tenantry::system::SystemClock;
use tenantry_model::clock::Clock as _;
use tenantry_model::time::DAY_US;
use tenantry_testkit::applicant;

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
    applicant(number, yesterday())
}

/// An instant that no clock of a running program is before; always the same one, because repeated requests are compared.
fn yesterday() -> &'static str {
    static YESTERDAY: OnceLock<String> = OnceLock::new();
    YESTERDAY.get_or_init(|| SystemClock.now().plus_micros(-DAY_US).to_string())
}
