//! The real writer: applications to the register on its embedded store, by several callers at once.

use super::{Recovered, Writer};
use crate::acks::Teller;
use anyhow::{Context as _, Result, bail, ensure};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tenantry::system::SystemClock;
use tenantry_ledger::{Frontier, leaf_hash};
use tenantry_model::clock::Clock as _;
use tenantry_model::id::AccountId;
use tenantry_model::staff::{Actor, Job};
use tenantry_model::time::DAY_US;
use tenantry_register::{Call, Register, SetUp};
use tenantry_store::repo::{account, ledger};
use tenantry_store::{MIGRATIONS, Store, StoreExt as _};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_testkit::applicant;
use tenantry_vault::{RootKey, SealedFile, StretchCost, SystemEntropy, Unlock};

const PACK: &str = include_str!("../../../../packs/eo13984-nprm-2024.toml");
const CALLERS: u32 = 8;
/// Rows read in one unit while checking.
const ROWS_MAX: u32 = 1_000;

pub(super) struct RegisterWriter;

impl Writer for RegisterWriter {
    fn prepare(&self, folder: &Path) -> Result<()> {
        let store = open_store(folder)?;
        store.migrate(MIGRATIONS)?;
        // A passphrase that takes no time: it is not what is tried here.
        let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
        let root = SealedFile::create(&root_key(folder), unlock(), cost, &SystemEntropy)?;
        let new = SetUp { origin: "ledger.example.net/torture".to_owned(), pack: PACK.to_owned() };
        Register::set_up(store, Arc::new(root), Arc::new(SystemClock), Arc::new(SystemEntropy), new)?;
        Ok(())
    }

    fn work(&self, folder: &Path, acks: &Teller) -> Result<()> {
        let register = open(folder)?;
        let checked_at = SystemClock.now().plus_micros(-DAY_US).to_string();
        let numbers = AtomicU32::new(first_free(&open_store(folder)?)?);
        let going = AtomicBool::new(true);
        std::thread::scope(|scope| {
            let caller = || {
                while going.load(Ordering::Relaxed) {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    let application = serde_json::from_value(applicant(number, &checked_at))?;
                    let outcome = register.apply(&Call::by(Actor::System { job: Job::SetUp }), application);
                    if outcome.is_err() || !acks.tell(number)? {
                        going.store(false, Ordering::Relaxed);
                    }
                    outcome?;
                }
                anyhow::Ok(())
            };
            let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(caller)).collect();
            for one in callers {
                one.join().unwrap_or_else(|_| bail!("a caller panicked"))?;
            }
            Ok(())
        })
    }

    fn recover(&self, folder: &Path, acknowledged: &[u32]) -> Result<Recovered> {
        let store = open_store(folder)?;
        store.check_schema(MIGRATIONS)?;
        check_tree(&store)?;
        let (present, free) = (references(&store)?, first_free(&store)?);
        drop(store);
        // What is left serves again: it opens, and takes the next application.
        let register = open(folder)?;
        let checked_at = SystemClock.now().plus_micros(-DAY_US).to_string();
        let next = serde_json::from_value(applicant(free, &checked_at))?;
        register.apply(&Call::by(Actor::System { job: Job::SetUp }), next).context("it takes nothing new")?;
        let lost = acknowledged.iter().filter(|number| !present.contains(&format!("ref-{number}"))).count();
        Ok(Recovered { lost })
    }
}

fn root_key(folder: &Path) -> std::path::PathBuf {
    folder.join("root.key")
}

const fn unlock() -> Unlock<'static> {
    Unlock::Passphrase("torture")
}

fn open_store(folder: &Path) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(&folder.join("register.db"), &SqliteOptions::default())?))
}

fn open(folder: &Path) -> Result<Register> {
    let root: Arc<dyn RootKey> = Arc::new(SealedFile::open(&root_key(folder), unlock())?);
    Ok(Register::open(open_store(folder)?, root, Arc::new(SystemClock), Arc::new(SystemEntropy))?)
}

/// A number above all that the store has.
fn first_free(store: &Arc<dyn Store>) -> Result<u32> {
    let numbers = references(store)?.into_iter().filter_map(|one| one.strip_prefix("ref-")?.parse().ok());
    Ok(numbers.max().map_or(0, |newest: u32| newest + 1))
}

/// The references of every account.
fn references(store: &Arc<dyn Store>) -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    let mut after = AccountId::from_bytes([0; 16]);
    loop {
        let page = store.read(move |tx| account::page(tx, after, ROWS_MAX))?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.id;
        all.extend(page.into_iter().map(|account| account.reference));
    }
}

/// Every leaf is there, in order, and hashes to the head that was committed with the last one.
fn check_tree(store: &Arc<dyn Store>) -> Result<()> {
    let head = store.read(|tx| ledger::head(tx))?.context("the ledger has no head")?;
    let mut tree = Frontier::new();
    loop {
        let first = i64::try_from(tree.size())?;
        let leaves = store.read(move |tx| ledger::range(tx, first, ROWS_MAX))?;
        if leaves.is_empty() {
            break;
        }
        for leaf in leaves {
            ensure!(i64::try_from(tree.size())? == leaf.seq, "leaf {} is missing", tree.size());
            tree.append(leaf_hash(&leaf.bytes));
        }
    }
    ensure!(i64::try_from(tree.size())? == head.size, "{} leaves and a head of {}", tree.size(), head.size);
    ensure!(tree.to_bytes() == head.frontier, "the leaves do not hash to the head");
    Ok(())
}
