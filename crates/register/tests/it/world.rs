//! A register for one test on either database: a clock that moves when told, randomness that repeats, staff of every role, one
//! watchlist, and applicants whose accounts open unless a test says otherwise.

use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
use tenantry_lists::{OwnMapping, read_own_csv};
use tenantry_model::account::Capability;
use tenantry_model::clock::Clock;
use tenantry_model::id::{AccountId, ApiKeyId, CaseId, HoldId, PartyId, StaffId};
use tenantry_model::random::Entropy;
use tenantry_model::staff::{Actor, Job, Role, Scope};
use tenantry_model::time::Timestamp;
use tenantry_policy::gate::Answer;
use tenantry_register::cases::{CaseDecided, CaseDecision, CaseFilter};
use tenantry_register::erasure::Destroyed;
use tenantry_register::fsck::columns::{Reading, TABLES};
use tenantry_register::fsck::{Report, Step};
use tenantry_register::intake::NewApplication;
use tenantry_register::retention::Object;
use tenantry_register::{Applied, Call, Reason, Register, RegisterError, SetUp};
use tenantry_store::repo::{hold, key, party};
use tenantry_store::{
    Job as StoreJob, Lane, MIGRATIONS, Overwritten, Ran, SchemaTx, SchemaWork, Store, StoreError, StoreExt,
    Tx, WhenFull,
};
use tenantry_store_postgres::{PostgresOptions, PostgresStore, ServerDurability};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::{FixedClock, PrivatePostgres, SeededEntropy};
use tenantry_vault::{RootKey, VaultError};
use zeroize::Zeroizing;

pub(crate) const PACK: &str = include_str!("../../../../packs/eo13984-nprm-2024.toml");
/// When every test begins.
pub(crate) const START: &str = "2026-11-23T08:00:00Z";

/// Name of a listed person; an applicant of this name is a match.
pub(crate) const LISTED_NAME: &str = "Dmitri Sergeyevich Volkonskov";
const LISTED_BORN: &str = "1969-03-14";
pub(crate) const LIST: &str = "id,name,born,country\n1,\"VOLKONSKOV, Dmitri Sergeyevich\",1969-03-14,ru\n2,\"ZUBRANSKY, Ottokar\",1951-07-02,cz\n";
pub(crate) const LIST_MAPPING: &str = r#"
list = "test-list"
title = "Listed for the tests"
id = "id"
schema = "Person"
[columns]
name = "name"
born = "birthDate"
country = "country"
"#;

/// A root that wraps nothing: tests keep no secrets.
pub(crate) struct OpenRoot;

/// Another root: what it wraps opens under no other.
pub(crate) struct OtherRoot;

impl RootKey for OtherRoot {
    fn wrap(&self, context: &[u8], key: &[u8; 32], entropy: &dyn Entropy) -> Result<Vec<u8>, VaultError> {
        OpenRoot.wrap(&[b"other", context].concat(), key, entropy)
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        OpenRoot.unwrap(&[b"other", context].concat(), wrapped)
    }
}

impl RootKey for OpenRoot {
    fn wrap(&self, context: &[u8], key: &[u8; 32], _: &dyn Entropy) -> Result<Vec<u8>, VaultError> {
        Ok([context, key].concat())
    }

    fn unwrap(&self, context: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, VaultError> {
        let key = wrapped.strip_prefix(context).and_then(|key| key.try_into().ok());
        key.map(Zeroizing::new).ok_or(VaultError::Altered { what: "test root" })
    }
}

/// A store whose changes fail, all or after some more; reading goes on.
struct Breakable {
    store: SqliteStore,
    /// Changes that still go through.
    sound: Arc<AtomicU64>,
}

impl Store for Breakable {
    fn submit(&self, lane: Lane, when_full: WhenFull, job: StoreJob) {
        let one_less = |sound: u64| sound.checked_sub(1);
        if lane != Lane::Read
            && self.sound.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_err()
        {
            return job.finish(Err(StoreError::DiskFull));
        }
        self.store.submit(lane, when_full, job);
    }

    fn schema_session(&self, work: &mut SchemaWork<'_>) -> Result<(), StoreError> {
        self.store.schema_session(work)
    }

