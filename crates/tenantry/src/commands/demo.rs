//! `tenantry demo`: a provider's history carried through the register, then served.
//!
//! Every generated application takes the way any application takes. The clock stands at the time of the history while it
//! is replayed and runs with the machine's afterwards.

mod desk;

use super::deployment::{self, login_url};
use super::init::BUILT_IN_PACK;
use super::journal;
use super::serving;
use crate::cli::Demo;
use crate::cli::exit::Exit;
use crate::cli::output::{Output, progress};
use crate::config::{
    LogFormat, Logs, Rate, RateLimits, RootKey, SIGNER_MEMORY, Store as StoreSettings, Unlock,
};
use crate::demo::events::{Closure, Ending};
use crate::demo::story::{Chapter, Place, Step};
use crate::demo::{History, Opening, Plan, signals};
use crate::system::{self, HistoryClock, SystemClock};
use anyhow::{Context as _, Result};
use desk::ReviewDesk;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tenantry_lists::{Reading, embedded};
use tenantry_model::account;
use tenantry_model::clock::Clock;
use tenantry_model::fact::FactValue;
use tenantry_model::id::{AccountId, StaffId};
use tenantry_model::staff::{Actor, Role, Scope};
use tenantry_register::accounts::NewAccess;
use tenantry_register::orders::NewOrder;
use tenantry_register::people::{NewApiKey, NewStaff};
use tenantry_register::rules::{ListRules, Rules};
use tenantry_register::{Applied, Call, Reason, Register, SetUp, Signing};
use tenantry_server::console::{ConsoleOptions, StoryChapter, StoryPlace, StoryStep};
use tenantry_server::http::api_key::ApiKey;
use tenantry_server::webhooks::target::TargetPolicy;
use tenantry_server::{Server, ServerOptions};
use tenantry_store::{MIGRATIONS, StoreExt as _};
use tenantry_vault::SystemEntropy;

/// Threads that apply at once; the store commits what arrives together in one go.
const APPLICANTS: usize = 32;
/// Accounts applied for at one instant of the clock.
const STRIDE: usize = 64;
/// A rate nobody reaches by hand, so that the demo can be measured.
const RATE: Rate = Rate { per_second: 100_000, burst: 100_000 };
/// The invented provider.
const PROVIDER: &str = "Northwind Cloud";
const OFFICER: &str = "officer@demo.example";
const SECOND: &str = "second@demo.example";
const REVIEWER: &str = "reviewer@demo.example";
/// The people of the demo: log-in, name, role. The first gets the log-in link.
const STAFF: [(&str, &str, Role); 6] = [
    (OFFICER, "Olive Officer", Role::ComplianceOfficer),
    (SECOND, "Simon Second", Role::ComplianceOfficer),
    (REVIEWER, "Rita Reviewer", Role::Reviewer),
    ("legal@demo.example", "Leo Legal", Role::Legal),
    ("auditor@demo.example", "Aud Auditor", Role::Auditor),
    ("admin@demo.example", "Ada Administrator", Role::Administrator),
];

