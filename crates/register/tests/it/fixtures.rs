//! A register of one test: a store of its own, a clock that stands still, randomness that repeats, people and applicants.

use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tenantry_lists::{Reading, Snapshot};
use tenantry_model::id::{AccountId, StaffId};
use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, Value};
use tenantry_model::staff::{Actor, Job, Role};
use tenantry_model::time::Timestamp;
use tenantry_register::{Applied, Call, Reason, Register, RegisterError, SetUp, Signing};
use tenantry_screening::NoShelf;
use tenantry_store::{MIGRATIONS, Store, StoreExt};
use tenantry_store_postgres::{PostgresOptions, PostgresStore, ServerDurability};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::{FixedClock, PrivatePostgres, SeededEntropy};
use tenantry_vault::{RootKey, SealedFile, StretchCost, Unlock};
use tenantry_witness::LogSigner;

pub(crate) const PACK: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/eo13984-nprm-2024.toml"));

/// 1 November 2026, noon.
pub(crate) const NOON_US: i64 = 1_793_534_400_000_000;

pub(crate) struct Desk {
    pub(crate) register: Register,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: FixedClock,
    root: Arc<dyn RootKey>,
    folder: TempDir,
}

impl Desk {
    /// On SQLite.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
        Self::on(folder, Arc::new(store))
    }

    /// On a PostgreSQL server of this process.
    pub(crate) fn on_postgres() -> Self {
        let mut options = PostgresOptions::new(PrivatePostgres::shared().create_database());
        options.durability = ServerDurability::NotRequired;
        let store = PostgresStore::open(&options).unwrap();
        Self::on(tempfile::tempdir().unwrap(), Arc::new(store))
    }

    fn on(folder: TempDir, store: Arc<dyn Store>) -> Self {
        store.migrate(MIGRATIONS).unwrap();
        let clock = FixedClock::at(Timestamp::from_micros(NOON_US));
        let root = root_key(folder.path());
        let entropy = Arc::new(SeededEntropy::new(1));
        let new = SetUp { origin: "ledger.example.net/test".to_owned(), pack: PACK.to_owned() };
        let register =
            Register::set_up(Arc::clone(&store), Arc::clone(&root), Arc::new(clock.clone()), entropy, new)
                .unwrap();
        Self { register, store, clock, root, folder }
    }

    /// The register as another process, or the next one, opens it.
    pub(crate) fn reopened(&self, seed: u64) -> Register {
        let (store, root) = (Arc::clone(&self.store), Arc::clone(&self.root));
        let clock = Arc::new(self.clock.clone());
        Register::open(store, root, clock, Arc::new(SeededEntropy::new(seed))).unwrap()
    }

    /// The register as a process opens it whose signer remembers.
    pub(crate) fn reopened_signing(&self, seed: u64, signing: Signing) -> Result<Register, RegisterError> {
        let (store, root) = (Arc::clone(&self.store), Arc::clone(&self.root));
        let clock = Arc::new(self.clock.clone());
        let entropy = Arc::new(SeededEntropy::new(seed));
        Register::open_signing(store, root, clock, entropy, Arc::new(NoShelf), signing)
    }

    /// The register as it is opened when start-up refuses its tree.
    pub(crate) fn opened_to_continue(&self, seed: u64, lock: &Path) -> Result<Register, RegisterError> {
        let (store, root) = (Arc::clone(&self.store), Arc::clone(&self.root));
        let (clock, entropy) = (Arc::new(self.clock.clone()), Arc::new(SeededEntropy::new(seed)));
        Register::open_to_continue(store, root, clock, entropy, lock.to_path_buf())
    }

    /// A folder for files of the test.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The root key and the store, for a signer of its own.
    pub(crate) fn signer(&self, lock: &Path) -> Arc<dyn LogSigner> {
        let clock = Arc::new(self.clock.clone());
        Register::signer(&self.store, Arc::clone(&self.root), clock, lock.to_path_buf()).unwrap()
    }

    pub(crate) fn checkpoint(&self) -> Option<u64> {
        self.register.checkpoint(&job(Job::Checkpoints)).unwrap().map(|signed| signed.size)
    }

    /// Takes an application, a second after the one before.
    pub(crate) fn apply(&self, application: serde_json::Value) -> Applied {
        self.clock.advance_micros(1_000_000);
        let sent = serde_json::from_value(application).unwrap();
        self.register.apply(&job(Job::SetUp), sent).unwrap()
    }

    pub(crate) fn open_account(&self, number: u32) -> AccountId {
        self.apply(individual(number, "Aroha Ngata")).account
    }

    /// Puts a list with these names into force.
    pub(crate) fn import(&self, list: &str, names: &[&str]) {
        self.register.import_list(&job(Job::SetUp), &list_of(list, names), &[]).unwrap();
    }

    pub(crate) fn ledger_size(&self) -> u64 {
        self.register.ledger_state(&staff(Role::Auditor)).unwrap().size
    }
}

fn root_key(folder: &Path) -> Arc<dyn RootKey> {
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let entropy = SeededEntropy::new(2);
    Arc::new(
        SealedFile::create(&folder.join("root.key"), Unlock::Passphrase("test"), cost, &entropy).unwrap(),
    )
}

pub(crate) fn job(job: Job) -> Call {
    Call::by(Actor::System { job })
}

/// A person of a role, with a reason; different roles are different persons.
pub(crate) fn staff(role: Role) -> Call {
    let id = StaffId::from_bytes([role as u8 + 1; 16]);
    Call::by(Actor::Staff { id, role }).because(Reason::parse("because the test says so").unwrap())
}

/// The application of one person for one account.
pub(crate) fn individual(number: u32, name: &str) -> serde_json::Value {
    serde_json::json!({
        "reference": format!("ref-{number}"),
        "parties": [{
            "key": "me",
            "kind": "individual",
            "roles": ["customer", "user", "payer"],
            "facts": [
                { "fact": { "kind": "legal_name", "text": name } },
                { "fact": { "kind": "date_of_birth", "date": "1985-04-12" } },
                { "fact": { "kind": "citizenship", "jurisdiction": "NZ" } },
                { "fact": { "kind": "address", "usage": "residential", "street": "1 Queen Street",
                            "locality": "Auckland 1010", "jurisdiction": "NZ" } },
                { "fact": { "kind": "email", "address": format!("person{number}@example.org") } },
                { "fact": { "kind": "telephone", "number": format!("+6491{number:06}") } },
                { "fact": { "kind": "payment", "method": "card", "token": format!("tok_{number}") } }
            ]
        }]
    })
}

/// A list of persons with these names.
pub(crate) fn list_of(list: &str, names: &[&str]) -> Reading {
    let entity = |(line, name): (usize, &&str)| {
        let mut entity = ListedEntity::new(format!("{list}-{line}"), Schema::Person);
        let origin = Origin { file: "list.csv".to_owned(), line: line as u64 + 1 };
        entity.push(Property::Name, Value { text: (*name).to_owned(), note: String::new(), origin });
        entity
    };
    let entities: Vec<_> = names.iter().enumerate().map(entity).collect();
    let snapshot = Snapshot::new(list, "A list", None, entities).unwrap();
    Reading { snapshot, notices: Vec::new(), records: names.len() as u64, set_aside: 0 }
}