    fn overwrite_deleted(&self) -> Result<Overwritten, StoreError> {
        self.store.overwrite_deleted()
    }

    fn check_structure(&self) -> Result<Vec<String>, StoreError> {
        self.store.check_structure()
    }

    fn back_up(&self, target: &Path) -> Result<(), StoreError> {
        self.store.back_up(target)
    }
}

/// A register of one test.
pub(crate) struct World {
    pub(crate) register: Register,
    pub(crate) clock: FixedClock,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) folder: Option<TempDir>,
}

impl World {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
        Self::on(Arc::new(store), Some(folder))
    }

    /// On SQLite, under another pack.
    pub(crate) fn under(pack: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
        Self::set_up(Arc::new(store), Some(folder), pack)
    }

    /// On SQLite, with the number of changes that still go through before each fails as if the disk were full.
    pub(crate) fn breakable() -> (Self, Arc<AtomicU64>) {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("register.db"), &SqliteOptions::default()).unwrap();
        let sound = Arc::new(AtomicU64::new(u64::MAX));
        let store = Breakable { store, sound: Arc::clone(&sound) };
        (Self::on(Arc::new(store), Some(folder)), sound)
    }

    pub(crate) fn postgres() -> Self {
        let mut options = PostgresOptions::new(PrivatePostgres::shared().create_database());
        options.durability = ServerDurability::NotRequired;
        Self::on(Arc::new(PostgresStore::open(&options).unwrap()), None)
    }

    fn on(store: Arc<dyn Store>, folder: Option<TempDir>) -> Self {
        Self::set_up(store, folder, PACK)
    }

    fn set_up(store: Arc<dyn Store>, folder: Option<TempDir>, pack: &str) -> Self {
        store.migrate(MIGRATIONS).unwrap();
        let clock = FixedClock::at(START.parse().unwrap());
        let new = SetUp { origin: "ledger.example.net/test".to_owned(), pack: pack.to_owned() };
        let entropy = Arc::new(SeededEntropy::new(13984));
        let register =
            Register::set_up(Arc::clone(&store), Arc::new(OpenRoot), Arc::new(clock.clone()), entropy, new)
                .unwrap();
        let world = Self { register, clock, store, folder };
        world.import(LIST);
        world
    }

    /// Brings a version of the test list into force.
    pub(crate) fn import(&self, csv: &str) {
        let mapping: OwnMapping = LIST_MAPPING.parse().unwrap();
        let reading = read_own_csv(&mapping, None, csv.as_bytes()).unwrap();
        self.register.import_list(&system(Job::SetUp), &reading, &[]).unwrap();
    }

    /// The keys of a party as a journal of erasures names them.
    pub(crate) fn keys_of(&self, id: PartyId) -> Vec<Destroyed> {
        let key = move |tx: &mut dyn Tx| {
            let subject = party::find(tx, id)?.unwrap().subject;
            let row = key::find_subject(tx, &subject, 1)?.unwrap();
            Ok::<_, StoreError>(Destroyed { object: Object::Party(id), subject, class: 1, key: Some(row.id) })
        };
        vec![self.store.read(key).unwrap()]
    }

    /// Deletes a key behind the register's back. Answers the key that is gone.
    pub(crate) fn delete_key(&self, entry: Destroyed) -> Option<[u8; 16]> {
        self.store.write(move |tx| key::delete_subject(tx, &entry.subject, entry.class)).unwrap()
    }

    /// Whether a hold keeps the key of a party.
    pub(crate) fn pins(&self, hold: HoldId, id: PartyId) -> bool {
        let pinning = move |tx: &mut dyn Tx| {
            let subject = party::find(tx, id)?.unwrap().subject;
            hold::pinning(tx, &subject, 1)
        };
        self.store.read(pinning).unwrap().contains(&hold)
    }

    /// The wrapped key of a party, as stored.
    pub(crate) fn wrapped_key(&self, id: PartyId) -> Vec<u8> {
        let wrapped = move |tx: &mut dyn Tx| {
            let subject = party::find(tx, id)?.unwrap().subject;
            Ok::<_, StoreError>(key::find_subject(tx, &subject, 1)?.unwrap().wrapped)
        };
        self.store.read(wrapped).unwrap()
    }

    /// Whether any file of the embedded store contains these bytes.
    pub(crate) fn files_contain(&self, bytes: &[u8]) -> bool {
        let files = std::fs::read_dir(self.folder.as_ref().unwrap().path()).unwrap();
        let found = |path| std::fs::read(path).unwrap().windows(bytes.len()).any(|window| window == bytes);
        files.filter(|file| found(file.as_ref().unwrap().path())).count() > 0
    }

    /// The register as another process opens it under a root.
    pub(crate) fn reopened(&self, root: Arc<dyn RootKey>) -> Result<Register, RegisterError> {
        let entropy = Arc::new(SeededEntropy::new(77));
        Register::open(Arc::clone(&self.store), root, Arc::new(self.clock.clone()), entropy)
    }

    /// A copy of the store in which the value of one column is another, in the first row that has one; `None` when no row has.
    pub(crate) fn with_other(file: &[u8], table: &str, column: &str) -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.db");
        std::fs::write(&path, file).unwrap();
        let connection = rusqlite::Connection::open(&path).unwrap();
        let one = format!("SELECT {column} FROM {table} WHERE length({column}) > 0 LIMIT 1");
        let change = |integer: &str| {
            let other = format!(
                "CASE typeof({column}) WHEN 'integer' THEN {integer} WHEN 'text' THEN {column} || '!' ELSE CAST(unhex(CASE \
                 substr(hex({column}), 1, 2) WHEN '5A' THEN '5B' ELSE '5A' END || substr(hex({column}), 3)) AS BLOB) END"
            );
            connection.execute(&format!("UPDATE {table} SET {column} = {other} WHERE {column} = ({one})"), ())
        };
        // A constraint can admit 0 and 1 only, or nothing else.
        let changed = change(&format!("{column} + 1000000")).or_else(|_| change(&format!("1 - {column}")));
        let changed = changed.unwrap_or_default();
        drop(connection);
        (changed > 0).then(|| std::fs::read(&path).unwrap())
    }

    /// The columns of every table of the embedded store.
    pub(crate) fn columns(&self) -> Vec<(String, String)> {
        let path = self.folder.as_ref().unwrap().path().join("register.db");
        let connection = rusqlite::Connection::open(path).unwrap();
        let mut statement = connection
            .prepare("SELECT t.name, c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'")
            .unwrap();
        let columns = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        columns.map(Result::unwrap).collect()
    }

    /// The tables of the embedded store in which some column holds this text.
    pub(crate) fn tables_with(&self, text: &str) -> Vec<String> {
        let columns = self.columns();
        let path = self.folder.as_ref().unwrap().path().join("register.db");
        let connection = rusqlite::Connection::open(path).unwrap();
        let holds = |table: &str, column: &str| {
            let sql =
                format!("SELECT COUNT(*) FROM \"{table}\" WHERE instr(CAST(\"{column}\" AS TEXT), $1) > 0");
            connection.query_row(&sql, (text,), |row| row.get::<_, i64>(0)).unwrap() > 0
        };
        columns
            .iter()
            .filter(|(table, column)| holds(table, column))
            .map(|(table, _)| table.clone())
            .collect()
    }

    /// How many tokens an account has.
    pub(crate) fn tokens_of(&self, id: AccountId) -> usize {
        self.store.read(move |tx| party::tokens_of(tx, id)).unwrap().len()
    }

    /// Runs a statement behind the register's back.
    pub(crate) fn run(&self, sql: &str) {
        let mut script = |schema: &mut dyn SchemaTx| schema.script(sql).map(|()| Ran::Keep);
        self.store.schema_session(&mut script).unwrap();
    }

    /// The bytes of a copy of the embedded store without free pages.
    pub(crate) fn compact_file(&self) -> Vec<u8> {
        let path = self.folder.as_ref().unwrap().path().join("copy.db");
        self.store.back_up(&path).unwrap();
        std::fs::read(path).unwrap()
    }

    /// The register that a file of the embedded store holds, as another machine opens it.
    pub(crate) fn opened_under(&self, file: &[u8], root: Arc<dyn RootKey>) -> Option<(Register, TempDir)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.db");
        std::fs::write(&path, file).unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&path, &SqliteOptions { read_connections: 1 }).ok()?);
        store.check_schema(MIGRATIONS).ok()?;
        let clock = Arc::new(self.clock.clone());
        let entropy = Arc::new(SeededEntropy::new(1));
        Some((Register::open(store, root, clock, entropy).ok()?, folder))
    }

    /// The same under the root of this register, for a copy that is whole.
    pub(crate) fn opened(&self, copy: &[u8]) -> (Register, TempDir) {
        self.opened_under(copy, Arc::new(OpenRoot)).unwrap()
    }

    /// What a check finds in a file; `None` when it cannot even be opened.
    pub(crate) fn check_of(&self, file: &[u8]) -> Option<Report> {
        let (register, _folder) = self.opened_under(file, Arc::new(OpenRoot))?;
        let mut check = register.check(&system(Job::CommandLine)).unwrap();
        loop {
            match check.step() {
                Ok(Step::More) => {}
                Ok(Step::Done) => return Some(check.into_report()),
                Err(_) => return None,
            }
        }
    }

    /// Everything in a file that the check covers, read with plain SQL; `None` when it cannot be read.
    pub(crate) fn covered_of(file: &[u8]) -> Option<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("register.db");
        std::fs::write(&path, file).unwrap();
        let connection = rusqlite::Connection::open(&path).ok()?;
        let mut lines = Vec::new();
        for (table, columns) in TABLES {
            let read = columns.iter().filter(|(_, reading)| *reading == Reading::Compared);
            let columns: Vec<&str> = read.map(|(column, _)| *column).collect();
            if columns.is_empty() {
                continue;
            }
            let columns = columns.join(", ");
            let mut statement = connection.prepare(&format!("SELECT {columns} FROM {table}")).ok()?;
            let width = statement.column_count();
            let mut rows = statement.query(()).ok()?;
            while let Some(row) = rows.next().ok()? {
                let cells: Option<Vec<String>> =
                    (0..width).map(|column| Some(format!("{:?}", row.get_ref(column).ok()?))).collect();
                lines.push(format!("{table} {}", cells?.join(" ")));
            }
        }
        lines.sort();
        Some(lines)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Submits an application and lets a second pass.
    pub(crate) fn apply(&self, applicant: &Applicant) -> Applied {
        self.clock.advance_micros(1_000_000);
        self.register.apply(&system(Job::SetUp), applicant.sent()).unwrap()
    }

    /// What the gate says to provisioning.
    pub(crate) fn gate(&self, account: AccountId) -> Answer {
        self.register.follow_gate().unwrap();
        self.register.gate(&account.to_string(), Capability::Provision).answer
    }

    /// Cases that wait in the queue.
    pub(crate) fn open_cases(&self) -> Vec<CaseId> {
        let reviewer = staff(Role::Reviewer, 1);
        let page = self.register.queue(&reviewer, CaseFilter::default(), None, 200).unwrap();
        page.cases.into_iter().map(|case| case.id).collect()
    }

    /// Leases a case and decides it.
    pub(crate) fn decide(
        &self,
        by: &Call,
        case: CaseId,
        decision: Value,
    ) -> Result<CaseDecided, RegisterError> {
        let lease = self.register.lease(by, case)?;
        let decision: CaseDecision = serde_json::from_value(decision).unwrap();
        self.register.decide(by, case, lease.version, decision)
    }

    /// Approves the only request that waits.
    pub(crate) fn approve(&self, by: &Call) -> Result<(), RegisterError> {
        let waiting = self.register.approvals(by)?;
        let [request] = waiting.as_slice() else { panic!("{} requests wait", waiting.len()) };
        self.register.approve(by, request.id, request.content_hash).map(|_| ())
    }
}

