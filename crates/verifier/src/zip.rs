//! A ZIP with exactly one byte form for a list of files: stored without compression, sorted by path, no dates, no
//! extra fields. The reader accepts that form and nothing else, so there are no bombs, no duplicate or hidden
//! entries and no bytes that belong to nothing. Any unzip program opens it (PKWARE APPNOTE 6.3.9).

use crate::limits::{FILES_MAX, PACKAGE_BYTES_MAX, PATH_BYTES_MAX};

const LOCAL: &[u8; 4] = b"PK\x03\x04";
const CENTRAL: &[u8; 4] = b"PK\x01\x02";
const END: &[u8; 4] = b"PK\x05\x06";
const END_64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR_64: &[u8; 4] = b"PK\x06\x07";
const VERSION_NEEDED: u16 = 20;
const VERSION_MADE_BY: u16 = 0x0314;
const DATE_1980_01_01: u16 = 0x0021;
/// A regular file, readable by all, in the high half as Unix writes it.
const ATTRIBUTES: u32 = 0o100_644 << 16;
const LOCAL_HEADER_BYTES: usize = 30;

/// A file as it lies in the archive.
struct Entry<'a> {
    path: &'a str,
    crc: u32,
    size: u32,
    offset: u32,
}

/// Writes the archive. `files` must be sorted by path without repetition.
///
/// # Errors
/// What does not fit, in plain words.
pub fn write(files: &[(&str, &[u8])]) -> Result<Vec<u8>, String> {
    let total: usize = files.iter().map(|(path, bytes)| 2 * path.len() + bytes.len() + 128).sum();
    if total > PACKAGE_BYTES_MAX || files.len() > FILES_MAX {
        return Err("it has too many files or bytes".to_owned());
    }
    if !files.is_sorted_by(|(a, _), (b, _)| a < b) {
        return Err("two files have the same path".to_owned());
    }
    let mut out = Vec::with_capacity(total);
    let mut entries = Vec::with_capacity(files.len());
    for (path, bytes) in files {
        if !is_path(path) {
            return Err(format!("`{path}` is not a path of a package"));
        }
        let entry = Entry { path, crc: crc32(bytes), size: bytes.len() as u32, offset: out.len() as u32 };
        put_local(&mut out, &entry);
        out.extend_from_slice(bytes);
        entries.push(entry);
    }
    let directory = directory(&entries, out.len());
    out.extend_from_slice(&directory);
    Ok(out)
}

