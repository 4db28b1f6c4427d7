//! Every page with scripts switched off, and a form of each kind of page sent: what a script adds is comfort, and nothing needs it.

use super::browser::{Driver, Page};
use super::world::{World, system};
use std::collections::BTreeSet;
use tenantry_model::id::StaffId;
use tenantry_model::staff::{Actor, Role};
use tenantry_register::orders::NewOrder;
use tenantry_register::{Call, Reason};
use tenantry_server::Server;
use tenantry_server::console::ConsoleOptions;

const NO_SCRIPTS: &[&str] = &["--blink-settings=scriptEnabled=false"];
const ROUTES: &str = include_str!("../../src/console/routes/mod.rs");
/// What is no page, a page of a demo only, or the one that logging in goes through.
const NOT_HERE: [&str; 5] =
    ["/", "/console/assets/{name}", "/console/story", "/console/{*rest}", "/console/login/link"];

/// A page to look at: its route, and its path in this test.
type Place = (&'static str, String);

#[test]
fn every_page_draws_and_every_kind_of_form_is_sent_without_scripts() {
    let Some(driver) = Driver::start() else { return };
    let world = World::new();
    let listed = world.apply_listed();
    let account = world.apply_harmless();
    let (officer, second) = (world.staff[&Role::ComplianceOfficer], world.hire(Role::ComplianceOfficer));
    let order = serde_json::json!({ "kind": "european_production_order", "authority": "Prosecutor of Example",
        "reference": "26-114", "accounts": ["ref-2"], "words": "Subscriber data." });
    let order: NewOrder = serde_json::from_value(order).unwrap();
    let order = world.register.receive_order(&person(officer), order).unwrap();
    let disclosure = serde_json::json!({ "account": account, "kinds": ["legal_name"], "recipient": "Bureau of Example",
        "legal_basis": "emergency" });
    let disclosure = serde_json::from_value(disclosure).unwrap();
    let disclosure = world.register.request_disclosure(&person(second), disclosure).unwrap();
    let measure = serde_json::json!({ "title": "Earlier measure", "effect": { "effect": "prohibit" },
        "target": { "kind": "jurisdiction", "jurisdictions": ["KP"] }, "citation": "Determination 1",
        "determined_on": "2026-11-20" });
    let measure = serde_json::from_value(measure).unwrap();
    let measure = world.register.propose_measure(&person(second), measure).unwrap();
    let pack = world.register.pack_in_force(&system()).unwrap().hash;
    let options = world.options(ConsoleOptions::default(), "http://127.0.0.1");
    let server = Server::start(world.register.clone(), options).unwrap();
    let base = format!("http://{}", server.local_addr());
    let party = world.register.account(&system(), account).unwrap().roles[0].party;
    let case = world.register.account(&system(), listed).unwrap().cases[0].id;

    let of_everybody: Vec<Place> = vec![at("/console/login"), at("/console/logged-out")];
    let of_officer: Vec<Place> = vec![
        at("/console"),
        at("/console/queue"),
        ("/console/cases/{id}", format!("/console/cases/{case}")),
        at("/console/approvals"),
        ("/console/approvals/{id}", format!("/console/approvals/{}", measure.approval)),
        at("/console/orders"),
        at("/console/orders/new"),
        ("/console/orders/{id}", format!("/console/orders/{}", order.id)),
        ("/console/disclosures/new", format!("/console/disclosures/new?account={account}")),
        ("/console/disclosures/{id}", format!("/console/disclosures/{}", disclosure.scope.id)),
        at("/console/retention"),
        at("/console/accounts"),
        ("/console/accounts/{id}", format!("/console/accounts/{account}")),
        ("/console/accounts/{id}/appeal", format!("/console/accounts/{account}/appeal")),
        ("/console/accounts/{id}/parties", format!("/console/accounts/{account}/parties")),
        ("/console/parties/{id}", format!("/console/parties/{party}")),
        ("/console/parties/{id}/facts", format!("/console/parties/{party}/facts")),
        ("/console/parties/{id}/facts", format!("/console/parties/{party}/facts?kind=address")),
        at("/console/measures"),
        at("/console/measures/new"),
        ("/console/measures/{id}", format!("/console/measures/{}", measure.measure)),
        at("/console/lists"),
        ("/console/search", "/console/search?q=ref-2".to_owned()),
        at("/console/policy"),
        ("/console/policy/{hash}", format!("/console/policy/{pack}")),
        at("/console/ledger"),
        at("/console/help"),
        at("/console/credentials"),
    ];
    let of_administrator: Vec<Place> = vec![at("/console/staff"), at("/console/webhooks")];
    let visited = of_everybody.iter().chain(&of_officer).chain(&of_administrator).map(|(route, _)| *route);
    let missing: Vec<&str> = pages().difference(&visited.chain(NOT_HERE).collect()).copied().collect();
    assert!(missing.is_empty(), "pages that nobody looks at here: {missing:?}");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stranger = driver.open(&base, "plain-stranger", NO_SCRIPTS).await;
        look_at(&stranger, &of_everybody).await;
        stranger.close().await;

        let page = driver.open(&base, "plain-officer", NO_SCRIPTS).await;
        log_in(&page, &world, officer).await;
        look_at(&page, &of_officer).await;
        search(&page, &account.to_string()).await;
        find(&page).await;
        receive_order(&page).await;
        hold(&page).await;
        ask_for_disclosure(&page, &account.to_string()).await;
        record_fact(&page, &format!("/console/parties/{party}")).await;
        reveal(&page, &format!("/console/parties/{party}")).await;
        preview_measure(&page).await;
        approve(&page, &measure.approval.to_string()).await;
        look(&page).await;
        log_out(&page).await;
        page.close().await;

        let page = driver.open(&base, "plain-administrator", NO_SCRIPTS).await;
        log_in(&page, &world, world.staff[&Role::Administrator]).await;
        look_at(&page, &of_administrator).await;
        invite(&page).await;
        make_key(&page).await;
        page.close().await;
    });
    server.stop();
}

