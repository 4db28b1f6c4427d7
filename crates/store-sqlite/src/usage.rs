//! Who uses a database file. It may be replaced only while nobody does: whoever has it open would go on writing to the file that
//! was moved away, and what it acknowledges would be lost.
//!
//! A file beside the database, with the ending `-use`, is locked by everybody who has the database open, and exclusively by
//! whoever replaces it. The lock ends with its process; the file stays and holds nothing.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use tenantry_store::StoreError;

/// The database is open, as long as this lives.
#[derive(Debug)]
pub(crate) struct InUse(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl InUse {
    pub(crate) fn from_now_on(path: &Path) -> Result<Self, StoreError> {
        let file = beside(path)?;
        file.try_lock_shared().map_err(|error| refused(path, &error, "is being replaced"))?;
        Ok(Self(file))
    }
}

/// Nobody has the database open, and nobody can open it as long as this lives.
///
/// ```
/// use tenantry_store_sqlite::{NobodyUses, SqliteOptions, SqliteStore};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("register.db");
/// let store = SqliteStore::open(&path, &SqliteOptions::default())?;
/// assert!(NobodyUses::of(&path).is_err());
/// drop(store);
/// let replacing = NobodyUses::of(&path)?;
/// assert!(SqliteStore::open(&path, &SqliteOptions::default()).is_err());
/// drop(replacing);
/// assert!(SqliteStore::open(&path, &SqliteOptions::default()).is_ok());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct NobodyUses(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl NobodyUses {
    /// Keeps everybody from opening the database at `path`, which need not exist.
    ///
    /// # Errors
    /// [`StoreError::Open`] while somebody has it open.
    pub fn of(path: &Path) -> Result<Self, StoreError> {
        let file = beside(path)?;
        file.try_lock().map_err(|error| refused(path, &error, "is in use; stop whoever has it open"))?;
        Ok(Self(file))
    }
}

fn beside(path: &Path) -> Result<File, StoreError> {
    let mut name = OsString::from(path);
    name.push("-use");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(&name);
    opened.map_err(|error| StoreError::Open { reason: format!("`{}`: {error}", Path::new(&name).display()) })
}

fn refused(path: &Path, error: &TryLockError, why: &str) -> StoreError {
    let reason = match error {
        TryLockError::WouldBlock => format!("`{}` {why}", path.display()),
        TryLockError::Error(error) => format!("`{}` cannot be locked: {error}", path.display()),
    };
    StoreError::Open { reason }
}
