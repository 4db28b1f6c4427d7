//! The console in a real browser: log-in by link, a case by keyboard, the second person, a reveal, a measure's preview,
//! colours, and the same decision without scripts; every main page is checked by axe-core and photographed. [`plain`] looks at every page and
//! sends forms without scripts.
//!
//! Needs `chromium` and `chromedriver` (Debian: `apt-get install chromium chromium-driver`). Without them the test says
//! so and passes, except under `CI=true`. Pictures go to `target/screenshots`. axe-core is taken from `target/axe.min.js`,
//! where `cargo xtask` puts it.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a panic of a helper is the failure of its test; a missing browser is said aloud and looked for in PATH"
)]

mod browser;
mod plain;
#[expect(dead_code, reason = "the world is shared with tests that use more of it")]
#[path = "../it/console/live/world.rs"]
mod world;

use browser::{Driver, Page};
use tenantry_model::id::StaffId;
use tenantry_model::staff::{Actor, Job, Role};
use tenantry_register::orders::NewOrder;
use tenantry_register::{Call, Reason};
use tenantry_server::Server;
use tenantry_server::console::ConsoleOptions;
use world::{NAME, World, system};

#[test]
fn a_day_at_the_console() {
    let Some(driver) = Driver::start() else { return };
    let world = World::new();
    let account = world.apply_listed();
    world.apply_harmless();
    let officer = world.staff[&Role::ComplianceOfficer];
    let order = serde_json::json!({
        "kind": "european_production_order", "authority": "Prosecutor of Example", "reference": "26-114",
        "accounts": ["ref-2"], "words": "Subscriber data of the account."
    });
    let order: NewOrder = serde_json::from_value(order).unwrap();
    let by = Call::by(Actor::Staff { id: officer, role: Role::ComplianceOfficer });
    world.register.receive_order(&by.because(Reason::parse("received by post").unwrap()), order).unwrap();
    let options = world.options(
        ConsoleOptions { provider: "Northwind Cloud".to_owned(), demo_story: None },
        "http://127.0.0.1",
    );
    let server = Server::start(world.register.clone(), options).unwrap();
    world.register.checkpoint(&Call::by(Actor::System { job: Job::Checkpoints })).unwrap();
    let base = format!("http://{}", server.local_addr());
    let view = world.register.account(&system(), account).unwrap();
    let (party, case) = (view.roles[0].party, view.cases[0].id);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let reviewer = driver.open(&base, "reviewer", &[]).await;
        log_in(&reviewer, &world, world.staff[&Role::Reviewer]).await;
        reviewer.goto("/console/queue").await;
        reviewer.check("queue").await;
        decide_by_keyboard(&reviewer, &case.to_string()).await;
        reveal(&reviewer, &format!("/console/parties/{party}")).await;
        switch_colours(&reviewer).await;
        for (query, name) in [("", "facts-kinds"), ("?kind=identity_document", "facts")] {
            reviewer.goto(&format!("/console/parties/{party}/facts{query}")).await;
            reviewer.check(name).await;
        }
        reviewer.close().await;

        let second = driver.open(&base, "second", &[]).await;
        log_in(&second, &world, officer).await;
        approve(&second).await;
        preview(&second).await;
        for path in ["accounts", "orders", "measures", "lists", "ledger", "help", "search", "credentials"] {
            second.goto(&format!("/console/{path}")).await;
            second.check(path).await;
        }
        second.goto(&format!("/console/accounts/{account}")).await;
        second.check("account").await;
        second.close().await;

        let admin = driver.open(&base, "admin", &[]).await;
        log_in(&admin, &world, world.staff[&Role::Administrator]).await;
        for path in ["staff", "webhooks"] {
            admin.goto(&format!("/console/{path}")).await;
            admin.check(path).await;
        }
        admin.close().await;
    });
    server.stop();
}

