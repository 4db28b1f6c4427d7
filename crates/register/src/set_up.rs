//! Setting a deployment up, once, and opening it afterwards.

use crate::call::Call;
use crate::core::{Core, Means};
use crate::record::{Record, RecordType, Retention};
use crate::world::{self, World};
use crate::{Action, Register, RegisterError, keys};
use std::path::PathBuf;
use std::sync::Arc;
use tenantry_ledger::SignatureType;
use tenantry_model::random::{Entropy, draw};
use tenantry_model::staff::{Actor, Job};
use tenantry_screening::{NoShelf, Shelf};
use tenantry_store::repo::setting;
use tenantry_store::{Store, StoreExt};
use tenantry_vault::{CheckpointSigner, CosignatureSigner, RootKey, SealedSecret, Vault};
use tenantry_witness::{LogSigner, SignerError, Signing};

/// Setting that holds the pseudonym of the deployment itself.
const DEPLOYMENT: &str = "deployment";
/// Setting that holds the sealed token key of the vault.
pub(crate) const TOKEN_KEY: &str = "token_key";
/// Setting that holds the sealed signing key of the ledger.
pub(crate) const SIGNING_KEY: &str = "signing_key";
/// Setting that holds the sealed post-quantum signing key of the ledger.
pub(crate) const QUANTUM_KEY: &str = "signing_key_ml_dsa_44";
/// Setting that holds the origin of the ledger.
pub(crate) const ORIGIN: &str = "origin";

