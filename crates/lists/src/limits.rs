//! Every limit of this crate, with its unit. A list is foreign input: whatever it says, memory and time stay bounded.

/// Longest line of a text format, in bytes.
pub const LINE_BYTES_MAX: usize = 4 << 20;
/// Most further lines one CSV record may run over (addresses with line breaks).
pub const RECORD_LINES_MAX: usize = 16;
/// Largest single record of an XML format, in bytes of text held; and largest single text, comment or tag outside of records.
pub const XML_RECORD_BYTES_MAX: usize = 16 << 20;
/// Deepest nesting of elements in an XML format.
pub const XML_DEPTH_MAX: usize = 32;
/// Most entries in one snapshot.
pub const ENTITIES_MAX: usize = 20_000_000;
/// Most values one entry may have, of all properties together. The largest published ones have some hundreds.
pub const VALUES_PER_ENTRY_MAX: usize = 10_000;
/// Most ties one entry may have. States and holdings own by the thousand.
pub const TIES_PER_ENTRY_MAX: usize = 100_000;
/// Most notices kept in one reading; further ones are counted only.
pub const NOTICES_MAX: usize = 10_000;
/// Largest uncompressed body of a packed snapshot, in bytes.
pub const BODY_BYTES_MAX: u64 = 16 << 30;
/// Largest header of a packed snapshot, in bytes.
pub const HEADER_BYTES_MAX: usize = 64 << 10;
/// Records that may be set aside before a reading is refused, per thousand.
pub const SET_ASIDE_PER_MILLE_MAX: u64 = 10;
/// Entries a new version may lose against the version in force before it is refused, per thousand; and of each other
/// part, such as aliases.
pub const SHRINK_PER_MILLE_MAX: u64 = 100;
/// Values of one part that any version may lose, however small the list is.
pub const SHRINK_VALUES_MAX: u64 = 5;
/// Entries from which on a version is compared with the one in force by the identifiers of its entries.
pub const ENTRIES_COMPARED_MIN: u64 = 10;
/// Most attributes of one XML element.
pub const XML_ATTRIBUTES_MAX: usize = 100;
/// Largest result of the Consolidated Screening List as JSON, in bytes.
pub const JSON_RESULT_BYTES_MAX: u64 = 4 << 20;
/// Most bytes that come out of a compressed file.
pub const UNPACKED_BYTES_MAX: u64 = 4 << 30;
/// Most bytes that come out of a compressed file for each byte in it. Published lists have 4 to 12.
pub const UNPACKED_RATIO_MAX: u64 = 100;
/// Bytes that come out of any compressed file before the ratio counts.
pub const UNPACKED_BYTES_FREE: u64 = 16 << 20;
/// Largest ZIP file that is opened, in bytes.
pub const ZIP_BYTES_MAX: u64 = 32 << 20;
/// Most files in a ZIP file. An OFAC list has four.
pub const ZIP_MEMBERS_MAX: usize = 8;
/// Most bytes that come out of a ZIP file, held in memory.
pub const ZIP_UNPACKED_BYTES_MAX: u64 = 256 << 20;
/// Most bytes of all files of a signal list. The largest published ones have some megabytes.
pub const SIGNAL_BYTES_MAX: u64 = 64 << 20;
/// Most entries of a signal list.
pub const SIGNAL_ENTRIES_MAX: usize = 2_000_000;
/// Longest line of a signal list, in bytes, with its comment.
pub const SIGNAL_LINE_BYTES_MAX: usize = 1_000;
/// Entries a new version of a signal list may lose against the version in force before it is refused, per thousand. Relays come and
/// go: exits of Tor a month apart differ by more than watchlists a year apart.
pub const SIGNAL_SHRINK_PER_MILLE_MAX: u64 = 300;
