//! Tree, inclusion and consistency, against published vectors and the `ct-merkle` crate.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;
use tenantry_ledger::{
    Frontier, Hash, HashSource, LedgerError, consistency_proof, empty_root, inclusion_proof,
    inclusion_proof_length, leaf_hash, root_from, verify_consistency, verify_inclusion,
};

use crate::hex;

/// Hashes of complete subtrees by level.
#[derive(Default)]
pub(crate) struct Levels(Vec<Vec<Hash>>);

impl Levels {
    pub(crate) fn append(&mut self, tree: &mut Frontier, leaf: Hash) {
        tree.append_with(leaf, |level, index, hash| {
            let level = usize::from(level);
            if self.0.len() <= level {
                self.0.resize(level + 1, Vec::new());
            }
            assert_eq!(self.0[level].len() as u64, index, "subtrees complete in order");
            self.0[level].push(hash);
        });
    }

    pub(crate) fn of(count: u64) -> (Self, Frontier, Vec<Hash>) {
        let (mut levels, mut tree, mut roots) = (Self::default(), Frontier::new(), vec![empty_root()]);
        for at in 0..count {
            levels.append(&mut tree, leaf_hash(&at.to_be_bytes()));
            roots.push(tree.root());
        }
        (levels, tree, roots)
    }
}

impl HashSource for Levels {
    type Error = LedgerError;

    fn hash(&self, level: u8, index: u64) -> Result<Hash, LedgerError> {
        let found = self.0.get(usize::from(level)).and_then(|hashes| hashes.get(index as usize));
        found.copied().ok_or(LedgerError::MissingHash { level, index })
    }
}

