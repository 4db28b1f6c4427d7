//! What never leaves: no value of a party in an address, a redirect or a log line of a whole day's work.

use axum::http::StatusCode;
use tenantry_model::staff::Role;

use super::flows::link_below;
use super::given::House;
use super::world::{BORN, NAME, SEEDED, system};

#[tokio::test]
async fn a_whole_flow_leaves_no_value_in_addresses_or_logs() {
    let house = House::new();
    let account = house.apply_listed();
    let party = house.register.account(&system(), account).unwrap().roles[0].party;
    let mut reviewer = house.visitor(Role::Reviewer).await;
    let mut officer = house.visitor(Role::ComplianceOfficer).await;

    reviewer.get("/console/queue").await.is(StatusCode::OK);
    let seen = reviewer.send_form("/console/queue/next", &[]).await;
    let case = seen.location.clone().unwrap();
    reviewer.follow(seen).await.is(StatusCode::OK).shows("Volkonskov");
    let note = format!("{NAME} is the one.");
    let fields =
        [("verdict", "confirm"), ("reason", "same_identity"), ("note", note.as_str()), ("then", "stay")];
    reviewer.send_form(&format!("{case}/decision"), &fields).await.is(StatusCode::SEE_OTHER);
    let path = format!("/console/parties/{party}");
    reviewer.get(&path).await;
    reviewer
        .send_form(&format!("{path}/reveal"), &[("purpose", "case"), ("reference", NAME)])
        .await
        .shows(NAME);

    let list = officer.get("/console/approvals").await.text;
    let request = link_below(&list, "/console/approvals/");
    officer.get(&request).await.is(StatusCode::OK);
    officer
        .send_form(&request, &[("verdict", "approve"), ("phrase", "approve"), ("note", NAME)])
        .await
        .is(StatusCode::SEE_OTHER);
    officer.get(&format!("/console/accounts/{account}")).await.is(StatusCode::OK).hides("Volkonskov");
    officer.get("/console/measures/new").await;
    let names = [("title", "T"), ("scope", "person"), ("names", NAME), ("reason", NAME), ("then", "preview")];
    officer.send_form("/console/measures/new", &names).await.is(StatusCode::OK);

    for browser in [&reviewer, &officer] {
        let addresses = browser.addresses.lock().unwrap().join("\n");
        for seeded in SEEDED {
            assert!(!addresses.contains(seeded), "{seeded} in an address:\n{addresses}");
        }
    }
    for seeded in SEEDED.iter().filter(|seeded| **seeded != BORN) {
        tenantry_testkit::logs::assert_marked(seeded);
    }
    let log = crate::harness::log_text();
    assert!(log.contains("/console/cases/{id}/decision"), "the log was not captured");
    for seeded in SEEDED {
        assert!(!log.contains(seeded), "{seeded} is in the log");
    }
}
