//! The console's routes: pages to look at, forms that change something.
//!
//! Every handler does the same five things: find the session, parse, call the register off the threads that serve
//! connections, fill a view, answer. What is asked of the session and of a form stands in `session`, once; what a
//! refusal looks like stands in `desk`, once. A form that did something answers with a redirect, so that going back
//! or reloading repeats nothing. Paths and queries hold identifiers and words of ours, never a value of a party.

mod accounts;
mod appeal;
mod approvals;
mod behind;
mod behind_form;
mod cases;
mod comparison;
mod desk;
mod disclosures;
mod entry;
mod fact_form;
mod facts;
mod house;
mod ledger;
mod lists;
mod measure_form;
mod measures;
mod orders;
mod parties;
mod policy;
mod queue;
mod retention;
mod rotation;
mod search;
mod session;
mod staff;
mod story;
mod timeline;
mod webhooks;
mod words;

use crate::console::{Reply, assets};
use crate::state::AppState;
use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use std::fmt;
use std::sync::Arc;

pub use story::{StoryChapter, StoryPlace, StoryStep};

/// What the binary decides about the console.
#[derive(Debug, Clone, Default)]
pub struct ConsoleOptions {
    /// Name of the provider, beside the wordmark.
    pub provider: String,
    /// The guided story; given by the demo, where people and companies are invented.
    pub demo_story: Option<Vec<StoryChapter>>,
}

/// What the handlers of the console share.
#[derive(Clone)]
struct Console {
    state: AppState,
    options: Arc<ConsoleOptions>,
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Console")
    }
}

/// The routes of the console, for the part of the server that asks for no API key: sessions are its own matter.
pub fn routes(state: AppState, options: ConsoleOptions) -> Router {
    let console = Console { state, options: Arc::new(options) };
    Router::new()
        .merge(public())
        .merge(work())
        .merge(people())
        .merge(house_keeping())
        .route("/console/{*rest}", get(house::nothing_here))
        .with_state(console)
}

fn public() -> Router<Console> {
    Router::new()
        .route("/", get(async || session::see_other("/console")))
        .route("/console/assets/{name}", get(asset))
        .route("/console/look", post(entry::look))
        .route("/console/login", get(entry::login_page).post(entry::login))
        .route("/console/login/link", get(entry::link_page).post(entry::link))
        .route("/console/logout", post(entry::logout))
        .route("/console/logged-out", get(entry::logged_out))
}

fn work() -> Router<Console> {
    Router::new()
        .route("/console", get(house::start))
        .route("/console/queue", get(queue::list))
        .route("/console/queue/next", post(queue::next))
        .route("/console/cases/{id}", get(cases::one))
        .route("/console/cases/{id}/lease", post(cases::take))
        .route("/console/cases/{id}/return", post(cases::give_back))
        .route("/console/cases/{id}/decision", post(cases::decide))
        .route("/console/approvals", get(approvals::list))
        .route("/console/approvals/{id}", get(approvals::one).post(approvals::answer))
        .route("/console/orders", get(orders::list))
        .route("/console/orders/new", get(orders::new).post(orders::receive))
        .route("/console/orders/{id}", get(orders::one))
        .route("/console/orders/{id}/document", post(orders::document))
        .route("/console/disclosures/new", get(disclosures::new).post(disclosures::ask))
        .route("/console/disclosures/{id}", get(disclosures::one))
        .route("/console/disclosures/{id}/package", post(disclosures::package))
        .route("/console/retention", get(retention::show))
        .route("/console/holds", post(retention::place))
        .route("/console/holds/{id}/renew", post(retention::renew))
        .route("/console/holds/{id}/release", post(retention::release))
        .route("/console/erasures/{id}/ask", post(retention::ask))
}

fn people() -> Router<Console> {
    Router::new()
        .route("/console/accounts", get(accounts::list))
        .route("/console/accounts/{id}", get(accounts::one))
        .route("/console/accounts/{id}/parties", get(behind::show).post(behind::change))
        .route("/console/parties/{id}", get(parties::one))
        .route("/console/parties/{id}/reveal", post(parties::reveal))
        .route("/console/parties/{id}/facts", get(facts::new).post(facts::record))
        .route("/console/measures", get(measures::list))
        .route("/console/measures/new", get(measures::new).post(measures::propose))
        .route("/console/measures/{id}", get(measures::one))
        .route("/console/accounts/{id}/appeal", get(appeal::new).post(appeal::receive))
        .route("/console/measures/{id}/lift", post(measures::lift))
        .route("/console/measures/{id}/extend", post(measures::extend))
        .route("/console/lists", get(lists::list))
        .route("/console/search", get(search::search))
}

fn house_keeping() -> Router<Console> {
    Router::new()
        .route("/console/policy", get(policy::show).post(policy::propose))
        .route("/console/policy/{hash}", get(policy::one))
        .route("/console/ledger", get(ledger::ledger))
        .route("/console/webhooks", get(webhooks::list))
        .route("/console/webhooks/messages/{id}/replay", post(webhooks::replay))
        .route("/console/staff", get(staff::list).post(staff::invite))
        .route("/console/staff/{id}/suspend", post(staff::suspend))
        .route("/console/staff/{id}/link", post(staff::ask_link))
        .route("/console/staff/{id}/link/show", post(staff::show_link))
        .route("/console/keys", post(staff::ask_key))
        .route("/console/keys/asked/{request}/show", post(staff::show_key))
        .route("/console/rotations", post(rotation::ask))
        .route("/console/keys/{id}/revoke", post(staff::revoke_key))
        .route("/console/credentials", get(entry::credentials_page).post(entry::credentials))
        .route("/console/story", get(story::show))
        .route("/console/help", get(house::help))
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Reply {
    assets::serve(&name, &headers)
}
