//! The guided story of the demo, clicked through link by link in a real browser, each page held against axe-core and photographed;
//! and the main pages of a provider with a history in light, dark and on a telephone.
//!
//! Needs `chromium` and `chromedriver`; without them the test says so and passes, except under `CI=true`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a panic of a helper is the failure of its test; a missing browser is said aloud and looked for in PATH"
)]

#[expect(dead_code, reason = "the browser is shared with tests that do more with it")]
#[path = "../../../server/tests/browser/browser.rs"]
mod browser;
#[expect(dead_code, reason = "the client is shared with tests that ask more")]
#[path = "../e2e/client.rs"]
mod client;
#[expect(dead_code, reason = "the program is shared with tests that do more with it")]
#[path = "../e2e/program.rs"]
mod program;

use browser::{Driver, Page};
use program::{Serving, program};
use serde_json::Value;

/// Accounts of the demo here: the fewest with which every chapter has its place.
const ACCOUNTS: &str = "200";
/// Links of the story, at least.
const LINKS_MIN: usize = 12;
/// Every link of the story with its words, in the order of the page.
const LINKS: &str = "return [...document.querySelectorAll('main a[href]')].map(a => a.getAttribute('href'))";

fn demo(folder: &std::path::Path) -> Serving {
    let words = ["demo", "--listen", "127.0.0.1:0", "--json", "--folder", "demo", "--accounts", ACCOUNTS];
    Serving::start(program(folder, &words, &[]), "")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Logs in by a one-time link of the demo and answers the page.
async fn log_in(driver: &Driver, demo: &Serving, name: &str, link: &Value) -> Page {
    let base = demo.told["address"].as_str().unwrap();
    let page = driver.open(base, name, &[]).await;
    page.goto(link.as_str().unwrap().strip_prefix(base).unwrap()).await;
    page.check("demo-login-link").await;
    page.click("main button").await;
    page.wait_for("/console/story").await;
    page
}

#[test]
fn the_guided_story_leads_somewhere_at_every_step() {
    let Some(driver) = Driver::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    runtime().block_on(async {
        let page = log_in(&driver, &demo, "story", &demo.told["login_link"]).await;
        page.goto("/console/story").await;
        page.check("demo-story").await;
        let links = page.script(LINKS).await;
        let links = links.as_array().unwrap();
        assert!(links.len() >= LINKS_MIN, "{links:?}");
        for (number, link) in links.iter().enumerate() {
            page.goto("/console/story").await;
            let clicked = format!("document.querySelectorAll('main a[href]')[{number}].click()");
            page.script(&clicked).await;
            page.wait_for(link.as_str().unwrap()).await;
            page.hides("There is nothing here for you").await;
            page.check(&format!("demo-story-{number:02}")).await;
        }
        page.close().await;
    });
    assert!(demo.stop().0.success());
}

#[test]
fn a_provider_with_a_history_looks_right_light_dark_and_narrow() {
    let Some(driver) = Driver::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(folder.path());
    runtime().block_on(async {
        let page = log_in(&driver, &demo, "look", &demo.told["login_links"]["second@demo.example"]).await;
        for theme in ["light", "dark"] {
            page.goto("/console/help").await;
            page.click(&format!(".look button[value={theme}]")).await;
            page.attribute_becomes("html", "data-theme", theme).await;
            for section in
                ["queue", "approvals", "accounts", "measures", "lists", "policy", "ledger", "orders", "story"]
            {
                page.goto(&format!("/console/{section}")).await;
                page.check(&format!("demo-{section}-{theme}")).await;
            }
            let first = "return document.querySelector('main td a, main th a').getAttribute('href')";
            for section in ["queue", "accounts", "orders"] {
                page.goto(&format!("/console/{section}")).await;
                let first = page.script(first).await;
                page.goto(first.as_str().unwrap()).await;
                page.check(&format!("demo-{section}-one-{theme}")).await;
            }
        }
        page.close().await;
    });
    assert!(demo.stop().0.success());
}