pub(super) fn run(asked: &Demo, out: Output) -> Result<Exit> {
    system::log_to_stderr(&Logs { format: LogFormat::Text, level: "warn" });
    std::panic::set_hook(Box::new(tenantry_server::http::log_panic));
    let temporary = if asked.folder.is_none() { Some(tempfile::tempdir()?) } else { None };
    let folder: PathBuf = match (&asked.folder, &temporary) {
        (Some(folder), _) => folder.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => PathBuf::new(),
    };
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    // Looked at first: a taken port is told before the work, not after it.
    let listen = serving::free(asked.listen)?;
    let address = format!("http://{listen}");
    let clock = Arc::new(HistoryClock::default());
    let (register, story) = prepare(&folder, asked, &clock)?;
    clock.run();
    // The list of the demo is built in and never gets younger, so its age is shown and not held against it.
    let lists = ListRules { required: vec!["ofac-sdn".to_owned()], age_days_max: None };
    register.go_by(Rules { lists, ..Rules::default() });
    register.follow_gate()?;
    let links = links(&register, &address)?;
    let key = NewApiKey { label: "demo".to_owned(), scopes: Scope::ALL.to_vec(), reseller: None };
    let (id, secret) = register.create_api_key(&deployment::operator(), key)?;
    let api_key = ApiKey::from_parts(id, secret).reveal();
    let accounts = register.gate_accounts();
    let options = ServerOptions {
        stamping: None,
        listen,
        public_url: address.clone(),
        trusted_proxies: Vec::new(),
        rates: serving::rates(RateLimits { gate: RATE, general: RATE, anonymous: RATE }),
        webhook_targets: TargetPolicy::AllowPrivate,
        clock,
        entropy: Arc::new(SystemEntropy),
        console: ConsoleOptions { provider: PROVIDER.to_owned(), demo_story: Some(story) },
    };
    let server = Server::start(register, options)?;
    let login_link = links.first().map(|(_, link)| link.clone()).unwrap_or_default();
    let others: BTreeMap<&str, &str> =
        links.iter().map(|(login, link)| (login.as_str(), link.as_str())).collect();
    let answer = serde_json::json!({
        "address": address, "login_link": login_link, "api_key": api_key, "login_links": others,
        "accounts": accounts, "folder": folder,
    });
    out.answer(&answer, text(&address, &links, &api_key))?;
    server.run_until_told_to_stop()?;
    Ok(Exit::Yes)
}

fn text(address: &str, links: &[(String, String)], api_key: &str) -> String {
    let links: Vec<String> = links.iter().map(|(login, link)| format!("  {login:24} {link}")).collect();
    format!(
        "{address}\n\nLog in, each link works once:\n{}\n\nAPI key: {api_key}\n\n\
         People and companies are invented. Ctrl-C ends the demo.",
        links.join("\n"),
    )
}

/// Opens the demo in `folder`, making it first if it is not there. Answers the story to click through as well.
fn prepare(folder: &Path, asked: &Demo, clock: &Arc<HistoryClock>) -> Result<(Register, Vec<StoryChapter>)> {
    let key = RootKey { file: folder.join("root.key"), unlock: Unlock::File(folder.join("unlock.key")) };
    let store = deployment::open_store(&StoreSettings::Sqlite { path: folder.join("tenantry.db") })?;
    store.migrate(MIGRATIONS)?;
    let list = embedded::ofac_sdn()?;
    // The history ends at the start of this day, so that deadlines in it are alive.
    let base = SystemClock.now().date().start();
    let plan = Plan { seed: asked.seed, accounts: asked.accounts, base };
    let history = History::generate(&plan, &list)?;
    let story = history.story.chapters.iter().map(told).collect();
    // Kept for good, a demo is a deployment like any other: its signer remembers.
    let signing = Signing::Remembering(folder.join(SIGNER_MEMORY));
    if Register::is_set_up(&store)? {
        let root = deployment::open_root(&key)?;
        let entropy = Arc::new(SystemEntropy);
        let shelf = deployment::shelf(folder);
        let register = Register::open_signing(store, root, clock.clone(), entropy, shelf, signing)?;
        journal::attach(&register, folder)?;
        return Ok((register, story));
    }
    clock.stand_at(history.openings.first().map_or(base, |first| first.at));
    let set_up = SetUp { origin: "demo.example/tenantry".to_owned(), pack: BUILT_IN_PACK.to_owned() };
    let root = deployment::create_root(&key)?;
    let entropy = Arc::new(SystemEntropy);
    let register = Register::set_up_signing(store, root, clock.clone(), entropy, set_up, signing)?;
    let records = list.header().entities;
    let reading = Reading { snapshot: list, notices: Vec::new(), records, set_aside: 0 };
    register.import_list(&deployment::operator(), &reading, &[])?;
    for signals in signals::lists()? {
        register.import_signals(&deployment::operator(), &signals, &[])?;
    }
    let staff = hire(&register)?;
    let officer = person(&staff, OFFICER)?;
    let mut desk = ReviewDesk::new(asked.seed, base, person(&staff, REVIEWER)?, person(&staff, SECOND)?);
    let accounts = apply_all(&register, &history, clock, officer, &mut desk)?;
    clock.stand_at(base);
    desk.work(&register, base)?;
    report(&register, &history, &accounts)?;
    receive(&register, &history, officer)?;
    journal::attach(&register, folder)?;
    Ok((register, story))
}