/// Kind of the second key.
pub(crate) const QUANTUM: SignatureType = SignatureType::COSIGNATURE_ML_DSA_44;

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
        Self::set_up_signing(store, root, clock, entropy, new, Signing::Forgetful)
    }

    /// [`Register::set_up`] for a process that goes on to serve, with a signer that remembers.
    pub fn set_up_signing(
        store: Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        entropy: Arc<dyn Entropy>,
        new: SetUp,
        signing: Signing,
    ) -> Result<Self, RegisterError> {
        if Self::is_set_up(&store)? {
            return Err(RegisterError::Duplicate { what: "deployment", field: "store" });
        }
        let pack = world::parse_pack(&new.pack)?;
        let (vault, token_key) = Vault::create_deployment(root, &*entropy).map_err(keys::refused)?;
        let (signer, signing_key) =
            CheckpointSigner::create(&new.origin, &**vault.root(), &*entropy).map_err(keys::refused)?;
        let (quantum, quantum_key) =
            CosignatureSigner::create(&new.origin, QUANTUM, &**vault.root(), &*entropy)
                .map_err(keys::refused)?;
        let signer = signing.signer::<RegisterError>(|| Ok((signer, quantum)), Arc::clone(&clock))?;
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
            setting::put(unit.tx, QUANTUM_KEY, &quantum_key.0)?;
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

    /// Opens a deployment that was set up, with a signer that forgets when the process ends.
    ///
    /// # Errors
    /// As [`Register::open_signing`].
    pub fn open(
        store: Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, RegisterError> {
        Self::open_with(store, root, clock, entropy, Arc::new(NoShelf))
    }

    /// [`Register::open`] with a place for prepared screening indexes, from which the next start takes them.
    ///
    /// # Errors
    /// As [`Register::open_signing`].
    pub fn open_with(
        store: Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        entropy: Arc<dyn Entropy>,
        shelf: Arc<dyn Shelf>,
    ) -> Result<Self, RegisterError> {
        Self::open_signing(store, root, clock, entropy, shelf, Signing::Forgetful)
    }

    /// [`Register::open_with`] with a signer that remembers. Refuses when the root does not open its keys, and when the tree is
    /// smaller than, or another than, what the signer has signed.
    ///
    /// # Errors
    /// [`RegisterError::Ledger`] with the way out when the database is older than its signer.
    pub fn open_signing(
        store: Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        entropy: Arc<dyn Entropy>,
        shelf: Arc<dyn Shelf>,
        signing: Signing,
    ) -> Result<Self, RegisterError> {
        let (core, fresh) = assemble(store, root, clock, entropy, shelf, signing)?;
        core.check_against_signer()?;
        if let Some(FreshKey { sealed, public }) = fresh {
            core.introduce_quantum_key(sealed, public)?;
        }
        core.follow_gate()?;
        Ok(Self { core })
    }

    /// Opens a deployment that start-up refuses, because its tree is not the one its signer has signed, so that two people can
    /// have it go on under a new origin: see [`crate::new_origin`]. Nothing is signed here.
    ///
    /// # Errors
    /// As [`Register::open_signing`], but for what is wrong with the tree.
    pub fn open_to_continue(
        store: Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        entropy: Arc<dyn Entropy>,
        lock: PathBuf,
    ) -> Result<Self, RegisterError> {
        let signing = Signing::Remembering(lock);
        let (core, _) = assemble(store, root, clock, entropy, Arc::new(NoShelf), signing)?;
        core.integrator.set_trouble("it waits for two people to have it go on under a new origin");
        Ok(Self { core })
    }
}

/// A second signing key that was drawn for a deployment without one.
struct FreshKey {
    sealed: SealedSecret,
    public: String,
}

/// What every opening does, whatever the signer then says about the tree.
fn assemble(
    store: Arc<dyn Store>,
    root: Arc<dyn RootKey>,
    clock: Arc<dyn tenantry_model::clock::Clock>,
    entropy: Arc<dyn Entropy>,
    shelf: Arc<dyn Shelf>,
    signing: Signing,
) -> Result<(Arc<Core>, Option<FreshKey>), RegisterError> {
    let settings = store.read(|tx| {
        let quantum = setting::find(tx, QUANTUM_KEY)?;
        let mut find = |name| {
            setting::find(tx, name)?.ok_or_else(|| RegisterError::Evaluation {
                what: "this store was never set up; run `tenantry init`".to_owned(),
            })
        };
        let known = (find(DEPLOYMENT)?, find(TOKEN_KEY)?, find(SIGNING_KEY)?, find(ORIGIN)?);
        Ok::<_, RegisterError>((known, quantum))
    })?;
    let ((deployment, token_key, signing_key, origin), quantum_key) = settings;
    let vault = Vault::open_deployment(root, &SealedSecret(token_key)).map_err(keys::refused)?;
    let origin = String::from_utf8_lossy(&origin).into_owned();
    let mut fresh = None;
    let keys = || {
        let classic = CheckpointSigner::open(&origin, &**vault.root(), &SealedSecret(signing_key));
        let classic = classic.map_err(keys::refused)?;
        if let Some(sealed) = quantum_key {
            let quantum = CosignatureSigner::open(&origin, QUANTUM, &**vault.root(), &SealedSecret(sealed));
            return Ok((classic, quantum.map_err(keys::refused)?));
        }
        // A deployment of the time before the second key gets one now.
        let drawn = CosignatureSigner::create(&origin, QUANTUM, &**vault.root(), &*entropy);
        let (quantum, sealed) = drawn.map_err(keys::refused)?;
        fresh = Some(FreshKey { sealed, public: quantum.verifier_key().to_string() });
        Ok::<_, RegisterError>((classic, quantum))
    };
    let signer = signing.signer(keys, Arc::clone(&clock))?;
    let signs_for = signer.notes().verifier_key().name();
    if signs_for != origin {
        let reason = format!("it signs for the ledger `{signs_for}`, and this one is `{origin}`");
        return Err(RegisterError::Signer { reason });
    }
    let deployment = deployment.try_into().unwrap_or_default();
    let means = Means { store, vault: Arc::new(vault), clock, entropy, shelf };
    let world = World::load(&means.store, &means.vault, &*means.shelf, None)?;
    let core = Core::new(means, signer, deployment, world);
    Ok((core, fresh))
}

impl Register {
    /// The signer of a deployment alone, for a process that does nothing else. It remembers what it signed in `lock`.
    ///
    /// # Errors
    /// When the store was not set up, or was last opened by a version that signed with one key only.
    pub fn signer(
        store: &Arc<dyn Store>,
        root: Arc<dyn RootKey>,
        clock: Arc<dyn tenantry_model::clock::Clock>,
        lock: PathBuf,
    ) -> Result<Arc<dyn LogSigner>, RegisterError> {
        let (token_key, signing_key, quantum_key, origin) = store.read(|tx| {
            let mut find = |name| {
                setting::find(tx, name)?.ok_or_else(|| RegisterError::Evaluation {
                    what: format!(
                        "this store has no `{name}`; run `tenantry init`, or `tenantry serve` once"
                    ),
                })
            };
            Ok::<_, RegisterError>((find(TOKEN_KEY)?, find(SIGNING_KEY)?, find(QUANTUM_KEY)?, find(ORIGIN)?))
        })?;
        let vault = Vault::open_deployment(root, &SealedSecret(token_key)).map_err(keys::refused)?;
        let origin = String::from_utf8_lossy(&origin).into_owned();
        let keys = || {
            let classic = CheckpointSigner::open(&origin, &**vault.root(), &SealedSecret(signing_key));
            let quantum =
                CosignatureSigner::open(&origin, QUANTUM, &**vault.root(), &SealedSecret(quantum_key));
            Ok::<_, RegisterError>((classic.map_err(keys::refused)?, quantum.map_err(keys::refused)?))
        };
        Signing::Remembering(lock).signer(keys, clock)
    }
}

impl Core {
    /// Stores a second signing key that was drawn for a deployment without one, and records it.
    fn introduce_quantum_key(
        self: &Arc<Self>,
        sealed: SealedSecret,
        public: String,
    ) -> Result<(), RegisterError> {
        let call = Call::by(Actor::System { job: Job::SetUp });
        let deployment = self.deployment;
        self.change(&call, Action::SetUp, &public.clone(), move |unit| {
            // Another node may have been faster; its key is the one, and it is read at the next start.
            if setting::find(unit.tx, QUANTUM_KEY)?.is_some() {
                return Err(RegisterError::Changed { what: "signing key of the ledger" });
            }
            setting::put(unit.tx, QUANTUM_KEY, &sealed.0)?;
            let record =
                Record::new(RecordType::LedgerKeyIntroduced, deployment, Retention::DecisionEvidence)
                    .text("key", &public);
            unit.record(record).map(|_| ())
        })
    }
}

impl From<SignerError> for RegisterError {
    fn from(error: SignerError) -> Self {
        Self::Signer { reason: error.to_string() }
    }
}
