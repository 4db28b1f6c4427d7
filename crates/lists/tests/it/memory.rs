//! Memory does not grow with the file: counted by the allocator, per thread, because the readers work on the thread that calls.

use sha2::Digest as _;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, Read};
use tenantry_lists::{
    ListsError, OfacFiles, OfacList, Reading, acceptable, read_bis_dpl, read_csl_csv, read_csl_json,
    read_eu_xml, read_files, read_ftm, read_ofac, read_ofac_advanced_xml, read_ofac_xml, read_senzing,
    read_uk_csv, read_uk_xml, read_un_xml,
};

struct Counting;

thread_local! {
    static NOW: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}

fn grown(bytes: usize) {
    // A thread that is ending has no counters any more.
    let _ = NOW.try_with(|now| {
        now.set(now.get().saturating_add(bytes));
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(now.get())));
    });
}

fn shrunk(bytes: usize) {
    let _ = NOW.try_with(|now| now.set(now.get().saturating_sub(bytes)));
}

#[expect(unsafe_code, reason = "an allocator can be written in no other way; this one only counts")]
// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grown(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        shrunk(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A file of any length: a head, a part again and again, a tail.
struct Endless<'a> {
    head: &'a [u8],
    part: &'a [u8],
    parts: usize,
    tail: &'a [u8],
    at: usize,
}

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let from = self.head.get(self.at..).unwrap_or_default();
            if !from.is_empty() {
                let length = from.len().min(into.len());
                into[..length].copy_from_slice(&from[..length]);
                self.at += length;
                return Ok(length);
            }
            self.at = 0;
            match self.parts.checked_sub(1) {
                Some(left) => (self.head, self.parts) = (self.part, left),
                None if self.tail.is_empty() => {
                    self.head = &[];
                    return Ok(0);
                }
                None => self.head = std::mem::take(&mut self.tail),
            }
        }
    }
}

/// Bytes of the file.
const FILE_BYTES: usize = 24 << 20;
/// Most that may be held at any time: notices up to their limit, buffers, one record.
const HELD_BYTES_MAX: usize = 6 << 20;

