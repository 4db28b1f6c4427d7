//! `tenantry witness` and `tenantry signer`: who signs what only grows, in processes of their own.

use super::{WrongInput, deployment};
use crate::cli::exit::Exit;
use crate::cli::output::Output;
use crate::cli::{Signer, WitnessCommand};
use crate::config::{LogFormat, Logs};
use crate::system::{self, SystemClock};
use anyhow::{Context as _, Result};
use std::fs::{DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
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
    let witness = Arc::new(Witness::open(keys, &policy, &asked.folder, Arc::new(SystemClock))?);
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
    let listener = listen(&asked.socket)?;
    let keys: Vec<String> = signer.keys().iter().map(ToString::to_string).collect();
    let text = format!("signing at {}\n{}", asked.socket.display(), keys.join("\n"));
    out.answer(&serde_json::json!({ "socket": asked.socket, "keys": keys }), text)?;
    serve_signer(&listener, &asked.socket, &signer)?;
    Ok(Exit::Yes)
}

/// Listens at a path, of which the socket has its rights before anybody can find it there. What is there already is replaced only if
/// it is a socket at which nobody answers, as a former process leaves it behind.
fn listen(path: &Path) -> Result<UnixListener> {
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| format!("cannot look at {}", path.display())),
        Ok(found) if !found.file_type().is_socket() => {
            let other = format!("{} is there and no socket; it is left alone", path.display());
            return Err(anyhow::Error::msg(other).context(WrongInput));
        }
        Ok(_) if UnixStream::connect(path).is_ok() => {
            let taken = format!("a signer answers at {} already", path.display());
            return Err(anyhow::Error::msg(taken).context(WrongInput));
        }
        Ok(_) => {}
    }
    let failed = || format!("cannot listen at {}", path.display());
    // Nobody else can enter this folder; the socket moves out of it with its rights.
    let folder = path.with_file_name(format!(".signer-{}", std::process::id()));
    let inside = folder.join("s");
    let _left_by_a_process_of_this_number = std::fs::remove_file(&inside);
    let _likewise = std::fs::remove_dir(&folder);
    DirBuilder::new().mode(0o700).create(&folder).with_context(failed)?;
    let bound = UnixListener::bind(&inside).and_then(|listener| {
        std::fs::set_permissions(&inside, Permissions::from_mode(0o660))?;
        std::fs::rename(&inside, path)?;
        Ok(listener)
    });
    let _moved_out = std::fs::remove_file(&inside);
    let _empty = std::fs::remove_dir(&folder);
    bound.with_context(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt as _;

    #[test]
    fn a_socket_is_private_and_replaces_nothing_but_a_dead_socket() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("signer.sock");
        std::fs::write(&path, "a file of somebody").unwrap();
        assert!(listen(&path).unwrap_err().is::<WrongInput>());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a file of somebody");
        let elsewhere = folder.path().join("link.sock");
        std::os::unix::fs::symlink(&path, &elsewhere).unwrap();
        assert!(listen(&elsewhere).unwrap_err().is::<WrongInput>(), "nor is a link followed");
        std::fs::remove_file(&elsewhere).unwrap();
        std::fs::remove_file(&path).unwrap();
        let first = listen(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o777, 0o660);
        assert!(UnixStream::connect(&path).is_ok(), "it answers where it was moved to");
        assert!(listen(&path).unwrap_err().is::<WrongInput>(), "and is not replaced while it does");
        drop(first);
        let second = listen(&path).unwrap();
        assert!(UnixStream::connect(&path).is_ok());
        drop(second);
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(left, ["signer.sock"]);
    }
}