/// A chapter as the console tells it.
fn told(chapter: &Chapter) -> StoryChapter {
    let place = |place: &Place| match place {
        Place::Account(reference) => StoryPlace::Account(reference.clone()),
        Place::Case(kind, reference) => StoryPlace::Case(*kind, reference.clone()),
        Place::Order => StoryPlace::Order,
        Place::Measures => StoryPlace::Measures,
        Place::Ledger => StoryPlace::Ledger,
    };
    let step = |step: &Step| StoryStep { place: place(&step.place), look: step.look.to_owned() };
    StoryChapter {
        title: chapter.title.to_owned(),
        happened: chapter.happened.to_owned(),
        steps: chapter.steps.iter().map(step).collect(),
        matters: chapter.matters.to_owned(),
    }
}

/// Receives the order of the story.
fn receive(register: &Register, history: &History, officer: StaffId) -> Result<()> {
    let order = &history.story.order;
    let new = NewOrder {
        kind: order.kind,
        authority: order.authority.to_owned(),
        reference: order.file_number.to_owned(),
        received_at: Some(order.received_at),
        due_at: None,
        accounts: order.accounts.clone(),
        words: order.asks.to_owned(),
        document: None,
    };
    register.receive_order(&Call::by(Actor::Staff { id: officer, role: Role::ComplianceOfficer }), new)?;
    Ok(())
}

/// Adds the staff; answers who they are, by log-in.
fn hire(register: &Register) -> Result<BTreeMap<&'static str, StaffId>> {
    let mut staff = BTreeMap::new();
    for (login, name, role) in STAFF {
        let new = NewStaff { login: login.to_owned(), name: name.to_owned(), role };
        staff.insert(login, register.add_staff(&deployment::operator(), new)?);
    }
    Ok(staff)
}

fn person(staff: &BTreeMap<&'static str, StaffId>, login: &str) -> Result<StaffId> {
    staff.get(login).copied().with_context(|| format!("the demo has no {login}"))
}

fn links(register: &Register, address: &str) -> Result<Vec<(String, String)>> {
    let call = deployment::operator();
    let mut links = Vec::new();
    for (login, _, _) in STAFF {
        let staff = register.staff_by_login(&call, login)?;
        links.push((login.to_owned(), login_url(address, &register.login_link(&call, staff.id)?)));
    }
    Ok(links)
}

/// Applies for every account, resellers before those below them, and closes accounts when their time has come, so that who
/// comes back later is recognised. Answers the accounts by reference.
fn apply_all(
    register: &Register,
    history: &History,
    clock: &HistoryClock,
    officer: StaffId,
    desk: &mut ReviewDesk,
) -> Result<BTreeMap<String, AccountId>> {
    let told: BTreeSet<&str> = history.story.chapters.iter().flat_map(Chapter::accounts).collect();
    let bar = progress("Applications", history.openings.len());
    let mut accounts = BTreeMap::new();
    let mut closures = history.closures.as_slice();
    for wave in history.waves() {
        for stride in wave.chunks(STRIDE) {
            let begins = stride.first().map(|opening| opening.at);
            let due = closures.partition_point(|closure| begins.is_some_and(|begins| closure.at <= begins));
            let (now, later) = closures.split_at_checked(due).unwrap_or((closures, &[]));
            close(register, now, &accounts, clock, officer)?;
            closures = later;
            if let Some(begins) = begins {
                desk.work(register, begins)?;
            }
            if let Some(last) = stride.last() {
                clock.stand_at(last.at);
            }
            for (reference, applied) in apply_together(register, stride, &accounts)? {
                if let Some(last) = stride.last().filter(|_| !told.contains(reference.as_str())) {
                    desk.note(&applied, last.at);
                }
                accounts.insert(reference, applied.account);
            }
            bar.inc(u64::try_from(stride.len()).unwrap_or(0));
        }
    }
    close(register, closures, &accounts, clock, officer)?;
    bar.finish_and_clear();
    Ok(accounts)
}

