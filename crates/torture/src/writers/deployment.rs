//! A deployment of the real register in a folder: the embedded store, the root key, a signer that remembers what it signed.

use anyhow::{Context as _, Result, ensure};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tenantry::system::SystemClock;
use tenantry_ledger::{Frontier, leaf_hash};
use tenantry_model::clock::Clock;
use tenantry_model::id::AccountId;
use tenantry_model::random::Entropy;
use tenantry_model::staff::{Actor, Job};
use tenantry_register::{Call, Register, SetUp, Signing};
use tenantry_screening::NoShelf;
use tenantry_store::repo::{account, ledger};
use tenantry_store::{MIGRATIONS, Store, StoreExt as _};
use tenantry_store_sqlite::{SqliteOptions, SqliteStore};
use tenantry_vault::{RootKey, SealedFile, StretchCost, SystemEntropy, Unlock};

/// The pack in force.
pub(crate) const PACK: &str = include_str!("../../../../packs/eo13984-nprm-2024.toml");
/// Rows read in one unit while checking.
const ROWS_MAX: u32 = 1_000;

/// Sets a deployment up.
pub(super) fn set_up(folder: &Path) -> Result<()> {
    let store = open_store(folder)?;
    store.migrate(MIGRATIONS)?;
    // A passphrase that takes no time: it is not what is tried here.
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let root = SealedFile::create(&root_key(folder), unlock(), cost, &SystemEntropy)?;
    let new = SetUp { origin: "ledger.example.net/torture".to_owned(), pack: PACK.to_owned() };
    Register::set_up(store, Arc::new(root), Arc::new(SystemClock), Arc::new(SystemEntropy), new)?;
    Ok(())
}

fn root_key(folder: &Path) -> PathBuf {
    folder.join("root.key")
}

const fn unlock() -> Unlock<'static> {
    Unlock::Passphrase("torture")
}

pub(crate) fn open_store(folder: &Path) -> Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(&folder.join("register.db"), &SqliteOptions::default())?))
}

/// Opens it as a start of the server does. It is refused when the database is older than what was signed.
pub(super) fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Register> {
    open_on(open_store(folder)?, folder, clock, Arc::new(SystemEntropy))
}

/// The same on an opened store, with a source of randomness.
pub(super) fn open_on(
    store: Arc<dyn Store>,
    folder: &Path,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<Register> {
    let root: Arc<dyn RootKey> = Arc::new(SealedFile::open(&root_key(folder), unlock())?);
    let signing = Signing::Remembering(folder.join("checkpoint.lock"));
    Ok(Register::open_signing(store, root, clock, entropy, Arc::new(NoShelf), signing)?)
}

/// A call of a job of the system.
pub(crate) const fn job(job: Job) -> Call {
    Call::by(Actor::System { job })
}

/// A number above all that the store has.
pub(super) fn first_free(store: &Arc<dyn Store>) -> Result<u32> {
    let numbers = references(store)?.into_iter().filter_map(|one| one.strip_prefix("ref-")?.parse().ok());
    Ok(numbers.max().map_or(0, |newest: u32| newest + 1))
}

/// The references of every account.
pub(super) fn references(store: &Arc<dyn Store>) -> Result<BTreeSet<String>> {
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
pub(super) fn check_tree(store: &Arc<dyn Store>) -> Result<()> {
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
