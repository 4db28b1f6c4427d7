//! A small deployment in which everything has happened once, and copies of its files.

use crate::writers::deployment::PACK;
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tenantry::commands::attach_journal;
use tenantry_lists::{OwnMapping, read_own_csv};
use tenantry_model::account::Ending;
use tenantry_model::clock::Clock as _;
use tenantry_model::id::{AccountId, ApiKeyId, StaffId};
use tenantry_model::staff::{Actor, Job, Role, Scope};
use tenantry_model::time::Timestamp;
use tenantry_register::erasure::GRACE_DAYS;
use tenantry_register::people::{NewApiKey, NewStaff};
use tenantry_register::{Call, Reason, Register, SetUp, Signing};
use tenantry_screening::NoShelf;
use tenantry_store::{MIGRATIONS, StoreExt as _};
use tenantry_testkit::{FixedClock, SeededEntropy, applicant};
use tenantry_vault::{
    RootKey, SealedFile, StretchCost, SystemEntropy, Unlock, create_key_file, read_key_file,
};

pub(super) use crate::writers::deployment::{job, open_store};

pub(super) const DATABASE: &str = "register.db";
pub(super) const LOG: &str = "register.db-wal";
pub(super) const MEMORY: &str = "checkpoint.lock";
pub(super) const JOURNAL: &str = "erasures.journal";
pub(super) const ROOT: &str = "root.key";
pub(super) const UNLOCK: &str = "unlock.key";

/// When the first account is opened; four years later the deployment is opened by the trial.
const BEGAN_AT: &str = "2022-11-01T08:00:00Z";
const YEARS: i32 = 4;
/// Accounts; enough for a full tile.
const ACCOUNTS: u32 = 90;
const LATER_ACCOUNTS: u32 = 12;
const LISTED: &str = "id,name,born,country\n1,\"VOLKONSKOV, Dmitri Sergeyevich\",1969-03-14,ru\n2,\"ZUBRANSKY, Ottokar\",1951-07-02,cz\n";
const MAPPING: &str = r#"
list = "test-list"
title = "Listed for the trial"
id = "id"
schema = "Person"
[columns]
name = "name"
born = "birthDate"
country = "country"
"#;

