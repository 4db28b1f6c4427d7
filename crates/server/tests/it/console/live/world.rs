//! A register with staff of every role, one watchlist, and applicants: what pages are shown from. Shared by the tests
//! that speak HTTP themselves and by those that steer a real browser.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tenantry_lists::{OwnMapping, read_own_csv};
use tenantry_model::id::{AccountId, StaffId};
use tenantry_model::staff::{Actor, Job, Role};
use tenantry_register::people::NewStaff;
use tenantry_register::{Call, Register, SetUp};
use tenantry_server::ServerOptions;
use tenantry_server::console::ConsoleOptions;
use tenantry_server::http::rate::{Rate, Rates};
use tenantry_server::webhooks::target::TargetPolicy;
use tenantry_store::{MIGRATIONS, Ran, SchemaTx, Store, StoreExt};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::{FixedClock, SeededEntropy};
use tenantry_vault::{RootKey, SealedFile, StretchCost, Unlock};

const PACK: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/eo13984-nprm-2024.toml"));
/// When every test begins.
pub(crate) const START: &str = "2026-11-23T08:00:00Z";
/// The applicant who resembles the listed person. No page, address or log line may hold any of these unasked.
pub(crate) const NAME: &str = "Dmitri Sergeyevich Volkonskov";
pub(crate) const BORN: &str = "1969-03-14";
pub(crate) const EMAIL: &str = "volkonskov.seeded@example.org";
pub(crate) const PHONE: &str = "+64912004321";
pub(crate) const PASSPORT: &str = "P7654321";
pub(crate) const STREET: &str = "17 Seeded Lane";
/// All seeded values of the applicant.
pub(crate) const SEEDED: &[&str] =
    &[NAME, "Volkonskov", BORN, EMAIL, PHONE, PASSPORT, STREET, "198.51.100.77", "tok_seeded_1"];

const LIST: &str = "id,name,born,country\n1,\"VOLKONSKOV, Dmitri Sergeyevich\",1969-03-14,ru\n2,\"ZUBRANSKY, Ottokar\",1951-07-02,cz\n";
const LIST_MAPPING: &str = r#"
list = "test-list"
title = "Listed for the tests"
id = "id"
schema = "Person"
[columns]
name = "name"
born = "birthDate"
country = "country"
"#;

/// So high that no test meets them.
const RATES: Rates = {
    let rate = Rate { per_second: 1_000_000, burst: 1_000_000 };
    Rates { gate: rate, general: rate, anonymous: rate }
};

