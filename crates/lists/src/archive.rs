//! A set of files in one ZIP file, for who can send one file only.
//!
//! Archives are small: what is in one is unpacked into memory, within a limit on the archive, its members, what comes out in all and for
//! each byte that went in. Folders inside are of no meaning; encrypted members and archives of another kind are refused.

use crate::ListsError;
use crate::bounded::{Over, within_ratio};
use crate::limits::{ZIP_BYTES_MAX, ZIP_MEMBERS_MAX, ZIP_UNPACKED_BYTES_MAX};
use std::io::{Read, Seek, SeekFrom};
use zip::ZipArchive;

/// How a ZIP file begins.
pub(crate) const MAGIC: &[u8] = b"PK\x03\x04";
/// The record that ends a ZIP file without a comment, in bytes.
const END_BYTES: usize = 22;
/// How that record begins.
const END_MAGIC: &[u8] = b"PK\x05\x06";

/// The files in an archive, with their names without folders.
pub(crate) fn members(name: &str, mut file: impl Read + Seek) -> Result<Vec<(String, Vec<u8>)>, ListsError> {
    let wrong = |why: &str| ListsError::Format {
        file: name.to_owned(),
        line: 0,
        format: "a ZIP file that can be read here",
        why: why.to_owned(),
    };
    let too_large = |over: Over| ListsError::TooLarge { what: over.what, limit: over.limit };
    let failed = |source| ListsError::Read { file: name.to_owned(), source };
    let length = file.seek(SeekFrom::End(0)).map_err(failed)?;
    if length > ZIP_BYTES_MAX {
        return Err(ListsError::TooLarge { what: "ZIP file in bytes", limit: ZIP_BYTES_MAX });
    }
    if announced(&mut file).is_none_or(|members| members > ZIP_MEMBERS_MAX) {
        return Err(wrong(&format!(
            "it must end without a comment and have at most {ZIP_MEMBERS_MAX} files"
        )));
    }
    let mut archive = ZipArchive::new(file).map_err(|error| wrong(&error.to_string()))?;
    if archive.len() > ZIP_MEMBERS_MAX {
        return Err(wrong("it has more files than it says"));
    }
    let mut members = Vec::new();
    let mut left = ZIP_UNPACKED_BYTES_MAX;
    for index in 0..archive.len() {
        let member = archive.by_index(index).map_err(|error| wrong(&error.to_string()))?;
        if member.is_dir() {
            continue;
        }
        let called = member.name().map_err(|error| wrong(&error.to_string()))?;
        let called = called.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let mut bytes = Vec::new();
        // What is announced is not trusted with memory.
        within_ratio(length, member.size()).map_err(too_large)?;
        member.take(left + 1).read_to_end(&mut bytes).map_err(|error| wrong(&error.to_string()))?;
        within_ratio(length, bytes.len() as u64).map_err(too_large)?;
        left = left.checked_sub(bytes.len() as u64).ok_or(ListsError::TooLarge {
            what: "content of a ZIP file in bytes",
            limit: ZIP_UNPACKED_BYTES_MAX,
        })?;
        members.push((called, bytes));
    }
    Ok(members)
}

/// How many members an archive says it has; nothing if it does not end as one without a comment does.
fn announced(file: &mut (impl Read + Seek)) -> Option<usize> {
    let mut end = [0; END_BYTES];
    file.seek(SeekFrom::End(-i64::try_from(END_BYTES).ok()?)).ok()?;
    file.read_exact(&mut end).ok()?;
    file.rewind().ok()?;
    let (begins, rest) = end.split_at_checked(END_MAGIC.len())?;
    let count = rest.get(6..8)?.first_chunk::<2>()?;
    (begins == END_MAGIC).then(|| usize::from(u16::from_le_bytes(*count)))
}
