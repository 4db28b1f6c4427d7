//! The policy pack through the console alone: one officer asks for another text, another sees what changes and approves.

use axum::http::StatusCode;
use tenantry_model::staff::Role;

use super::given::House;
use super::world::system;

#[tokio::test]
async fn another_text_is_asked_for_seen_line_by_line_and_adopted() {
    let house = House::new();
    let mut officer = house.visitor(Role::ComplianceOfficer).await;
    let mut other = house.visitor(Role::Legal).await;
    let before = house.register.pack_in_force(&system()).unwrap();
    officer.get("/console/policy").await.is(StatusCode::OK).shows("Ask for another text").shows("in force");
    other.get("/console/policy").await.is(StatusCode::OK).hides("Ask for another text");

    let broken = before.text.replacen("title =", "titel =", 1);
    let reason = "the yearly review of the programme";
    let fields = [("text", broken.as_str()), ("reason", reason)];
    officer
        .send_form("/console/policy", &fields)
        .await
        .is(StatusCode::OK)
        .shows("Line 8, column 1")
        .shows("titel =");

    // As a browser sends it.
    let text = before.text.replace("version = \"1.2.0\"", "version = \"1.3.0\"").replace('\n', "\r\n");
    let fields = [("text", text.as_str()), ("reason", reason)];
    officer.send_form("/console/policy", &fields).await.leads_to("/console/policy?done=asked-second");

    let waiting = other.get("/console/approvals").await.shows("policy pack").text;
    let asked = other.get(&address(&waiting, "/console/approvals/")).await.is(StatusCode::OK).text;
    let proposed = address(&asked, "/console/policy/");
    let version = "version = &#34;1.3.0&#34;";
    let seen = other.get(&proposed).await.is(StatusCode::OK).shows(&format!("<ins>+ {version}</ins>"));
    let request = address(&seen.text, "/console/approvals/");
    other
        .send_form(&request, &[("verdict", "approve"), ("phrase", "approve"), ("note", "")])
        .await
        .leads_to("/console/approvals?done=approved");
    assert_eq!(house.register.pack_in_force(&system()).unwrap().version, "1.3.0");
}

/// The first address on a page that begins so.
fn address(page: &str, begins: &str) -> String {
    let at = page.find(&format!("\"{begins}")).unwrap_or_else(|| panic!("no address {begins}…:\n{page}"));
    page[at + 1..].split('"').next().unwrap().to_owned()
}
