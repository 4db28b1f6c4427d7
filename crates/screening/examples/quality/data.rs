//! Reads the lists and the development files.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use tenantry_lists::{OfacFiles, OfacList, Snapshot, read_ofac, read_un_xml};

/// The lists screened against.
pub(crate) struct Lists {
    pub(crate) ofac: Snapshot,
    pub(crate) un: Snapshot,
}

fn unzstd(path: &Path) -> impl Read + use<> {
    zstd::Decoder::new(BufReader::new(File::open(path).expect("list file"))).expect("zstd")
}

/// OFAC SDN of 2023-12-28 and UN of 2026-02-27.
pub(crate) fn lists(folder: &Path) -> Lists {
    let set = folder.join("ofac/2023-12-28");
    let comments: Box<dyn Read> = Box::new(File::open(set.join("sdn_comments.csv")).expect("comments"));
    let files = OfacFiles::<Box<dyn Read>> {
        list: OfacList::Sdn,
        primary: Box::new(unzstd(&set.join("sdn.csv.zst"))),
        addresses: Some(Box::new(unzstd(&set.join("add.csv.zst")))),
        aliases: Some(Box::new(unzstd(&set.join("alt.csv.zst")))),
        comments: Some(comments),
        published_on: None,
    };
    let ofac = read_ofac(files).expect("OFAC list").snapshot;
    let un =
        read_un_xml(unzstd(&folder.join("un/UN_consolidated_2026-02-27.xml.zst"))).expect("UN list").snapshot;
    Lists { ofac, un }
}

/// Rows of a CSV file, without its header.
pub(crate) fn csv(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).expect("csv");
    reader.records().map(|r| r.expect("row").iter().map(str::to_owned).collect()).collect()
}

/// A small generator for reproducible draws (splitmix64).
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) % n as u64) as usize
    }
}

/// Which half of the rows one belongs to, by its text: figures of both show how much chance is in them, and `half` prints
/// the errors of one only, for whoever changes a rule and wants to check it on rows not looked at.
pub(crate) fn half(text: &str) -> u64 {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 17) & 1
}