/// Somebody who applies; complete and verified, so the account opens.
pub(crate) struct Applicant {
    pub(crate) number: u16,
    pub(crate) name: String,
    pub(crate) born: String,
    pub(crate) country: String,
    pub(crate) reseller: Option<AccountId>,
    pub(crate) roles: Vec<&'static str>,
    /// Further facts, as JSON.
    pub(crate) more: Vec<Value>,
}

impl Applicant {
    pub(crate) fn new(number: u16) -> Self {
        Self {
            number,
            name: format!("Aroha {} Ngata", letters(number)),
            born: "1985-04-12".to_owned(),
            country: "NZ".to_owned(),
            reseller: None,
            roles: vec!["customer", "user", "payer"],
            more: Vec::new(),
        }
    }

    /// Somebody with the name and the date of birth of a listed person.
    pub(crate) fn listed(number: u16) -> Self {
        Self { name: LISTED_NAME.to_owned(), born: LISTED_BORN.to_owned(), ..Self::new(number) }
    }

    pub(crate) fn in_country(mut self, country: &str) -> Self {
        country.clone_into(&mut self.country);
        self
    }

    pub(crate) fn selling(mut self) -> Self {
        self.roles.push("reseller");
        self
    }

    pub(crate) fn reference(&self) -> String {
        format!("ref-{}", self.number)
    }

