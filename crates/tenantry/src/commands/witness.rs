//! `tenantry witness` and `tenantry signer`: who signs what only grows, in processes of their own.

use super::{WrongInput, deployment};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::{Signer, WitnessCommand};
use crate::config::{LogFormat, Logs};
use crate::system::{self, SystemClock};
use anyhow::{Context as _, Result};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use tenantry_ledger::{SignatureType, TrustPolicy};
use tenantry_register::Register;
use tenantry_server::witness::WitnessServer;
use tenantry_vault::{CosignatureSigner, SystemEntropy, create_key_file, read_key_file};
use tenantry_witness::{Witness, serve_signer};

/// The keys of a witness: what they sign with, and the file each is kept in.
const KEYS: [(SignatureType, &str); 2] = [
    (SignatureType::COSIGNATURE_ED25519, "ed25519.key"),
    (SignatureType::COSIGNATURE_ML_DSA_44, "ml-dsa-44.key"),
];

pub(super) fn witness(asked: &WitnessCommand, out: Output) -> Result<Exit> {
    system::log_to_stderr(&Logs { format: LogFormat::Json, level: "info" });
    std::fs::create_dir_all(&asked.folder)
        .with_context(|| format!("cannot create the folder {}", asked.folder.display()))?;
    let policy = std::fs::read(&asked.logs)
        .with_context(|| format!("cannot read the logs to watch from {}", asked.logs.display()))?;
    let policy =
        TrustPolicy::parse(&policy).map_err(|error| anyhow::Error::from(error).context(WrongInput))?;
    let keys = KEYS
        .iter()
        .map(|(kind, file)| key(&asked.name, *kind, &asked.folder.join(file)))
        .collect::<Result<Vec<_>>>()?;
    let names: Vec<String> = keys.iter().map(|key| key.verifier_key().to_string()).collect();
    let witness = Arc::new(Witness::new(keys, &policy, &asked.folder, Arc::new(SystemClock)));
    let server = WitnessServer::start(asked.listen, witness)?;
    let address = format!("http://{}", server.local_addr());
    let text = format!("witnessing at {address}\n{}", names.join("\n"));
    out.answer(&serde_json::json!({ "address": address, "keys": names }), text)?;
    server.run_until_told_to_stop()?;
    Ok(Exit::Yes)
}

/// A key from its file, which is made on the first start.
fn key(name: &str, kind: SignatureType, file: &Path) -> Result<CosignatureSigner> {
    let seed = if file.exists() { read_key_file(file)? } else { create_key_file(file, &SystemEntropy)? };
    Ok(CosignatureSigner::from_seed(name, kind, &seed)?)
}

pub(super) fn signer(file: Option<&Path>, asked: &Signer, out: Output) -> Result<Exit> {
    let config = deployment::settings(file, Vec::new())?;
    system::log_to_stderr(&config.logs);
    let store = deployment::open_store(&config.store)?;
    let root = deployment::open_root(&config.root_key)?;
    let (clock, _) = deployment::surroundings();
    let state = asked.state.clone().unwrap_or_else(|| config.ledger.lock.clone());
    let signer = Register::signer(&store, root, clock, state)?;
    drop(store);
    // A socket that a former process left behind; one that answers is not taken away.
    if std::os::unix::net::UnixStream::connect(&asked.socket).is_ok() {
        let taken = format!("a signer answers at {} already", asked.socket.display());
        return Err(anyhow::Error::msg(taken).context(WrongInput));
    }
    let _nothing_there = std::fs::remove_file(&asked.socket);
    let listener = UnixListener::bind(&asked.socket)
        .with_context(|| format!("cannot listen at {}", asked.socket.display()))?;
    std::fs::set_permissions(&asked.socket, Permissions::from_mode(0o660))
        .with_context(|| format!("cannot restrict {}", asked.socket.display()))?;
    let keys: Vec<String> = signer.keys().iter().map(ToString::to_string).collect();
    let text = format!("signing at {}\n{}", asked.socket.display(), keys.join("\n"));
    out.answer(&serde_json::json!({ "socket": asked.socket, "keys": keys }), text)?;
    serve_signer(&listener, &asked.socket, &signer)?;
    Ok(Exit::Yes)
}
