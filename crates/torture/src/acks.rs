//! What a writer has acknowledged, told to a file outside the disk under test; and beside it, what it has destroyed.

use anyhow::{Context as _, Result};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The writer's end: each acknowledged number is appended as four bytes, in one call.
pub(crate) struct Teller {
    file: Mutex<(File, u32)>,
    acknowledgements_max: Option<u32>,
    destroyed: Mutex<File>,
}

impl Teller {
    pub(crate) fn open(path: &Path, acknowledgements_max: Option<u32>) -> Result<Self> {
        let open = |path: &Path| {
            let file = File::options().append(true).create(true).open(path);
            file.with_context(|| format!("cannot open {}", path.display()))
        };
        let destroyed = Mutex::new(open(&beside(path))?);
        Ok(Self { file: Mutex::new((open(path)?, 0)), acknowledgements_max, destroyed })
    }

    /// Tells secrets that no disk may hold any more once `number` is told.
    pub(crate) fn destroyed(&self, number: u32, secrets: &[Vec<u8>]) -> Result<()> {
        let mut told = Vec::new();
        for secret in secrets {
            told.extend_from_slice(&number.to_be_bytes());
            told.extend_from_slice(&u16::try_from(secret.len())?.to_be_bytes());
            told.extend_from_slice(secret);
        }
        let mut file = self.destroyed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(file.write_all(&told)?)
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

/// The secrets whose destruction was acknowledged.
pub(crate) fn read_destroyed(path: &Path, acknowledged: &[u32]) -> Result<Vec<Vec<u8>>> {
    let told = std::fs::read(beside(path))?;
    let (mut rest, mut secrets) = (told.as_slice(), Vec::new());
    while let Some((&[a, b, c, d, high, low], after)) = rest.split_first_chunk() {
        // A writer that was killed may have told half of the last one.
        let Some((secret, after)) = after.split_at_checked(usize::from(u16::from_be_bytes([high, low])))
        else {
            break;
        };
        if acknowledged.contains(&u32::from_be_bytes([a, b, c, d])) {
            secrets.push(secret.to_vec());
        }
        rest = after;
    }
    Ok(secrets)
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("destroyed")
}