type Reader = fn(Endless<'_>) -> Result<Reading, ListsError>;

/// Files of which nothing can be kept: rows and lines that are no records, comments, elements nobody knows.
const FILES: &[(&str, &str, &str, Reader)] = &[
    ("", "no number at all,x\r\n", "", |file| {
        let (list, none) = (OfacList::Sdn, None::<Endless<'_>>);
        let files = OfacFiles {
            list,
            primary: file,
            addresses: none,
            aliases: None,
            comments: None,
            published_on: None,
        };
        read_ofac(files)
    }),
    ("<sdnList>", "<!-- nothing to read here --><unknown>x</unknown>", "</sdnList>", |f| {
        read_ofac_xml(OfacList::Sdn, f)
    }),
    ("<Sanctions>", "<!-- nothing to read here --><Unknown>x</Unknown>", "</Sanctions>", |f| {
        read_ofac_advanced_xml(OfacList::Sdn, f)
    }),
    ("<CONSOLIDATED_LIST>", "<!-- nothing --><UNKNOWN>x</UNKNOWN>", "</CONSOLIDATED_LIST>", |f| {
        read_un_xml(f)
    }),
    ("<export>", "<!-- nothing --><unknown>x</unknown>", "</export>", |f| read_eu_xml(f)),
    ("<Designations>", "<!-- nothing --><Unknown>x</Unknown>", "</Designations>", |f| read_uk_xml(f)),
    ("", "{\"schema\":\"Person\"}\n", "", |f| read_ftm("own", "Own", None, f)),
    ("", "{\"DATA_SOURCE\":\"x\"}\n", "", |f| read_senzing("own", "Own", None, f)),
    ("{\"results\":[", "                ", "]}", |f| read_csl_json(f, None)),
    ("", "too\tfew\n", "", |f| read_bis_dpl(f, None)),
    ("", "too,few\n", "", |f| read_csl_csv(f, None)),
    ("", "too,few\n", "", |f| read_uk_csv(f, None)),
];

#[test]
fn a_file_of_any_length_needs_the_same_memory() {
    for (number, (head, part, tail, read)) in FILES.iter().enumerate() {
        let [head, part, tail] = [head, part, tail].map(|text| text.as_bytes());
        let file = Endless { head, part, parts: FILE_BYTES / part.len(), tail, at: 0 };
        let before = NOW.get();
        PEAK.set(before);
        let outcome = read(file).map(|reading| reading.records);
        let held = PEAK.get() - before;
        assert!(held < HELD_BYTES_MAX, "file {number}: {held} bytes of {FILE_BYTES} were held, {outcome:?}");
    }
}

/// Bytes of a piece that never ends, and most that may be held of it: the largest piece that is read, in a buffer that doubles.
const BOMB_BYTES: usize = 256 << 20;
const BOMB_HELD_BYTES_MAX: usize = 56 << 20;

/// One text, comment, tag, value or string that goes on and on, at every place where one may stand. From a review: the limit on a
/// record was looked at only when all of a piece was in memory.
#[test]
fn a_piece_that_never_ends_is_refused_before_it_is_held() {
    let xml: Reader = |file| read_un_xml(file);
    let json: Reader = |file| read_csl_json(file, None);
    let bombs: &[(&str, &str, Reader)] = &[
        ("<CONSOLIDATED_LIST>", "text ", xml),
        ("<CONSOLIDATED_LIST><!-- ", "comment ", xml),
        ("<CONSOLIDATED_LIST><a b=\"", "value ", xml),
        ("<CONSOLIDATED_LIST><![CDATA[", "data ", xml),
        ("<CONSOLIDATED_LIST><?x ", "instruction ", xml),
        ("<CONSOLIDATED_LIST><", "name", xml),
        ("<", "name", xml),
        ("<!-- ", "comment ", xml),
        ("<CONSOLIDATED_LIST><INDIVIDUAL><FIRST_NAME>", "text ", xml),
        ("<CONSOLIDATED_LIST><INDIVIDUAL><!-- ", "comment ", xml),
        ("<CONSOLIDATED_LIST><INDIVIDUAL><a b=\"", "value ", xml),
        ("<CONSOLIDATED_LIST><INDIVIDUAL>", "<a>text</a>", xml),
        ("{\"results\":[{\"name\":\"", "string ", json),
        ("{\"results\":[{\"", "name ", json),
        ("{\"results\":[{\"name\":[", "\"name\",", json),
        ("{\"other\":\"", "string ", json),
        ("{\"", "name ", json),
    ];
    for (head, part, read) in bombs {
        let (head, part) = (head.as_bytes(), part.as_bytes());
        let name = String::from_utf8_lossy(head);
        let file = Endless { head, part, parts: BOMB_BYTES / part.len(), tail: b"", at: 0 };
        let before = NOW.get();
        PEAK.set(before);
        let outcome = read(file).map(|reading| reading.notices);
        let held = PEAK.get() - before;
        assert!(held < BOMB_HELD_BYTES_MAX, "{name}: {held} bytes were held, {outcome:?}");
        assert!(matches!(outcome, Err(ListsError::TooLarge { .. })), "{name}: {outcome:?}");
    }
}

#[test]
fn a_tag_of_many_attributes_takes_neither_time_nor_memory() {
    let part = b"a=\"\" ";
    let head = b"<CONSOLIDATED_LIST><INDIVIDUAL ";
    let file = Endless { head, part, parts: (12 << 20) / part.len(), tail: b"/></CONSOLIDATED_LIST>", at: 0 };
    let before = NOW.get();
    PEAK.set(before);
    let reading = read_un_xml(file).unwrap();
    assert!(acceptable(None, &reading).is_err());
    let held = PEAK.get() - before;
    assert!(held < BOMB_HELD_BYTES_MAX, "{held}");
}

/// A compressed file that is mostly repetition, as a list and as a packed snapshot.
#[test]
fn a_compressed_file_gives_no_more_than_a_list_can() {
    let folder = tempfile::tempdir().unwrap();
    let line = "{\"id\":\"x\",\"schema\":\"Person\",\"properties\":{\"name\":[\"Ada Example\"]}}\n";
    let file = Endless { head: b"", part: line.as_bytes(), parts: BOMB_BYTES / line.len(), tail: b"", at: 0 };
    let list = folder.path().join("list.ftm.json.zst");
    std::fs::write(&list, zstd::stream::encode_all(file, 3).unwrap()).unwrap();

    // A packed snapshot of 200 MiB of zeros, announced as such, with its digests.
    let header = br#"{"list":"x","title":"x","published_on":null,"entities":0,"digest":""}"#;
    let mut packed = b"TENANTRYTNL1".to_vec();
    packed.extend_from_slice(&u32::try_from(header.len()).unwrap().to_le_bytes());
    packed.extend_from_slice(header);
    packed.extend_from_slice(&(200_u64 << 20).to_le_bytes());
    let zeros = Endless { head: b"", part: &[0; 4096], parts: (200 << 20) / 4096, tail: b"", at: 0 };
    packed.extend(zstd::stream::encode_all(zeros, 3).unwrap());
    packed.extend(sha2::Sha256::digest(&packed));
    let snapshot = folder.path().join("list.tnl");
    std::fs::write(&snapshot, &packed).unwrap();
    let both = folder.path().join("list.tnl.zst");
    std::fs::write(&both, zstd::bulk::compress(&packed, 3).unwrap()).unwrap();

    for path in [&list, &snapshot, &both] {
        let before = NOW.get();
        PEAK.set(before);
        let outcome = read_files(&[path.as_path()], Some("own"), None).map(|reading| reading.records);
        let held = PEAK.get() - before;
        assert!(matches!(outcome, Err(ListsError::TooLarge { .. })), "{}: {outcome:?}", path.display());
        assert!(held < 4 * BOMB_HELD_BYTES_MAX, "{}: {held} bytes were held", path.display());
    }
}

/// What is kept of a list is kept once: reading needs little more than the entries and their packed form.
#[test]
fn a_long_list_needs_what_its_entries_need() {
    let line = |number: u64| {
        format!(
            "{{\"id\":\"p-{number}\",\"schema\":\"Person\",\"properties\":{{\"name\":[\"Somebody Number {number}\"],\"birthDate\":[\"1980-01-01\"]}}}}\n"
        )
    };
    let read = |entries: u64| {
        let text: String = (0..entries).map(line).collect();
        let before = NOW.get();
        PEAK.set(before);
        let reading = read_ftm("own", "Own", None, text.as_bytes()).unwrap();
        let (peak, kept) = (PEAK.get() - before, NOW.get() - before);
        assert_eq!(reading.records, entries);
        (peak, kept)
    };
    for entries in [2_000, 20_000] {
        let (peak, kept) = read(entries);
        assert!(peak < 2 * kept + (2 << 20), "{entries} entries: {peak} bytes at most, {kept} kept");
    }
}
