//! Tests of the vault: what opens, what does not, and what erasure leaves.
#![expect(clippy::unwrap_used, reason = "a panic of a helper is the failure of its test")]

mod journal;
mod keyfile;
mod recipient;
mod seal;
mod signer;
mod timestamp;
mod token;

use std::path::Path;
use std::sync::Mutex;

use tenantry_model::random::Entropy;
use tenantry_vault::{SealedFile, StretchCost, Unlock};

/// A counter spread over the bytes: never the same twice, the same in every run.
#[derive(Default)]
pub(crate) struct Counting(Mutex<u64>);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        let mut count = self.0.lock().unwrap();
        for byte in out {
            *count = count.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (*count >> 33) as u8;
        }
    }
}

pub(crate) const CHEAP: StretchCost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };

pub(crate) fn root(folder: &Path, entropy: &dyn Entropy) -> SealedFile {
    SealedFile::create(&folder.join("root.key"), Unlock::Passphrase("open sesame"), CHEAP, entropy).unwrap()
}
