//! Prepared screening indexes as files, mapped into memory.
//!
//! A folder of index files, each under the key of what it was built from. A file is written beside its name, flushed, and
//! renamed, so that nobody ever sees half of one; after that nobody writes to it. It is mapped, not read: a start touches
//! only what it needs, and processes on one machine share the pages. What the bytes say is checked by
//! [`tenantry_screening::Index::open`], which refuses anything damaged or foreign; the caller then builds anew.
//!
//! Nothing here may fail a caller: a folder that cannot be written costs the next start some seconds and nothing else.

use memmap2::Mmap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tenantry_screening::{Bytes, Shelf};

/// Files kept: the one in force and the one before it, to which an operator may go back.
const FILES_MAX: usize = 2;
const ENDING: &str = "index";

/// A folder of prepared indexes.
#[derive(Debug, Clone)]
pub struct MappedFolder {
    folder: PathBuf,
}

impl MappedFolder {
    /// Files go to this folder, which is made when the first is kept. Nothing else may be in it.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn file(&self, key: &[u8; 32]) -> PathBuf {
        use std::fmt::Write as _;
        let mut name = String::with_capacity(72);
        for byte in key {
            let _ = write!(name, "{byte:02x}");
        }
        self.folder.join(name).with_extension(ENDING)
    }

    fn write(&self, to: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let beside = to.with_extension(format!("{}.part", std::process::id()));
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        let moved = written.and_then(|()| fs::rename(&beside, to));
        if moved.is_err() {
            // Half a file is of no use to anybody.
            let _ = fs::remove_file(&beside);
        }
        moved
    }

    /// Removes all but the newest files. A file that is still mapped stays readable until it is let go.
    fn tidy(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.path().extension().is_some_and(|e| e == ENDING) {
                files.push((entry.metadata()?.modified()?, entry.path()));
            }
        }
        files.sort_unstable_by(|a, b| b.cmp(a));
        files.iter().skip(FILES_MAX).try_for_each(|(_, path)| fs::remove_file(path))
    }
}

impl Shelf for MappedFolder {
    fn find(&self, key: &[u8; 32]) -> Option<Bytes> {
        map(&self.file(key)).ok()
    }

    fn keep(&self, key: &[u8; 32], bytes: &[u8]) -> Option<Bytes> {
        let file = self.file(key);
        self.write(&file, bytes).ok()?;
        // Files too many are no reason to refuse the new one.
        let _ = self.tidy();
        map(&file).ok()
    }
}

fn map(path: &Path) -> io::Result<Bytes> {
    let file = File::open(path)?;
    #[expect(
        unsafe_code,
        reason = "a mapping is sound while nobody changes the file: it is written under another name, renamed into place, and \
                  from then on only read or unlinked, both of which leave the mapped pages as they are"
    )]
    // SAFETY: as said above; the folder belongs to this program alone.
    let map = unsafe { Mmap::map(&file) }?;
    Ok(Arc::new(map))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenantry_screening::{ImageError, Index};

    #[test]
    fn what_is_kept_is_found_and_opens() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = MappedFolder::new(folder.path().join("not yet there"));
        assert!(shelf.find(&[1; 32]).is_none());
        let index = Index::build(&[]);
        let kept = shelf.keep(&[1; 32], index.bytes()).unwrap();
        assert_eq!((*kept).as_ref(), index.bytes());
        assert!(Index::open(shelf.find(&[1; 32]).unwrap()).is_ok());
        assert!(shelf.find(&[2; 32]).is_none());
    }

    #[test]
    fn a_damaged_file_is_refused_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = MappedFolder::new(folder.path());
        let index = Index::build(&[]);
        let mut damaged = index.bytes().to_vec();
        *damaged.last_mut().unwrap() ^= 1;
        shelf.keep(&[1; 32], &damaged).unwrap();
        assert_eq!(Index::open(shelf.find(&[1; 32]).unwrap()).unwrap_err(), ImageError::Damaged);
        shelf.keep(&[1; 32], index.bytes()).unwrap();
        assert!(Index::open(shelf.find(&[1; 32]).unwrap()).is_ok());
    }

    #[test]
    fn old_files_go_and_stay_readable_while_mapped() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = MappedFolder::new(folder.path());
        let first = shelf.keep(&[0; 32], b"first").unwrap();
        for key in 1..5 {
            shelf.keep(&[key; 32], b"later").unwrap();
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), FILES_MAX);
        assert_eq!((*first).as_ref(), b"first");
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        let in_the_way = folder.path().join("file");
        fs::write(&in_the_way, b"").unwrap();
        assert!(MappedFolder::new(in_the_way).keep(&[0; 32], b"bytes").is_none());
    }
}
