//! The demo as a visitor starts it: ready, told in one line, its story in place, its log empty of people.

use crate::logs::{found_in, personal_values};
use crate::program::{Serving, program};
use serde_json::Value;
use std::collections::BTreeSet;
use tenantry::demo::{ACCOUNTS_MIN, History, Plan};
use tenantry::system::SystemClock;
use tenantry_lists::embedded;
use tenantry_model::clock::Clock as _;

/// What the story tells, as the gate tells it: chapter, position of the account in it, state, answer to provisioning.
const STORY: &[(usize, usize, &str, &str)] = &[
    // Nearly a listed name: waits for a person.
    (1, 0, "in_review", "deny"),
    // The front company with a hidden, listed owner.
    (2, 0, "in_review", "deny"),
    // The reseller, its three listed customers, the reseller between them.
    (3, 0, "open", "allow"),
    (3, 1, "in_review", "deny"),
    (3, 2, "in_review", "deny"),
    (3, 3, "in_review", "deny"),
    (3, 4, "open", "allow"),
    // Who was removed, and who comes back.
    (4, 0, "closed", "deny"),
    (4, 1, "in_review", "deny"),
    // The customer an order is about is not told.
    (5, 0, "open", "allow"),
];

fn history() -> History {
    // The demo's history ends at the start of today.
    let base = SystemClock.now().date().start();
    let plan = Plan { accounts: ACCOUNTS_MIN, base, ..Plan::default() };
    History::generate(&plan, &embedded::ofac_sdn().unwrap()).unwrap()
}

fn values(history: &History) -> BTreeSet<String> {
    personal_values(history.openings.iter().map(|opening| &opening.application))
}

#[test]
fn the_demo_is_ready_tells_its_story_and_logs_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let before = history();
    let accounts = ACCOUNTS_MIN.to_string();
    let words = ["demo", "--listen", "127.0.0.1:0", "--json", "--folder", "demo", "--accounts", &accounts];
    let demo = Serving::start(program(folder.path(), &words, &[]), "");
    let (told, client) = (&demo.told, &demo.client);
    assert_eq!(client.get("/readyz").status, 200);
    assert_eq!(told["accounts"].as_u64(), u64::try_from(ACCOUNTS_MIN).ok());
    let (address, link) = (told["address"].as_str().unwrap(), told["login_link"].as_str().unwrap());
    assert!(link.starts_with(&format!("{address}/console/login/link?token=")), "{told}");

    let mut differs = Vec::new();
    for (chapter, position, state, answer) in STORY {
        let reference = before.story.chapters[chapter - 1].accounts()[*position];
        let account = client.get(&format!("/v1/accounts/{reference}")).expect(200);
        let gate = client.get(&format!("/v1/gate/{reference}?action=provision")).expect(200);
        if (&account["state"], &gate["answer"]) != (&Value::from(*state), &Value::from(*answer)) {
            differs.push(format!(
                "chapter {chapter}, account {position}: {} {}",
                account["state"], gate["answer"]
            ));
        }
    }
    assert!(differs.is_empty(), "{differs:#?}");
    let told_of: usize = before.story.chapters.iter().map(|chapter| chapter.accounts().len()).sum();
    assert_eq!(told_of, STORY.len(), "the table knows every account of the story");

    let (status, log) = demo.stop();
    assert!(status.success(), "{log}");
    let folder = folder.path();
    // The same deployment served with the log at its loudest.
    let variables = [("TENANTRY_DATA_FOLDER", "demo"), ("TENANTRY_LOGS_LEVEL", "trace")];
    let mut variables: Vec<(String, String)> = variables.map(|(n, v)| (n.to_owned(), v.to_owned())).into();
    variables.push(("TENANTRY_PROVIDER_NAME".to_owned(), "Demo".to_owned()));
    let serve = program(folder, &["serve", "--listen", "127.0.0.1:0", "--json"], &variables);
    let served = Serving::start(serve, told_key(&variables, folder).as_str());
    for opening in before.openings.iter().step_by(4) {
        let reference = &opening.application.reference;
        served.client.get(&format!("/v1/accounts/{reference}")).expect(200);
    }
    let (status, loud) = served.stop();
    assert!(status.success());
    let mut values = values(&before);
    values.extend(self::values(&history()));
    for log in [log, loud] {
        let found = found_in(&log, &values);
        assert!(
            found.is_empty(),
            "the log holds {} personal values, for example {:?}",
            found.len(),
            found.first()
        );
    }
}

/// A key of the command line for a deployment.
fn told_key(variables: &[(String, String)], folder: &std::path::Path) -> String {
    let words = ["admin", "add-key", "--label", "tests", "--scope", "read", "--json"];
    let output = program(folder, &words, variables).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    told["api_key"].as_str().unwrap().to_owned()
}