/// A register of one test.
pub(crate) struct World {
    pub(crate) register: Register,
    pub(crate) clock: FixedClock,
    pub(crate) staff: BTreeMap<Role, StaffId>,
    store: Arc<dyn Store>,
    entropy: Arc<SeededEntropy>,
    _folder: TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        store.migrate(MIGRATIONS).unwrap();
        let clock = FixedClock::at(START.parse().unwrap());
        let entropy = Arc::new(SeededEntropy::new(1));
        let set_up = SetUp { origin: "ledger.example.net/test".to_owned(), pack: PACK.to_owned() };
        let root = root_key(folder.path());
        let register =
            Register::set_up(Arc::clone(&store), root, Arc::new(clock.clone()), entropy.clone(), set_up)
                .unwrap();
        let mapping: OwnMapping = LIST_MAPPING.parse().unwrap();
        let reading = read_own_csv(&mapping, None, LIST.as_bytes()).unwrap();
        register.import_list(&system(), &reading, &[]).unwrap();
        let staff = Role::ALL.iter().map(|role| (*role, hire(&register, *role, "one"))).collect();
        Self { register, clock, staff, store, entropy, _folder: folder }
    }

    /// How a server of this world is started.
    pub(crate) fn options(&self, console: ConsoleOptions, public_url: &str) -> ServerOptions {
        ServerOptions {
            stamping: None,
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: public_url.to_owned(),
            trusted_proxies: Vec::new(),
            rates: RATES,
            webhook_targets: TargetPolicy::PublicOnly,
            clock: Arc::new(self.clock.clone()),
            entropy: self.entropy.clone(),
            console,
        }
    }

    /// The path of a one-time log-in link.
    pub(crate) fn login_path(&self, staff: StaffId) -> String {
        let token = self.register.login_link(&system(), staff).unwrap();
        format!("/console/login/link?token={}", hex(&token))
    }

    /// Makes the sessions that links began what password and code would have begun: whole ones.
    pub(crate) fn vouch(&self) {
        let mut script = |schema: &mut dyn SchemaTx| {
            schema.script("UPDATE session SET entered_by = 'credentials'").map(|()| Ran::Keep)
        };
        self.store.schema_session(&mut script).unwrap();
    }

    /// A second person of this role.
    pub(crate) fn hire(&self, role: Role) -> StaffId {
        hire(&self.register, role, "two")
    }

    /// Applies for the account of somebody who resembles a listed person.
    pub(crate) fn apply_listed(&self) -> AccountId {
        self.apply("ref-1", NAME, BORN, 1, "foreign_person")
    }

    /// Applies for an account that opens.
    pub(crate) fn apply_harmless(&self) -> AccountId {
        self.apply("ref-2", "Aroha Wiremu Ngata", "1985-04-12", 2, "foreign_person")
    }

    /// Applies for the account of somebody who claims to be a US person and shows a passport of another state.
    pub(crate) fn apply_contradicting(&self) -> AccountId {
        self.apply("ref-3", "Tama Parata Rangi", "1978-10-30", 3, "us_person")
    }

    fn apply(&self, reference: &str, name: &str, born: &str, number: u32, claim: &str) -> AccountId {
        let first = number == 1;
        let checked = |fact: Value| json!({ "fact": fact, "check": "passport", "source": "document" });
        let said = |fact: Value| json!({ "fact": fact });
        let passport = if first { PASSPORT.to_owned() } else { format!("P{number:07}") };
        let email = if first { EMAIL.to_owned() } else { format!("person{number}@example.org") };
        let phone = if first { PHONE.to_owned() } else { format!("+64912{number:05}") };
        let street = if first { STREET.to_owned() } else { format!("{number} Queen Street") };
        let token = format!("tok_seeded_{number}");
        let application = json!({
            "reference": reference,
            "parties": [{
                "key": "me", "kind": "individual", "roles": ["customer", "user", "payer"],
                "facts": [
                    checked(json!({ "kind": "legal_name", "text": name })),
                    checked(json!({ "kind": "date_of_birth", "date": born })),
                    checked(json!({ "kind": "citizenship", "jurisdiction": "NZ" })),
                    checked(json!({ "kind": "identity_document", "document": "passport", "jurisdiction": "NZ", "number": passport })),
                    said(json!({ "kind": "status_claim", "claim": claim })),
                    said(json!({ "kind": "address", "usage": "residential", "street": street, "locality": "Town", "jurisdiction": "NZ" })),
                    said(json!({ "kind": "place_of_use", "jurisdiction": "NZ" })),
                    said(json!({ "kind": "email", "address": email })),
                    said(json!({ "kind": "telephone", "number": phone })),
                    said(json!({ "kind": "payment", "method": "card", "token": token })),
                    said(json!({ "kind": "access_from", "ip": format!("198.51.100.{}", 76 + number), "access": "sign_up", "jurisdiction": "NZ" })),
                ],
                "checks": [{ "key": "passport", "method": "document_examined", "result": "pass", "checked_at": START,
                             "description": "passport, read by machine" }],
            }],
        });
        self.clock.advance_micros(1_000_000);
        let applied = self.register.apply(&system(), serde_json::from_value(application).unwrap()).unwrap();
        self.register.follow_gate().unwrap();
        applied.account
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

pub(crate) const fn system() -> Call {
    Call::by(Actor::System { job: Job::SetUp })
}

fn hire(register: &Register, role: Role, which: &str) -> StaffId {
    let new = NewStaff {
        login: format!("{role}-{which}@staff.example"),
        name: format!("{role} {which}").replace('_', " "),
        role,
    };
    register.add_staff(&system(), new).unwrap()
}

fn root_key(folder: &Path) -> Arc<dyn RootKey> {
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let entropy = SeededEntropy::new(2);
    Arc::new(
        SealedFile::create(&folder.join("root.key"), Unlock::Passphrase("test"), cost, &entropy).unwrap(),
    )
}
