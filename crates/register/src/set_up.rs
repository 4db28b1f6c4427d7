//! Setting a deployment up, once, and opening it afterwards.

use crate::call::Call;
use crate::core::{Core, Means};
use crate::record::{Record, RecordType, Retention};
use crate::world::{self, World};
use crate::{Action, Register, RegisterError, keys};
use std::sync::Arc;
use tenantry_model::random::{Entropy, draw};
use tenantry_model::staff::{Actor, Job};
use tenantry_screening::{NoShelf, Shelf};
use tenantry_store::repo::setting;
use tenantry_store::{Store, StoreExt};
use tenantry_vault::{CheckpointSigner, RootKey, SealedSecret, Vault};

/// Setting that holds the pseudonym of the deployment itself.
const DEPLOYMENT: &str = "deployment";
/// Setting that holds the sealed token key of the vault.
const TOKEN_KEY: &str = "token_key";
/// Setting that holds the sealed signing key of the ledger.
const SIGNING_KEY: &str = "signing_key";
/// Setting that holds the origin of the ledger.
const ORIGIN: &str = "origin";

/// What a deployment is set up with.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// Origin line of the ledger: a name that no other ledger has, for example `ledger.example.net/tenantry`.
    pub origin: String,
    /// Text of the policy pack.
    pub pack: String,
}

impl Register {
    /// Whether the store was set up already.
    pub fn is_set_up(store: &Arc<dyn Store>) -> Result<bool, RegisterError> {
        store.read(|tx| Ok::<_, RegisterError>(setting::find(tx, DEPLOYMENT)?.is_some()))
    }

    /// Sets a deployment up: draws its keys, adopts a pack, writes the first record. Refuses a store that was set up.
    pub fn set_up(
        store: Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        entropy: Arc<dyn Entropy>,
        new: SetUp,
    ) -> Result<Self, RegisterError> {
        if Self::is_set_up(&store)? {
            return Err(RegisterError::Duplicate { what: "deployment", field: "store" });
        }
        let pack = world::parse_pack(&new.pack)?;
        let (vault, token_key) = Vault::create_deployment(root, &*entropy).map_err(keys::refused)?;
        let (signer, signing_key) =
            CheckpointSigner::create(&new.origin, &**vault.root(), &*entropy).map_err(keys::refused)?;
        let deployment: [u8; 16] = draw(&*entropy);
        let means = Means { store, vault: Arc::new(vault), clock, entropy, shelf: Arc::new(NoShelf) };
        let core = Core::new(means, signer, deployment, World::initial(pack.clone()));
        let call = Call::by(Actor::System { job: Job::SetUp });
        let hash = pack.hash();
        let text = new.pack.clone();
        core.change(&call, Action::SetUp, &new.origin.clone(), move |unit| {
            setting::put(unit.tx, DEPLOYMENT, &deployment)?;
            setting::put(unit.tx, TOKEN_KEY, &token_key.0)?;
            setting::put(unit.tx, SIGNING_KEY, &signing_key.0)?;
            setting::put(unit.tx, ORIGIN, new.origin.as_bytes())?;
            setting::add_pack(unit.tx, &hash, &pack.header.id, &text, unit.now)?;
            setting::put(unit.tx, world::PACK, &hash)?;
            world::raise_generation(unit.tx)?;
            let record = Record::new(RecordType::SetUp, deployment, Retention::DecisionEvidence)
                .text("origin", &new.origin)
                .text("pack", &pack.header.id)
                .bytes("pack_hash", &hash);
            unit.record(record).map(|_| ())
        })?;
        core.reload_world()?;
        core.follow_gate()?;
        Ok(Self { core })
    }

    /// Opens a deployment that was set up. Refuses when the root does not open its keys.
    pub fn open(
        store: Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, RegisterError> {
        Self::open_with(store, root, clock, entropy, Arc::new(NoShelf))
    }

    /// [`Register::open`] with a place for prepared screening indexes, from which the next start takes them.
    pub fn open_with(
        store: Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        entropy: Arc<dyn Entropy>,
        shelf: Arc<dyn Shelf>,
    ) -> Result<Self, RegisterError> {
        let settings = store.read(|tx| {
            let mut find = |name| {
                setting::find(tx, name)?.ok_or_else(|| RegisterError::Evaluation {
                    what: "this store was never set up; run `tenantry init`".to_owned(),
                })
            };
            Ok::<_, RegisterError>((find(DEPLOYMENT)?, find(TOKEN_KEY)?, find(SIGNING_KEY)?, find(ORIGIN)?))
        })?;
        let (deployment, token_key, signing_key, origin) = settings;
        let vault = Vault::open_deployment(root, &SealedSecret(token_key)).map_err(keys::refused)?;
        let origin = String::from_utf8_lossy(&origin).into_owned();
        let signer = CheckpointSigner::open(&origin, &**vault.root(), &SealedSecret(signing_key))
            .map_err(keys::refused)?;
        let deployment = deployment.try_into().unwrap_or_default();
        let means = Means { store, vault: Arc::new(vault), clock, entropy, shelf };
        let world = World::load(&means.store, &means.vault, &*means.shelf, None)?;
        let core = Core::new(means, signer, deployment, world);
        core.follow_gate()?;
        Ok(Self { core })
    }
}
