//! Tiles and entry bundles.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tenantry_ledger::{
    Hash, LedgerError, Tile, TileHashes, entry_bundle, inclusion_proof, new_tiles, parse_entry_bundle,
    root_from,
};

use crate::merkle::Levels;

#[test]
fn paths_are_those_of_the_specification() {
    let cases = [
        (Tile { level: 0, index: 0, width: 256 }, "tile/0/000"),
        (Tile { level: 0, index: 1_234_067, width: 256 }, "tile/0/x001/x234/067"),
        (Tile { level: 63, index: 5, width: 1 }, "tile/63/005.p/1"),
        (Tile { level: 1, index: 1_000, width: 255 }, "tile/1/x001/000.p/255"),
    ];
    for (tile, path) in cases {
        assert_eq!(tile.path(), path);
        assert_eq!(Tile::parse_path(path), Some(tile));
    }
    assert_eq!(Tile { level: 0, index: 1_234, width: 9 }.entries_path(), "tile/entries/x001/234.p/9");
    assert_eq!(Tile::parse_entries_path("tile/entries/x001/234.p/9").map(|tile| tile.index), Some(1_234));
    for bad in [
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/001/001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/+01",
        "tile/0/../000",
        "tile/0/000/",
        "tile//000",
        "",
    ] {
        assert_eq!(Tile::parse_path(bad), None, "{bad}");
    }
}

/// A tree of 70,000 leaves, the example of the specification.
#[test]
fn the_tiles_of_the_specification_example() {
    let tiles = new_tiles(0, 70_000);
    let count = |level, full: bool| {
        tiles.iter().filter(|tile| tile.level == level && (tile.width == 256) == full).count()
    };
    assert_eq!(
        [count(0, true), count(0, false), count(1, true), count(1, false), count(2, false)],
        [273, 1, 1, 1, 1]
    );
    let widths: Vec<u16> = tiles.iter().filter(|tile| tile.width < 256).map(|tile| tile.width).collect();
    assert_eq!(widths, [112, 17, 1]);
    assert!(tiles.iter().all(|tile| tile.exists_in(70_000)));
    assert!(!Tile { level: 0, index: 273, width: 113 }.exists_in(70_000));
    assert!(Tile { level: 0, index: 273, width: 111 }.exists_in(70_000));
}

#[test]
fn tiles_published_step_by_step_prove_the_same_as_the_tree() {
    let (levels, tree, roots) = Levels::of(1_500);
    let mut stored: BTreeMap<(u8, u64), Vec<Hash>> = BTreeMap::new();
    let mut old = 0;
    for new in [1, 2, 255, 256, 257, 700, 1_024, 1_500] {
        for tile in new_tiles(old, new) {
            let bytes = tile.bytes(&levels).unwrap();
            stored.insert((tile.level, tile.index), bytes.as_chunks().0.to_vec());
        }
        old = new;
        let source = TileHashes(|level, index| {
            Ok::<_, LedgerError>(stored.get(&(level, index)).cloned().unwrap_or_default())
        });
        assert_eq!(root_from(&source, new).unwrap(), roots[new as usize], "{new} leaves");
        let index = new / 2;
        assert_eq!(
            inclusion_proof(&source, index, new).unwrap(),
            inclusion_proof(&levels, index, new).unwrap()
        );
    }
    assert_eq!(tree.size(), 1_500);
}

#[test]
fn bundles_hold_exactly_what_was_put_in() {
    let leaves: Vec<Vec<u8>> = (0..256_usize).map(|length| vec![1; length]).collect();
    let bytes = entry_bundle(leaves.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(parse_entry_bundle(&bytes).unwrap(), leaves);
    assert!(parse_entry_bundle(&bytes[..bytes.len() - 1]).is_err());
    assert!(parse_entry_bundle(&[bytes.as_slice(), &[0, 0]].concat()).is_err(), "257 entries");
    assert!(entry_bundle([vec![0; 65_536].as_slice()]).is_err());
    assert!(entry_bundle([vec![0; 65_535].as_slice()]).is_ok());
}

proptest! {
    #[test]
    fn any_path_comes_back(level in 0_u8..64, index: u64, width in 1_u16..=256) {
        let tile = Tile { level, index, width };
        prop_assert_eq!(Tile::parse_path(&tile.path()), Some(tile));
    }

    #[test]
    fn foreign_input_never_panics(path: String, bytes: Vec<u8>) {
        let _either = (Tile::parse_path(&path), Tile::parse_path(&format!("tile/0/{path}")), parse_entry_bundle(&bytes));
    }
}