async fn log_in(page: &Page, world: &World, staff: StaffId) {
    page.goto(&world.login_path(staff)).await;
    page.check("login-link").await;
    page.click("main button").await;
    page.wait_for("/console/credentials").await;
    page.check("credentials-first").await;
    world.vouch();
}

/// The queue, the next case and its verdict, without touching the mouse.
async fn decide_by_keyboard(page: &Page, case: &str) {
    page.press("n").await;
    page.wait_for(&format!("/console/cases/{case}")).await;
    page.check("case").await;
    page.press("2").await;
    page.shows_chosen("#verdict-2").await;
    page.photograph("case-verdict").await;
    page.press("r").await;
    page.choose("#reason", "same_identity").await;
    page.press_outside("m").await;
    page.type_into("#note", "Name, date of birth and passport agree.").await;
    page.press_outside("s").await;
    page.wait_for(&format!("/console/cases/{case}?done=asked-second")).await;
    page.shows("Your verdict waits for a second person").await;
    page.check("case-waits").await;
}

async fn reveal(page: &Page, path: &str) {
    page.goto(path).await;
    page.hides(NAME).await;
    page.check("party").await;
    page.choose("#purpose", "case").await;
    page.click(".reveal button").await;
    page.wait_for(&format!("{path}/reveal")).await;
    page.shows(NAME).await;
    page.check("party-revealed").await;
    page.goto(path).await;
    page.hides(NAME).await;
}

async fn switch_colours(page: &Page) {
    for theme in ["dark", "light", "system"] {
        page.click(&format!(".look button[value={theme}]")).await;
        page.attribute_becomes("html", "data-theme", theme).await;
        page.check(&format!("party-{theme}")).await;
    }
}

/// The second person goes from the request to the case, takes it, and approves there.
async fn approve(page: &Page) {
    page.goto("/console/approvals").await;
    page.check("approvals").await;
    page.click("table a").await;
    page.shows("Exactly this").await;
    page.check("approval").await;
    page.click(".facts a").await;
    page.press("n").await;
    page.shows("Approve this content").await;
    page.check("case-second").await;
    page.press("A").await;
    page.type_into("#phrase", "approve").await;
    page.click(".second button.primary").await;
    page.wait_for("/console/approvals?done=approved").await;
}

async fn preview(page: &Page) {
    page.goto("/console/measures/new").await;
    page.check("measure-new").await;
    page.type_into("#title", "Test measure").await;
    page.type_into("#basis", "Determination 1").await;
    page.script("document.querySelector('#determined_on').value = '2026-11-20'").await;
    for radio in ["#scope-jurisdiction", "#effect-prohibit", "#reach-chain", "#effective-once"] {
        page.click(radio).await;
    }
    page.type_into("#jurisdictions", "NZ").await;
    page.click("button[value=preview]").await;
    page.shows("Who would be hit").await;
    page.shows("ref-2").await;
    page.check("measure-preview").await;
}

#[test]
fn without_scripts_the_decision_form_does_the_same() {
    let Some(driver) = Driver::start() else { return };
    let world = World::new();
    let account = world.apply_listed();
    let options = world.options(ConsoleOptions::default(), "http://127.0.0.1");
    let server = Server::start(world.register.clone(), options).unwrap();
    let base = format!("http://{}", server.local_addr());
    let case = world.register.account(&system(), account).unwrap().cases[0].id;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let page = driver.open(&base, "plain", &["--blink-settings=scriptEnabled=false"]).await;
        page.goto(&world.login_path(world.staff[&Role::Reviewer])).await;
        page.click("main button").await;
        page.wait_for("/console/credentials").await;
        world.vouch();
        page.goto("/console/queue").await;
        page.click("main .head button").await;
        page.wait_for(&format!("/console/cases/{case}")).await;
        page.click("#verdict-4").await;
        page.choose("#reason", "needs_senior").await;
        page.type_into("#note", "Beyond my authority.").await;
        page.click("button[value=stay]").await;
        page.wait_for(&format!("/console/cases/{case}?done=decided")).await;
        page.close().await;
    });
    server.stop();
}