/// Reads the archive: path and bytes of every file, sorted.
///
/// # Errors
/// What is not in the one allowed form, in plain words.
pub fn read(archive: &[u8]) -> Result<Vec<(&str, &[u8])>, String> {
    if archive.len() > PACKAGE_BYTES_MAX {
        return Err(format!("it has more than {PACKAGE_BYTES_MAX} bytes"));
    }
    let (mut entries, mut files): (Vec<Entry<'_>>, Vec<(&str, &[u8])>) = (Vec::new(), Vec::new());
    let mut rest = archive;
    while rest.starts_with(LOCAL) {
        let offset = (archive.len() - rest.len()) as u32;
        let (path, crc, size) =
            local(rest).ok_or("a file header is cut short or not in the one allowed form")?;
        let body = rest.get(LOCAL_HEADER_BYTES + path.len()..).unwrap_or_default();
        let (bytes, after) = body.split_at_checked(size as usize).ok_or("a file is cut short")?;
        let entry = Entry { path, crc, size, offset };
        let mut expected = Vec::new();
        put_local(&mut expected, &entry);
        if !rest.starts_with(&expected) {
            return Err(format!("the header of `{path}` is not in the one allowed form"));
        }
        if entries.last().is_some_and(|last| last.path >= path) {
            return Err(format!("`{path}` is out of order or occurs twice"));
        }
        if crc32(bytes) != crc {
            return Err(format!("the checksum of `{path}` does not match"));
        }
        if entries.len() == FILES_MAX {
            return Err(format!("it has more than {FILES_MAX} files"));
        }
        entries.push(entry);
        files.push((path, bytes));
        rest = after;
    }
    if rest != directory(&entries, archive.len() - rest.len()) {
        return Err(
            "its directory does not describe exactly the files in it, or bytes follow its end".to_owned()
        );
    }
    Ok(files)
}

/// A relative path of plain letters that cannot leave its folder.
fn is_path(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    path.len() <= PATH_BYTES_MAX
        && path.bytes().all(plain)
        && path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'))
}

fn local(bytes: &[u8]) -> Option<(&str, u32, u32)> {
    let u32_at =
        |at: usize| bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map(u32::from_le_bytes);
    let length = bytes.get(26..28).and_then(|two| two.try_into().ok()).map(u16::from_le_bytes)?;
    let path = bytes.get(LOCAL_HEADER_BYTES..LOCAL_HEADER_BYTES + usize::from(length))?;
    let path = std::str::from_utf8(path).ok().filter(|path| is_path(path))?;
    Some((path, u32_at(14)?, u32_at(18)?))
}

fn put_local(out: &mut Vec<u8>, entry: &Entry<'_>) {
    out.extend_from_slice(LOCAL);
    put_common(out, entry);
    out.extend_from_slice(entry.path.as_bytes());
}

fn put_common(out: &mut Vec<u8>, entry: &Entry<'_>) {
    // Version, flags, method (stored), time, date.
    for value in [VERSION_NEEDED, 0, 0, 0, DATE_1980_01_01] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    for value in [entry.crc, entry.size, entry.size] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(&(entry.path.len() as u16).to_le_bytes());
    out.extend_from_slice(&0_u16.to_le_bytes());
}

/// Central directory and end records for files that occupy the first `start` bytes.
fn directory(entries: &[Entry<'_>], start: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend_from_slice(CENTRAL);
        out.extend_from_slice(&VERSION_MADE_BY.to_le_bytes());
        put_common(&mut out, entry);
        // Comment length, disk, internal attributes.
        out.extend_from_slice(&[0; 6]);
        out.extend_from_slice(&ATTRIBUTES.to_le_bytes());
        out.extend_from_slice(&entry.offset.to_le_bytes());
        out.extend_from_slice(entry.path.as_bytes());
    }
    let (count, size) = (entries.len() as u64, out.len());
    if count >= u64::from(u16::MAX) {
        put_end_64(&mut out, count, size as u64, start as u64);
    }
    let short_count = u16::try_from(count).unwrap_or(u16::MAX);
    out.extend_from_slice(END);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&short_count.to_le_bytes());
    out.extend_from_slice(&short_count.to_le_bytes());
    out.extend_from_slice(&(size as u32).to_le_bytes());
    out.extend_from_slice(&(start as u32).to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out
}

fn put_end_64(out: &mut Vec<u8>, count: u64, size: u64, start: u64) {
    out.extend_from_slice(END_64);
    out.extend_from_slice(&44_u64.to_le_bytes());
    out.extend_from_slice(&VERSION_MADE_BY.to_le_bytes());
    out.extend_from_slice(&45_u16.to_le_bytes());
    out.extend_from_slice(&[0; 8]);
    for value in [count, count, size, start] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(LOCATOR_64);
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&(start + size).to_le_bytes());
    out.extend_from_slice(&1_u32.to_le_bytes());
}

/// CRC-32 as ZIP wants it (reflected polynomial 0xEDB88320).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        let slot = usize::from(byte ^ (crc as u8));
        (crc >> 8) ^ CRC_TABLE.get(slot).copied().unwrap_or_default()
    })
}

static CRC_TABLE: [u32; 256] = crc_table();

#[expect(clippy::indexing_slicing, reason = "evaluated when compiling, the index runs over the array")]
const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut slot = 0;
    while slot < 256 {
        let mut value = slot as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xEDB8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[slot] = value;
        slot += 1;
    }
    table
}
