//! Memory does not grow with the file: counted by the allocator, per thread, because the readers work on the thread that calls.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, Read};
use tenantry_lists::{
    ListsError, OfacFiles, OfacList, Reading, read_bis_dpl, read_csl_csv, read_csl_json, read_eu_xml,
    read_ftm, read_ofac, read_ofac_advanced_xml, read_ofac_xml, read_senzing, read_uk_csv, read_uk_xml,
    read_un_xml,
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
