//! The memory of a signer: one small file with the newest checkpoint it put its name to.
//!
//! The content is the checkpoint's three lines and a fourth with their SHA-256. It is replaced whole: written to a temporary
//! file, synced, renamed over the old one, and the folder synced. A second file with the ending `.guard` is locked while this
//! happens, so that two processes cannot sign past each other.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use tenantry_ledger::Checkpoint;

use crate::SignerError;

/// Longest head file, in bytes: an origin, two numbers and a digest.
const BYTES_MAX: u64 = 4_096;

/// The place of a signer's memory.
#[derive(Debug, Clone)]
pub struct HeadFile {
    path: PathBuf,
}

impl HeadFile {
    /// A head file at this path. Its folder exists; the file may not yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps every other process out until the guard is dropped.
    ///
    /// # Errors
    /// When the guard file cannot be made or locked.
    pub fn lock(&self) -> Result<HeadGuard<'_>, SignerError> {
        let guard = self.beside("guard");
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&guard);
        let lock = lock.map_err(|error| SignerError::io("open", &guard, error))?;
        lock.lock().map_err(|error| SignerError::io("lock", &guard, error))?;
        Ok(HeadGuard { file: self, _lock: lock })
    }

    /// What was signed last; `None` before the first signature.
    ///
    /// # Errors
    /// [`SignerError::Damaged`] when the file is not whole.
    pub fn read(&self) -> Result<Option<Checkpoint>, SignerError> {
        match std::fs::metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Ok(found) if found.len() > BYTES_MAX => return Err(self.damaged()),
            _ => {}
        }
        let bytes = std::fs::read(&self.path).map_err(|error| SignerError::io("read", &self.path, error))?;
        let text = String::from_utf8(bytes).map_err(|_| self.damaged())?;
        let (checkpoint, _) = text
            .rmatch_indices('\n')
            .nth(1)
            .and_then(|(at, _)| text.split_at_checked(at + 1))
            .ok_or(self.damaged())?;
        let read = Checkpoint::parse_text(checkpoint).map_err(|_| self.damaged())?;
        if content(&read) == text { Ok(Some(read)) } else { Err(self.damaged()) }
    }

    /// Writes the first memory of a log, unless there is one already.
    ///
    /// # Errors
    /// [`SignerError::Lost`] when the guard beside it shows that there was one; else as [`HeadFile::read`].
    pub fn begin(&self, first: &Checkpoint) -> Result<(), SignerError> {
        let used = self.beside("guard").exists();
        let guard = self.lock()?;
        match guard.read()? {
            Some(_) => Ok(()),
            None if used => Err(self.lost()),
            None => guard.replace(first),
        }
    }

    fn replace(&self, checkpoint: &Checkpoint) -> Result<(), SignerError> {
        let temporary = self.beside("new");
        let mut file =
            File::create(&temporary).map_err(|error| SignerError::io("create", &temporary, error))?;
        let written = file.write_all(content(checkpoint).as_bytes()).and_then(|()| file.sync_all());
        written.map_err(|error| SignerError::io("write", &temporary, error))?;
        std::fs::rename(&temporary, &self.path)
            .map_err(|error| SignerError::io("replace", &self.path, error))?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        // Without this the rename may not survive a power cut, and the signer would forget what it signed.
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| SignerError::io("make durable", folder, error))
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(ending);
        name.into()
    }

    /// What to say when there was a memory and there is none.
    pub(crate) fn lost(&self) -> SignerError {
        SignerError::Lost { path: self.path.clone(), guard: self.beside("guard") }
    }

    fn damaged(&self) -> SignerError {
        SignerError::Damaged { path: self.path.clone() }
    }
}

/// Nobody else reads or writes the head file while this lives.
#[derive(Debug)]
pub struct HeadGuard<'a> {
    file: &'a HeadFile,
    _lock: File,
}

impl HeadGuard<'_> {
    /// As [`HeadFile::read`].
    ///
    /// # Errors
    /// As there.
    pub fn read(&self) -> Result<Option<Checkpoint>, SignerError> {
        self.file.read()
    }

    /// Remembers another checkpoint. When it returns, the memory survives a power cut. After an error the caller must
    /// not try again: what is on the disk is unknown.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn replace(&self, checkpoint: &Checkpoint) -> Result<(), SignerError> {
        self.file.replace(checkpoint)
    }
}

fn content(checkpoint: &Checkpoint) -> String {
    let mut text = checkpoint.to_text();
    for byte in Sha256::digest(text.as_bytes()) {
        let _infallible = write!(text, "{byte:02x}");
    }
    text.push('\n');
    text
}