fn apply_together(
    register: &Register,
    openings: &[Opening],
    above: &BTreeMap<String, AccountId>,
) -> Result<Vec<(String, Applied)>> {
    let done = Mutex::new(Vec::with_capacity(openings.len()));
    let share = openings.len().div_ceil(APPLICANTS).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = openings
            .chunks(share)
            .map(|mine| {
                let done = &done;
                scope.spawn(move || -> Result<()> {
                    for opening in mine {
                        let mut application = opening.application.clone();
                        application.reseller =
                            opening.under.as_ref().and_then(|under| above.get(under)).copied();
                        let reference = application.reference.clone();
                        let applied = register
                            .apply(&deployment::operator(), application)
                            .with_context(|| format!("the application {reference}"))?;
                        done.lock().unwrap_or_else(PoisonError::into_inner).push((reference, applied));
                    }
                    Ok(())
                })
            })
            .collect();
        for worker in workers {
            worker.join().map_err(|_| anyhow::Error::msg("a worker of the demo ended early"))??;
        }
        anyhow::Ok(())
    })?;
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Whoever was first to be answered must not decide what happens to whom afterwards.
    done.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    Ok(done)
}

/// Reports the accesses of the history, as the provider's machines would.
fn report(register: &Register, history: &History, accounts: &BTreeMap<String, AccountId>) -> Result<()> {
    let key = NewApiKey { label: "events".to_owned(), scopes: vec![Scope::Events], reseller: None };
    let (id, _) = register.create_api_key(&deployment::operator(), key)?;
    let call = Call::by(Actor::ApiKey { id, scopes: vec![Scope::Events], reseller: None });
    let bar = progress("Accesses", history.accesses.len());
    let share = history.accesses.len().div_ceil(APPLICANTS).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = history
            .accesses
            .chunks(share)
            .map(|mine| {
                let (call, bar) = (&call, &bar);
                scope.spawn(move || -> Result<()> {
                    for access in mine {
                        let FactValue::AccessFrom { access: kind, ip, .. } = access.fact.fact else {
                            continue;
                        };
                        if let Some(account) = accounts.get(&access.reference) {
                            register.report_access(
                                call,
                                *account,
                                NewAccess { at: access.at, access: kind, ip: Some(ip) },
                            )?;
                        }
                        bar.inc(1);
                    }
                    Ok(())
                })
            })
            .collect();
        for worker in workers {
            worker.join().map_err(|_| anyhow::Error::msg("a worker of the demo ended early"))??;
        }
        anyhow::Ok(())
    })?;
    bar.finish_and_clear();
    Ok(())
}

/// Closes the accounts that ended, in the name of the officer and with the reason of the history.
fn close(
    register: &Register,
    closures: &[Closure],
    accounts: &BTreeMap<String, AccountId>,
    clock: &HistoryClock,
    officer: StaffId,
) -> Result<()> {
    let actor = Actor::Staff { id: officer, role: Role::ComplianceOfficer };
    for closure in closures {
        let Some(account) = accounts.get(&closure.reference) else { continue };
        clock.stand_at(closure.at);
        let (word, ending) = match closure.ending {
            Ending::ByCustomer => ("ended by the customer", account::Ending::Ordinary),
            Ending::ForCause => ("ended for cause", account::Ending::ForCause),
        };
        let call = Call::by(actor.clone()).because(Reason::parse(&format!("{word}: {}", closure.reason))?);
        let version = register.account(&call, *account)?.summary.version;
        register.close_account(&call, *account, version, ending)?;
    }
    Ok(())
}