fn person(id: StaffId) -> Call {
    let by = Call::by(Actor::Staff { id, role: Role::ComplianceOfficer });
    by.because(Reason::parse("because the test says so").unwrap())
}

fn at(path: &'static str) -> Place {
    (path, path.to_owned())
}

/// The pages in the source of the console: every route that can be got.
fn pages() -> BTreeSet<&'static str> {
    let routes = ROUTES.split(".route(\"").skip(1).filter_map(|route| route.split_once('"'));
    let pages: BTreeSet<_> = routes
        .filter(|(_, rest)| rest.trim_start_matches(", ").starts_with("get("))
        .map(|(path, _)| path)
        .collect();
    assert!(pages.len() > 25, "{pages:?}");
    pages
}

async fn look_at(page: &Page, places: &[Place]) {
    for (_, path) in places {
        page.goto(path).await;
        page.draws(path).await;
    }
}

async fn log_in(page: &Page, world: &World, staff: StaffId) {
    page.goto(&world.login_path(staff)).await;
    page.click("main button").await;
    page.wait_for("/console/credentials").await;
    world.vouch();
}

/// What is found alone is opened.
async fn search(page: &Page, account: &str) {
    page.goto("/console/search").await;
    page.type_into("#q", "ref-2").await;
    page.click("main .filters button").await;
    page.wait_for(&format!("/console/accounts/{account}")).await;
    page.shows("ref-2").await;
}

/// Lists are filtered by sending the form.
async fn find(page: &Page) {
    page.goto("/console/accounts").await;
    page.type_into("#q", "ref-1").await;
    page.click("main .filters button").await;
    page.wait_for("/console/accounts?q=ref-1&state=").await;
    page.shows("ref-1").await;
    page.hides("ref-2").await;
}

