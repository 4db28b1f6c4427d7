//! What every use case shares: the store, the vault, time and randomness, the world and the gate's memory.

use crate::RegisterError;
use crate::erasure::ErasureJournal;
use crate::gate::GateMemory;
use crate::rules::Rules;
use crate::world::{self, World};
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tenantry_ledger::VerifierKey;
use tenantry_model::clock::Clock;
use tenantry_model::random::Entropy;
use tenantry_screening::Shelf;
use tenantry_store::{Store, StoreExt};
use tenantry_vault::Vault;
use tenantry_witness::LogSigner;

/// What the register is built from.
#[derive(Clone)]
pub struct Means {
    /// The database.
    pub store: Arc<dyn Store>,
    /// Keys and encryption.
    pub vault: Arc<Vault>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where prepared screening indexes lie between two starts.
    pub shelf: Arc<dyn Shelf>,
}

impl std::fmt::Debug for Means {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Means").finish_non_exhaustive()
    }
}

pub(crate) struct Core {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) shelf: Arc<dyn Shelf>,
    pub(crate) signer: Arc<dyn LogSigner>,
    /// The Ed25519 key of the ledger; its name is the origin.
    pub(crate) log_key: VerifierKey,
    pub(crate) witnessing: crate::witnessing::Witnessing,
    pub(crate) gate: GateMemory,
    pub(crate) integrator: crate::checkpoints::Integrator,
    pub(crate) replay_index: crate::replay::ReplayIndex,
    pub(crate) rules: ArcSwap<Rules>,
    pub(crate) entries: crate::matching::EntriesInForce,
    pub(crate) refused: crate::watchlists::Refusals,
    pub(crate) quiet: crate::flagged::QuietAccounts,
    pub(crate) scrubber: crate::fsck::Scrubber,
    pub(crate) turns: crate::people::Turns,
    /// Places of the records of the ledger's keys. They come when a deployment is opened, so they are looked for once.
    pub(crate) key_history: OnceLock<Vec<i64>>,
    /// Where destroyed keys are noted outside the database; set once, when the deployment is opened.
    pub(crate) journal: OnceLock<Arc<dyn ErasureJournal>>,
    /// Pseudonym of the deployment itself: the subject of records about nobody else.
    pub(crate) deployment: [u8; 16],
    world: ArcSwap<World>,
    /// Held while the world is loaded, so that it is loaded once.
    loading: Mutex<()>,
}

impl Core {
    pub(crate) fn new(
        means: Means,
        signer: Arc<dyn LogSigner>,
        deployment: [u8; 16],
        world: World,
    ) -> Arc<Self> {
        let log_key = signer.notes().verifier_key().clone();
        Arc::new(Self {
            store: means.store,
            vault: means.vault,
            clock: means.clock,
            entropy: means.entropy,
            shelf: means.shelf,
            signer,
            log_key,
            witnessing: crate::witnessing::Witnessing::default(),
            gate: GateMemory::new(),
            integrator: crate::checkpoints::Integrator::default(),
            replay_index: crate::replay::ReplayIndex::default(),
            rules: ArcSwap::default(),
            entries: crate::matching::EntriesInForce::default(),
            refused: crate::watchlists::Refusals::default(),
            quiet: crate::flagged::QuietAccounts::default(),
            scrubber: crate::fsck::Scrubber::default(),
            turns: crate::people::Turns::default(),
            key_history: OnceLock::new(),
            journal: OnceLock::new(),
            deployment,
            world: ArcSwap::from_pointee(world),
            loading: Mutex::new(()),
        })
    }

    /// The world as last loaded.
    pub(crate) fn world(&self) -> Arc<World> {
        self.world.load_full()
    }

    /// Loads the world again if its generation has changed. Answers the world in force.
    pub(crate) fn reload_world(&self) -> Result<Arc<World>, RegisterError> {
        let _loading = self.loading.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = self.store.read(|tx| world::generation(tx))?;
        let before = self.world();
        if before.generation != stored {
            self.world.store(Arc::new(World::load(&self.store, &self.vault, &*self.shelf, Some(&before))?));
        }
        Ok(self.world())
    }
}