/// The files of a deployment.
pub(super) struct Image(BTreeMap<&'static str, Vec<u8>>);

impl Image {
    fn read(folder: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for name in [DATABASE, LOG, MEMORY, JOURNAL, ROOT, UNLOCK] {
            let path = folder.join(name);
            if path.exists() {
                files.insert(name, std::fs::read(path)?);
            }
        }
        Ok(Self(files))
    }

    pub(super) fn bits_of(&self, file: &str) -> u64 {
        self.0.get(file).map_or(0, |bytes| bytes.len() as u64 * 8)
    }

    /// Writes the files to a new folder in memory, with one bit of one of them flipped.
    pub(super) fn write(&self, flip: Option<(&str, u64)>) -> Result<TempDir> {
        let folder = tempfile::tempdir_in("/dev/shm")?;
        for (name, bytes) in &self.0 {
            let path = folder.path().join(name);
            match flip {
                Some((file, bit)) if file == *name => {
                    let mut flipped = bytes.clone();
                    let byte = flipped.get_mut(usize::try_from(bit / 8)?).context("the file is shorter")?;
                    *byte ^= 1 << (bit % 8);
                    std::fs::write(&path, flipped)?;
                }
                _ => std::fs::write(&path, bytes)?,
            }
            #[cfg(unix)]
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
        Ok(folder)
    }
}

/// A deployment whose log was copied back, and the same with much in its log.
pub(super) fn images(seed: u64) -> Result<(Image, Image)> {
    let folder = tempfile::tempdir_in("/dev/shm")?;
    let place = folder.path();
    let key = create_key_file(&place.join(UNLOCK), &SystemEntropy)?;
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let root = SealedFile::create(&place.join(ROOT), Unlock::KeyFile(&key), cost, &SystemEntropy)?;
    let store = open_store(place)?;
    store.migrate(MIGRATIONS)?;
    let clock = FixedClock::at(BEGAN_AT.parse::<Timestamp>()?);
    let new = SetUp { origin: "ledger.example.net/rot".to_owned(), pack: PACK.to_owned() };
    let entropy = Arc::new(SeededEntropy::new(seed));
    drop(Register::set_up(Arc::clone(&store), Arc::new(root), Arc::new(clock.clone()), entropy, new)?);
    let register = open_at(place, clock.clone())?;
    attach_journal(&register, place)?;
    let history = History { register: &register, clock: &clock };
    history.of_the_beginning()?;
    clock.advance_days(YEARS * 366 - 60);
    history.of_the_last_weeks()?;
    for number in 0..ACCOUNTS {
        history.open_account(number)?;
    }
    history.sign()?;
    store.overwrite_deleted()?;
    for number in ACCOUNTS..ACCOUNTS + LATER_ACCOUNTS {
        history.open_account(number)?;
        if number % 4 == 0 {
            history.sign()?;
        }
    }
    // Nothing is written behind the newest checkpoint.
    history.sign()?;
    let logged = Image::read(place)?;
    store.overwrite_deleted()?;
    let mut whole = Image::read(place)?;
    whole.0.remove(LOG);
    ensure!(logged.bits_of(LOG) > 0, "nothing waits in the log");
    Ok((whole, logged))
}

/// Starts it as the server does: the journal of erasures is read, too.
pub(super) fn start(folder: &Path) -> Result<Register> {
    let clock = FixedClock::at(BEGAN_AT.parse()?);
    clock.advance_days(YEARS * 366);
    let register = open_at(folder, clock)?;
    attach_journal(&register, folder)?;
    Ok(register)
}

fn open_at(folder: &Path, clock: FixedClock) -> Result<Register> {
    let store = open_store(folder)?;
    store.check_schema(MIGRATIONS)?;
    let key = read_key_file(&folder.join(UNLOCK))?;
    let root: Arc<dyn RootKey> = Arc::new(SealedFile::open(&folder.join(ROOT), Unlock::KeyFile(&key))?);
    let signing = Signing::Remembering(folder.join(MEMORY));
    let entropy = Arc::new(SystemEntropy);
    Ok(Register::open_signing(store, root, Arc::new(clock), entropy, Arc::new(NoShelf), signing)?)
}

/// What happens in the deployment.
struct History<'a> {
    register: &'a Register,
    clock: &'a FixedClock,
}

impl History<'_> {
    fn sign(&self) -> Result<()> {
        self.clock.advance_micros(1_000_000);
        self.register.checkpoint(&job(Job::Checkpoints))?.context("there is nothing to sign")?;
        Ok(())
    }

    fn open_account(&self, number: u32) -> Result<AccountId> {
        self.open(applicant(number, BEGAN_AT))
    }

    fn open(&self, application: Value) -> Result<AccountId> {
        self.clock.advance_micros(1_000_000);
        Ok(self.register.apply(&job(Job::SetUp), serde_json::from_value(application)?)?.account)
    }

    fn close(&self, account: AccountId) -> Result<()> {
        let version = self.register.account(&staff(Role::ComplianceOfficer, 1)?, account)?.summary.version;
        self.register.close_account(
            &staff(Role::ComplianceOfficer, 1)?,
            account,
            version,
            Ending::Ordinary,
        )?;
        Ok(())
    }

    /// Long ago: somebody whose data is over by now, and a list.
    fn of_the_beginning(&self) -> Result<()> {
        let mapping: OwnMapping = MAPPING.parse()?;
        let reading = read_own_csv(&mapping, None, LISTED.as_bytes())?;
        self.register.import_list(&job(Job::SetUp), &reading, &[])?;
        let first = self.open_account(1_000)?;
        self.open_account(1_001)?;
        self.close(first)?;
        self.sign()
    }

    fn of_the_last_weeks(&self) -> Result<()> {
        let (officer, counsel) = (staff(Role::ComplianceOfficer, 1)?, staff(Role::Legal, 2)?);
        self.erase_what_is_due(&officer, &counsel)?;
        let accounts = [1_002, 1_003].map(|number| self.open_account(number));
        let [one, two] = accounts;
        let (one, two) = (one?, two?);
        let id = ApiKeyId::from_bytes([5; 16]);
        let machine = Call::by(Actor::ApiKey { id, scopes: vec![Scope::Events], reseller: None });
        let access = json!({ "at": self.clock.now(), "access": "access", "ip": "198.51.100.7" });
        let accesses = [one, two, one].map(|id| Ok((id, serde_json::from_value(access.clone())?)));
        self.register.report_accesses(&machine, accesses.into_iter().collect::<Result<_>>()?)?;
        self.register.report_access(&machine, one, serde_json::from_value(access.clone())?)?;
        let hold = json!({ "kind": "internal", "silence": "silent", "authority": "Counsel", "reference": "12",
            "matter": "about a person", "accounts": [one] });
        self.register.place_hold(&counsel, serde_json::from_value(hold)?)?;
        let order = json!({ "kind": "preservation_request", "authority": "Court", "reference": "2026/17",
            "accounts": [two.to_string()], "words": "keep everything" });
        self.register.receive_order(&counsel, serde_json::from_value(order)?)?;
        let measure = json!({ "title": "Measure", "citation": "none", "effect": { "effect": "prohibit" },
            "target": { "kind": "jurisdiction", "jurisdictions": ["BY"] }, "determined_on": "2026-08-01",
            "effective": { "from": "at_once" } });
        self.register.propose_measure(&officer, serde_json::from_value(measure)?)?;
        self.approve_all(&counsel)?;
        self.register.mind_clocks(&job(Job::Clocks))?;
        self.decide_a_match()?;
        let key = NewApiKey { label: "gate".to_owned(), scopes: vec![Scope::Gate], reseller: None };
        self.register.create_api_key(&job(Job::SetUp), key)?;
        let colleague =
            |login: &str| NewStaff { login: login.to_owned(), name: login.to_owned(), role: Role::Reviewer };
        let added = self.register.add_staff(&job(Job::CommandLine), colleague("one"))?;
        self.register.login_link(&job(Job::CommandLine), added)?;
        self.register.invite_staff(&staff(Role::Administrator, 3)?, colleague("two"))?;
        self.register.add_endpoint(&staff(Role::Operator, 4)?, "https://hooks.example.org/", &[])?;
        self.close(two)?;
        self.sign()
    }

    /// A listed person applies, and a reviewer says that it is another.
    fn decide_a_match(&self) -> Result<()> {
        let mut listed = applicant(1_004, BEGAN_AT);
        let facts =
            listed.pointer_mut("/parties/0/facts").and_then(Value::as_array_mut).context("no facts")?;
        for fact in facts {
            if let Some(name) = fact.pointer_mut("/fact/text") {
                *name = json!("Dmitri Sergeyevich Volkonskov");
            }
            if let Some(born) = fact.pointer_mut("/fact/date") {
                *born = json!("1969-03-14");
            }
        }
        self.clock.advance_micros(1_000_000);
        let applied = self.register.apply(&job(Job::SetUp), serde_json::from_value(listed)?)?;
        let case = *applied.cases.first().context("a listed person raised no case")?;
        let reviewer = staff(Role::Reviewer, 5)?;
        let version = self.register.lease(&reviewer, case)?.version;
        let decision = json!({ "verdict": "dismiss", "reason_code": "different_place" });
        self.register.decide(&reviewer, case, version, serde_json::from_value(decision)?)?;
        Ok(())
    }

    fn erase_what_is_due(&self, officer: &Call, counsel: &Call) -> Result<()> {
        let batches = self.register.schedule_erasures(&job(Job::Retention))?;
        ensure!(!batches.is_empty(), "nothing is due for erasure");
        for batch in batches {
            self.register.request_erasure(officer, batch)?;
        }
        self.approve_all(counsel)?;
        self.clock.advance_days(i32::try_from(GRACE_DAYS)?);
        let carried = self.register.carry_out_approved(&job(Job::Retention))?;
        ensure!(carried.erased > 0, "nothing was erased");
        Ok(())
    }

    fn approve_all(&self, counsel: &Call) -> Result<()> {
        for waiting in self.register.approvals(counsel)? {
            self.register.approve(counsel, waiting.id, waiting.content_hash)?;
        }
        Ok(())
    }
}

fn staff(role: Role, number: u8) -> Result<Call> {
    let reason = Reason::parse("because the trial needs it")?;
    Ok(Call::by(Actor::Staff { id: StaffId::from_bytes([number; 16]), role }).because(reason))
}
