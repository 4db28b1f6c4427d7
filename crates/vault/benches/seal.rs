//! Seals per second with a warm key and with a new subject each time.
#![expect(clippy::expect_used, reason = "a benchmark stops on a broken sample")]

use std::sync::Arc;

use tenantry_ledger::{Pseudonym, RetentionClass};
use tenantry_vault::{Epoch, MemoryKeys, Place, SealedFile, Slot, StretchCost, SystemEntropy, Unlock, Vault};

fn main() {
    divan::main();
}

fn vault() -> Vault {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cost = StretchCost { memory_kib: 8, passes: 1, lanes: 1 };
    let root = SealedFile::create(&folder.path().join("root"), Unlock::Passphrase("x"), cost, &SystemEntropy);
    Vault::create_deployment(Arc::new(root.expect("it is new")), &SystemEntropy).expect("it works").0
}

#[divan::bench]
fn seal_600_bytes_warm(bencher: divan::Bencher<'_, '_>) {
    let (vault, mut keys) = (vault(), MemoryKeys::default());
    let slot = Slot { subject: Pseudonym([1; 16]), class: RetentionClass::PERSONAL_DATA };
    let place = Place { slot, record: [1; 16], aad: &[0; 32] };
    bencher
        .counter(divan::counter::ItemsCount::new(1_usize))
        .bench_local(|| vault.seal(&mut keys, &place, Epoch(680), &[0; 600], &SystemEntropy));
}

#[divan::bench]
fn seal_600_bytes_new_subject(bencher: divan::Bencher<'_, '_>) {
    let (vault, mut keys) = (vault(), MemoryKeys::default());
    let mut count = 0_u128;
    bencher.counter(divan::counter::ItemsCount::new(1_usize)).bench_local(|| {
        count += 1;
        let slot = Slot { subject: Pseudonym(count.to_be_bytes()), class: RetentionClass::PERSONAL_DATA };
        let place = Place { slot, record: [1; 16], aad: &[0; 32] };
        vault.seal(&mut keys, &place, Epoch(680), &[0; 600], &SystemEntropy)
    });
}
