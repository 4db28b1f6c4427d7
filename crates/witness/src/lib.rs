//! Signing without forks: the log's signer, the witness, and the clients of both.
//!
//! A signer and a witness are the same machine. Each remembers the newest tree head it put its name to, in a small durable
//! file of its own ([`HeadFile`]), and signs nothing that does not provably extend it. That is what makes a restored backup,
//! a second writer or a rewritten past visible at once instead of never: whoever wants to present another history has to bring
//! back the signer's memory too, and the memory of every witness.
//!
//! * [`LocalSigner`] holds the log's two keys in this process; [`RemoteSigner`] asks a process that [`serve_signer`] runs
//!   behind a Unix socket, under another user if wanted. Both are a [`LogSigner`].
//! * [`Witness`] answers C2SP `tlog-witness` requests; [`WitnessClient`] makes them.
//! * [`StampClient`] asks time-stamp authorities.
//!
//! The crate decides nothing about trees: what may follow what is [`tenantry_ledger::check_growth`]. It has no HTTP server.
//! Ledger design 4.3 and 4.5.
//!
//! ```
//! use std::sync::Arc;
//! use tenantry_ledger::{Checkpoint, leaf_hash};
//! use tenantry_witness::*;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # struct Clock; impl tenantry_model::clock::Clock for Clock {
//! #   fn now(&self) -> tenantry_model::time::Timestamp { tenantry_model::time::Timestamp::from_micros(0) } }
//! # let folder = tempfile::tempdir()?;
//! # let signer = LocalSigner::from_seeds("log.example", [1; 32], [2; 32], HeadFile::at(folder.path().join("checkpoint.lock")), Arc::new(Clock))?;
//! let first = Checkpoint { origin: "log.example".into(), size: 1, root: leaf_hash(b"a") };
//! let note = signer.sign_checkpoint(0, &[], &first)?;
//! assert_eq!(note.signatures().len(), 2);
//! // The same size with another root is another history.
//! let fork = Checkpoint { root: leaf_hash(b"b"), ..first };
//! assert!(signer.sign_checkpoint(1, &[], &fork).is_err());
//! # Ok(())
//! # }
//! ```

pub mod frames;

mod client;
mod error;
mod head_file;
mod local;
mod remote;
mod signer;
mod stamp;
mod witness;

pub use client::{Submission, WitnessClient, Witnesses, read_answer};
pub use error::SignerError;
pub use head_file::{HeadFile, HeadGuard};
pub use local::LocalSigner;
pub use remote::{RemoteSigner, serve_signer};
pub use signer::{LogSigner, Recall, Signing};
pub use stamp::StampClient;
pub use witness::{Answer, Witness};
