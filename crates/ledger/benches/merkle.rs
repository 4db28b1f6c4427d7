//! Appends per second: hashing a 128-byte leaf and extending the frontier.

use tenantry_ledger::{Frontier, leaf_hash};

fn main() {
    divan::main();
}

#[divan::bench]
fn append_128_byte_leaves(bencher: divan::Bencher<'_, '_>) {
    const LEAVES: usize = 100_000;
    bencher.counter(divan::counter::ItemsCount::new(LEAVES)).bench_local(|| {
        let mut tree = Frontier::new();
        let mut leaf = [0_u8; 128];
        for at in 0..LEAVES {
            leaf[..8].copy_from_slice(&at.to_be_bytes());
            tree.append(leaf_hash(&leaf));
        }
        tree.root()
    });
}
