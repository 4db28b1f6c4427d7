//! How long opening the built-in list takes: all digests checked, 13,821 entries.

fn main() {
    divan::main();
}

#[divan::bench]
fn unpack_ofac_sdn() -> usize {
    tenantry_lists::embedded::ofac_sdn().map_or(0, |snapshot| snapshot.entities().len())
}

#[divan::bench]
fn pack_ofac_sdn(bencher: divan::Bencher<'_, '_>) {
    let snapshot = tenantry_lists::embedded::ofac_sdn().ok();
    bencher.bench(|| snapshot.as_ref().map(tenantry_lists::Snapshot::pack));
}
