//! What a writer has acknowledged, told to a file outside the disk under test.

use anyhow::{Context as _, Result};
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

/// The writer's end: each acknowledged number is appended as four bytes, in one call.
pub(crate) struct Teller {
    file: Mutex<(File, u32)>,
    acknowledgements_max: Option<u32>,
}

impl Teller {
    pub(crate) fn open(path: &Path, acknowledgements_max: Option<u32>) -> Result<Self> {
        let file = File::options().append(true).create(true).open(path);
        let file = file.with_context(|| format!("cannot open {}", path.display()))?;
        Ok(Self { file: Mutex::new((file, 0)), acknowledgements_max })
    }

    /// Tells that `number` was acknowledged. Answers whether the writer is to go on.
    pub(crate) fn tell(&self, number: u32) -> Result<bool> {
        let mut held = self.file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (file, told) = &mut *held;
        file.write_all(&number.to_be_bytes())?;
        *told += 1;
        Ok(self.acknowledgements_max.is_none_or(|most| *told < most))
    }
}

/// The trial's end: every number told so far.
pub(crate) fn read(path: &Path) -> Result<Vec<u32>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes.as_chunks().0.iter().map(|four| u32::from_be_bytes(*four)).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// How many were told so far.
pub(crate) fn count(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len() / 4)
}