    /// The application as the register takes it.
    pub(crate) fn sent(&self) -> NewApplication {
        serde_json::from_value(self.application()).unwrap()
    }

    fn application(&self) -> Value {
        let (n, country) = (self.number, self.country.as_str());
        let checked = |fact: Value| json!({ "fact": fact, "check": "passport", "source": "document" });
        let said = |fact: Value| json!({ "fact": fact });
        let mut facts = vec![
            checked(json!({ "kind": "legal_name", "text": self.name })),
            checked(json!({ "kind": "date_of_birth", "date": self.born })),
            checked(json!({ "kind": "citizenship", "jurisdiction": country })),
            checked(json!({ "kind": "identity_document", "document": "passport", "jurisdiction": country,
                            "number": format!("P{n:07}") })),
            said(json!({ "kind": "status_claim", "claim": "foreign_person" })),
            said(
                json!({ "kind": "address", "usage": "residential", "street": format!("{} Queen Street", n + 1),
                         "locality": "Town", "jurisdiction": country }),
            ),
            said(json!({ "kind": "place_of_use", "jurisdiction": country })),
            said(json!({ "kind": "email", "address": format!("person{n}@example.org") })),
            said(json!({ "kind": "telephone", "number": format!("+64912{n:05}") })),
            said(json!({ "kind": "payment", "method": "card", "token": format!("tok_{n}") })),
            said(json!({ "kind": "access_from", "ip": format!("198.51.{}.{}", n / 250, n % 250),
                         "access": "sign_up", "jurisdiction": country })),
        ];
        facts.extend(self.more.iter().cloned());
        let mut application = json!({
            "reference": self.reference(),
            "parties": [{
                "key": "me", "kind": "individual", "roles": self.roles, "facts": facts,
                "checks": [{ "key": "passport", "method": "document_examined", "result": "pass",
                             "checked_at": START, "description": "passport, read by machine" }],
            }],
        });
        if let Some(reseller) = self.reseller {
            application["reseller"] = json!(reseller);
        }
        application
    }
}

