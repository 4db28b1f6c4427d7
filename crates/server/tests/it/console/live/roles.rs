//! Every page for every role: what the register's table allows is shown, everything else is the 403 page.

use axum::http::StatusCode;
use tenantry_model::staff::Role;
use tenantry_register::Action;
use tenantry_register::access::role_may;

/// What of a page's actions a role needs one of; nothing where everybody may look.
type Needs = &'static [Action];

use super::given::House;

/// Pages without parameters, the actions of which each needs one, and a word of its own.
const PAGES: &[(&str, Needs, &str)] = &[
    ("/console/queue", &[Action::WorkCases], "<h1>Queue</h1>"),
    ("/console/approvals", &[Action::ApproveCase, Action::ApprovePeople], "<h1>Approvals</h1>"),
    ("/console/orders", &[Action::ReadOrders], "<h1>Orders</h1>"),
    ("/console/orders/new", &[Action::ReceiveOrder], "<h1>New order</h1>"),
    ("/console/accounts", &[Action::Read], "<h1>Accounts</h1>"),
    ("/console/measures", &[Action::Read], "<h1>Measures</h1>"),
    ("/console/measures/new", &[Action::ProposeMeasure], "<h1>New measure</h1>"),
    ("/console/lists", &[Action::Read], "<h1>Lists</h1>"),
    ("/console/policy", &[Action::Read], "<h1>Policy</h1>"),
    ("/console/retention", &[Action::ReadRetention], "<h1>Holds and erasures</h1>"),
    ("/console/ledger", &[Action::ReadLedger], "<h1>Ledger</h1>"),
    ("/console/webhooks", &[Action::ManageWebhooks], "<h1>Webhooks</h1>"),
    ("/console/staff", &[Action::ManagePeople], "<h1>Staff and keys</h1>"),
    ("/console/search", &[], "<h1>Search</h1>"),
    ("/console/help", &[], "<h1>Help</h1>"),
    ("/console/credentials", &[], "<h1>Password and authenticator</h1>"),
];

#[tokio::test]
async fn every_page_for_every_role() {
    let house = House::new();
    let account = house.apply_listed();
    let view = house.register.account(&super::world::system(), account).unwrap();
    let (party, case) = (view.roles[0].party, view.cases[0].id);
    let mut pages: Vec<(String, Needs, String)> =
        PAGES.iter().map(|(path, needs, word)| ((*path).to_owned(), *needs, (*word).to_owned())).collect();
    pages.push((format!("/console/accounts/{account}"), &[Action::Read], "<h1>ref-1</h1>".to_owned()));
    let behind = format!("/console/accounts/{account}/parties");
    pages.push((behind, &[Action::AddFacts], "<h1>Owners and roles</h1>".to_owned()));
    pages.push((format!("/console/parties/{party}"), &[Action::Read], "<h2 id=\"status-title\">".to_owned()));
    let facts = format!("/console/parties/{party}/facts");
    pages.push((format!("{facts}?kind=citizenship"), &[Action::AddFacts], "Takes the place of".to_owned()));
    pages.push((facts, &[Action::AddFacts], "<h1>Record what you found</h1>".to_owned()));
    pages.push((format!("/console/cases/{case}"), &[Action::WorkCases], "Take the case".to_owned()));
    pages.push((
        format!("/console/disclosures/new?account={account}"),
        &[Action::RequestDisclosure],
        "<h1>New disclosure</h1>".to_owned(),
    ));
    pages.push(("/console/ledger?leaf=0".to_owned(), &[Action::ReadLedger], "Record #0".to_owned()));
    for role in Role::ALL {
        let mut browser = house.visitor(*role).await;
        for (path, needs, word) in &pages {
            let allowed = needs.is_empty() || needs.iter().any(|action| role_may(*role, *action));
            let seen = browser.get(path).await;
            let (status, word) = if allowed {
                (StatusCode::OK, word.as_str())
            } else {
                (StatusCode::FORBIDDEN, "Your role does not include this")
            };
            assert_eq!(seen.status, status, "{path} for {role}");
            assert!(seen.text.contains(word), "{path} for {role} does not show {word}");
            assert_eq!(seen.headers["cache-control"], "no-store");
            for seeded in super::world::SEEDED {
                assert!(!seen.text.contains(seeded), "{path} shows {seeded} to {role} unasked");
            }
        }
    }
}

#[tokio::test]
async fn the_navigation_leads_nobody_into_a_wall() {
    let house = House::new();
    for role in Role::ALL {
        let mut browser = house.visitor(*role).await;
        let page = browser.get("/console/help").await.text;
        for tag in crate::console::html::tags(&page).iter().filter(|tag| tag.name == "a") {
            let href = tag.get("href").unwrap_or_default();
            if !href.starts_with("/console") || href.contains('#') {
                continue;
            }
            let mut seen = browser.get(href).await;
            while seen.location.is_some() {
                seen = browser.follow(seen).await;
            }
            assert_eq!(seen.status, StatusCode::OK, "{href} for {role}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_too() {
    let house = House::new();
    let mut browser = house.visitor(Role::ComplianceOfficer).await;
    for path in [
        "/console/nowhere",
        "/console/accounts/acc_00000000000000000000000000",
        "/console/accounts/not-an-id",
        "/console/parties/pty_00000000000000000000000000",
        "/console/parties/pty_00000000000000000000000000/facts",
        "/console/cases/cse_00000000000000000000000000",
        "/console/measures/msr_00000000000000000000000000",
        "/console/orders/ord_00000000000000000000000000",
        "/console/disclosures/dsc_00000000000000000000000000",
        "/console/disclosures/new",
        "/console/approvals/apr_00000000000000000000000000",
        "/console/ledger?leaf=999999",
        "/console/ledger?leaf=x",
        "/console/story",
    ] {
        browser.get(path).await.is(StatusCode::NOT_FOUND).shows("There is nothing here for you");
    }
}