/// The reference leaves and roots of the Certificate Transparency test suites.
#[test]
fn the_published_roots() {
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut tree = Frontier::new();
    assert_eq!(hex(&tree.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (leaf, root) in leaves.iter().zip(roots) {
        tree.append(leaf_hash(leaf));
        assert_eq!(hex(&tree.root()), root, "{} leaves", tree.size());
    }
}

#[test]
fn every_proof_up_to_600_leaves_equals_the_oracle_and_holds() {
    let (levels, _, roots) = Levels::of(600);
    let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for size in 1..=600_u64 {
        oracle.push((size - 1).to_be_bytes().to_vec());
        let root = roots[size as usize];
        assert_eq!(oracle.root().as_bytes().as_slice(), root);
        assert_eq!(root_from(&levels, size).unwrap(), root);
        for index in 0..size {
            let path = inclusion_proof(&levels, index, size).unwrap();
            assert_eq!(path.concat(), oracle.prove_inclusion(index as usize).as_bytes(), "{index} in {size}");
            assert_eq!(path.len(), inclusion_proof_length(index, size));
            verify_inclusion(&leaf_hash(&index.to_be_bytes()), index, size, &path, &root).unwrap();
        }
        for old in 0..=size {
            let path = consistency_proof(&levels, old, size).unwrap();
            if old > 0 && old < size {
                let expected = oracle.prove_consistency((size - old) as usize);
                assert_eq!(path.concat(), expected.as_bytes(), "{old} to {size}");
            }
            verify_consistency(old, size, &path, &roots[old as usize], &root).unwrap();
        }
    }
}

#[test]
fn random_proofs_in_larger_trees_equal_the_oracle() {
    const LEAVES: u64 = 1 << 16;
    let (levels, _, roots) = Levels::of(LEAVES);
    let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    // A fixed sequence without structure: what fails once fails again.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut size = 0;
    while size + 500 < LEAVES {
        for _ in 0..=random(500) {
            oracle.push(size.to_be_bytes().to_vec());
            size += 1;
        }
        for _ in 0..8 {
            let (index, root) = (random(size), &roots[size as usize]);
            let path = inclusion_proof(&levels, index, size).unwrap();
            assert_eq!(path.concat(), oracle.prove_inclusion(index as usize).as_bytes(), "{index} in {size}");
            verify_inclusion(&leaf_hash(&index.to_be_bytes()), index, size, &path, root).unwrap();
            let path = consistency_proof(&levels, index, size).unwrap();
            if index > 0 {
                let expected = oracle.prove_consistency((size - index) as usize);
                assert_eq!(path.concat(), expected.as_bytes(), "{index} to {size}");
            }
            verify_consistency(index, size, &path, &roots[index as usize], root).unwrap();
        }
    }
}

#[test]
fn every_flipped_byte_of_a_proof_fails() {
    let (levels, _, roots) = Levels::of(77);
    for size in [1, 2, 3, 7, 8, 9, 64, 77_u64] {
        for index in 0..size {
            let leaf = leaf_hash(&index.to_be_bytes());
            let path = inclusion_proof(&levels, index, size).unwrap();
            let root = roots[size as usize];
            for at in 0..path.len() * 32 {
                let mut bad = path.clone();
                bad[at / 32][at % 32] ^= 1;
                assert!(verify_inclusion(&leaf, index, size, &bad, &root).is_err());
            }
            let longer = [path.as_slice(), &[[0; 32]]].concat();
            assert!(verify_inclusion(&leaf, index, size, &longer, &root).is_err());
            assert!(path.is_empty() || verify_inclusion(&leaf, index, size, &path[1..], &root).is_err());
            assert!(verify_inclusion(&leaf, index + 1, size, &path, &root).is_err());
            assert!(verify_inclusion(&leaf, index, size + 1, &path, &roots[0]).is_err());
        }
        for old in 1..size {
            let path = consistency_proof(&levels, old, size).unwrap();
            let (before, after) = (roots[old as usize], roots[size as usize]);
            for at in 0..path.len() * 32 {
                let mut bad = path.clone();
                bad[at / 32][at % 32] ^= 1;
                assert!(
                    verify_consistency(old, size, &bad, &before, &after).is_err(),
                    "{old} to {size}, byte {at}"
                );
            }
            let longer = [path.as_slice(), &[[0; 32]]].concat();
            assert!(verify_consistency(old, size, &longer, &before, &after).is_err());
            assert!(verify_consistency(old, size, &path[1..], &before, &after).is_err());
            assert!(verify_consistency(old, size, &path, &after, &after).is_err());
            assert!(verify_consistency(old, size, &path, &before, &before).is_err());
        }
    }
}

#[test]
fn impossible_places_are_refused() {
    let (levels, _, roots) = Levels::of(4);
    assert!(inclusion_proof(&levels, 4, 4).is_err());
    assert!(inclusion_proof(&levels, 0, 5).is_err(), "hashes that are not there");
    assert!(consistency_proof(&levels, 3, 2).is_err());
    assert!(verify_consistency(3, 2, &[], &roots[3], &roots[2]).is_err());
    assert!(
        verify_consistency(0, 4, &[], &roots[1], &roots[4]).is_err(),
        "only the empty root is of no leaves"
    );
    assert!(verify_consistency(4, 4, &[], &roots[3], &roots[4]).is_err());
    assert!(verify_inclusion(&roots[0], u64::MAX, u64::MAX, &[], &roots[0]).is_err());
    assert!(verify_consistency(1, u64::MAX, &[], &roots[0], &roots[0]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn large_trees_hold(size in 1_u64..3_000, at in 0.0..1.0_f64) {
        let (levels, tree, roots) = Levels::of(size);
        let index = (size as f64 * at) as u64;
        let path = inclusion_proof(&levels, index, size).unwrap();
        prop_assert!(verify_inclusion(&leaf_hash(&index.to_be_bytes()), index, size, &path, &tree.root()).is_ok());
        let path = consistency_proof(&levels, index, size).unwrap();
        prop_assert!(verify_consistency(index, size, &path, &roots[index as usize], &tree.root()).is_ok());
        prop_assert_eq!(Frontier::from_bytes(&tree.to_bytes()).unwrap(), tree);
    }

    #[test]
    fn foreign_frontiers_never_panic(bytes: Vec<u8>) {
        if let Ok(tree) = Frontier::from_bytes(&bytes) {
            prop_assert_eq!(tree.to_bytes(), bytes);
        }
    }

    #[test]
    fn foreign_proofs_never_panic(index: u64, size: u64, path in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        prop_assert!(verify_inclusion(&[0; 32], index, size, &path, &[0; 32]).is_err());
        prop_assert!(verify_consistency(index, size, &path, &[0; 32], &[1; 32]).is_err());
    }
}