/// A name part that no other number has.
fn letters(number: u16) -> String {
    let letter = |n: u16| char::from(b'a' + u8::try_from(n % 26).unwrap());
    let tail: String = [letter(number), 'e', letter(number / 26), 'o', letter(number / 676)].iter().collect();
    format!("W{tail}")
}

/// A member of staff of a role, with a reason; another number is another person.
pub(crate) fn staff(role: Role, person: u8) -> Call {
    let id = StaffId::from_bytes([(role as u8 + 1) * 16 + person; 16]);
    Call::by(Actor::Staff { id, role }).because(Reason::parse("because the test says so").unwrap())
}

pub(crate) fn system(job: Job) -> Call {
    Call::by(Actor::System { job })
}

/// An API key with every scope there is.
pub(crate) fn machine(reseller: Option<AccountId>) -> Call {
    let id = ApiKeyId::from_bytes([0xaa; 16]);
    Call::by(Actor::ApiKey { id, scopes: Scope::ALL.to_vec(), reseller })
        .because(Reason::parse("because the test says so").unwrap())
}

/// Makes each case a test on both databases.
macro_rules! on_both {
    ($($case:ident),+ $(,)?) => {
        mod sqlite { $(#[test] fn $case() { super::$case(&crate::world::World::sqlite()); })+ }
        mod postgres { $(#[test] fn $case() { super::$case(&crate::world::World::postgres()); })+ }
    };
}
pub(crate) use on_both;