async fn receive_order(page: &Page) {
    page.goto("/console/orders/new").await;
    page.choose("#kind", "regulator_request").await;
    page.type_into("#authority", "Bureau of Example").await;
    page.type_into("#reference", "26-777").await;
    page.click("main form.wideform button.primary").await;
    page.shows("26-777").await;
}

async fn hold(page: &Page) {
    page.goto("/console/retention").await;
    page.click("section[aria-labelledby=holds-title] summary").await;
    page.choose("#hold-kind", "internal").await;
    page.type_into("#hold-authority", "General Counsel").await;
    page.type_into("#hold-reference", "matter 12").await;
    page.type_into("#hold-accounts", "ref-2").await;
    page.click("form[action='/console/holds'] button").await;
    page.wait_for("/console/retention?done=held").await;
}

async fn ask_for_disclosure(page: &Page, account: &str) {
    page.goto(&format!("/console/disclosures/new?account={account}")).await;
    page.type_into("#recipient", "Court of Example").await;
    page.choose("#legal_basis", "emergency").await;
    page.click("#kind-date_of_birth").await;
    page.type_into("#why", "Asked for by the court today.").await;
    page.click("main form.wideform button.primary").await;
    page.shows("Court of Example").await;
}

async fn record_fact(page: &Page, party: &str) {
    page.goto(&format!("{party}/facts")).await;
    page.choose("#fact-kind", "email").await;
    page.click("main form.decide button").await;
    page.wait_for(&format!("{party}/facts?kind=email")).await;
    page.type_into("#fact-text", "another@example.org").await;
    page.choose("#strength", "self_asserted").await;
    page.click("main form.wideform button.primary").await;
    page.wait_for(&format!("{party}?done=facts-recorded")).await;
}

async fn reveal(page: &Page, party: &str) {
    page.goto(party).await;
    page.hides("Aroha Wiremu Ngata").await;
    page.choose("#purpose", "case").await;
    page.click(".reveal button").await;
    page.wait_for(&format!("{party}/reveal")).await;
    page.shows("Aroha Wiremu Ngata").await;
}

async fn preview_measure(page: &Page) {
    page.goto("/console/measures/new").await;
    page.type_into("#title", "Test measure").await;
    page.type_into("#basis", "Determination 2").await;
    // A date is typed in the order of the browser's language, which is that of the United States here.
    page.type_into("#determined_on", "11202026").await;
    for radio in ["#scope-jurisdiction", "#effect-prohibit", "#reach-chain", "#effective-once"] {
        page.click(radio).await;
    }
    page.type_into("#jurisdictions", "NZ").await;
    page.click("button[value=preview]").await;
    page.shows("Who would be hit").await;
    page.shows("ref-2").await;
}

async fn approve(page: &Page, approval: &str) {
    page.goto(&format!("/console/approvals/{approval}")).await;
    page.type_into("#phrase", "approve").await;
    page.click(".second button.primary").await;
    page.wait_for("/console/approvals?done=approved").await;
}

async fn look(page: &Page) {
    page.goto("/console/queue").await;
    page.click(".look button[value=dark]").await;
    page.attribute_becomes("html", "data-theme", "dark").await;
}

async fn log_out(page: &Page) {
    page.goto("/console/queue").await;
    page.click("form.who button").await;
    page.wait_for("/console/logged-out").await;
}

async fn invite(page: &Page) {
    page.goto("/console/staff").await;
    page.type_into("#name", "Somebody New").await;
    page.type_into("#login", "new@staff.example").await;
    page.choose("#role", "auditor").await;
    page.click("form[action='/console/staff'] button").await;
    page.wait_for("/console/staff?done=asked-second").await;
}

async fn make_key(page: &Page) {
    page.goto("/console/staff").await;
    page.type_into("#key-name", "billing").await;
    page.click("#scope-read").await;
    page.click("form[action='/console/keys'] button").await;
    page.wait_for("/console/staff?done=asked-second").await;
}
