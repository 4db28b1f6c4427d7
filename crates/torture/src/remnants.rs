//! Searching a whole disk for bytes that must not be on it any more: in files, in what their ends once were, and in blocks that
//! belong to no file.

use anyhow::{Context as _, Result};
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// So many bytes of a secret in a row are a remnant of it: sectors and pages may have overwritten the rest.
const PART_BYTES: usize = 16;
/// Bytes by which parts are looked up.
const KEY_BYTES: usize = 8;
/// Bytes read in one call.
const READ_BYTES: usize = 1 << 20;
/// What is passed over when it is empty.
const BLOCK_BYTES: usize = 4_096;
const EMPTY: [u8; BLOCK_BYTES] = [0; BLOCK_BYTES];

/// Which of these secrets, by their place in the list, the image still has a part of, and at which byte of it.
pub(crate) fn find(image: &Path, secrets: &[Vec<u8>]) -> Result<Vec<(usize, u64)>> {
    let parts = Parts::of(secrets);
    let (mut file, mut found) = (File::open(image).context("cannot open the disk's image")?, Vec::new());
    let (mut buffer, mut kept, mut at) = (vec![0; READ_BYTES + PART_BYTES], 0, 0_u64);
    let mut seen = BTreeSet::new();
    loop {
        let read = file.read(buffer.get_mut(kept..kept + READ_BYTES).unwrap_or_default())?;
        if read == 0 {
            return Ok(found);
        }
        let window = buffer.get(..kept + read).unwrap_or_default();
        parts.find_in(window, &mut |secret, offset| {
            if seen.insert(secret) {
                found.push((secret, at + offset as u64));
            }
        });
        // A part may lie across two reads.
        let keep = window.len().min(PART_BYTES - 1);
        let from = window.len() - keep;
        at += from as u64;
        buffer.copy_within(from..from + keep, 0);
        kept = keep;
    }
}

/// Beginning, middle and end of every secret, by their first bytes.
struct Parts<'a> {
    by_key: HashMap<[u8; KEY_BYTES], Vec<(usize, &'a [u8])>>,
    /// Whether a part begins with these two bytes: nearly all places are passed over with one look.
    begins: Vec<bool>,
}

impl<'a> Parts<'a> {
    fn of(secrets: &'a [Vec<u8>]) -> Self {
        let mut parts = Self { by_key: HashMap::new(), begins: vec![false; 1 << 16] };
        for (number, secret) in secrets.iter().enumerate() {
            let last = secret.len().saturating_sub(PART_BYTES);
            // What every wrapped key begins with is no secret.
            for from in [last.min(1), last / 2, last] {
                let Some(part) = secret.get(from..from + PART_BYTES) else { continue };
                if let Some((key, _)) = part.split_first_chunk() {
                    parts.by_key.entry(*key).or_default().push((number, part));
                }
                if let Some(slot) = parts.begins.get_mut(begin_of(part)) {
                    *slot = true;
                }
            }
        }
        parts
    }

    fn find_in(&self, bytes: &[u8], found: &mut dyn FnMut(usize, usize)) {
        for block in (0..bytes.len()).step_by(BLOCK_BYTES) {
            let until = (block + BLOCK_BYTES + PART_BYTES - 1).min(bytes.len());
            let Some(window) = bytes.get(block..until) else { continue };
            // A part that is not empty may begin at the end of a block that is.
            if window.len() >= BLOCK_BYTES && window.starts_with(&EMPTY) && window.ends_with(&[0; PART_BYTES])
            {
                continue;
            }
            for (at, place) in window.windows(KEY_BYTES).enumerate() {
                if !self.begins.get(begin_of(place)).copied().unwrap_or(false) {
                    continue;
                }
                let Some((key, _)) = place.split_first_chunk() else { continue };
                for (secret, part) in self.by_key.get(key).into_iter().flatten() {
                    if window.get(at..).is_some_and(|rest| rest.starts_with(part)) {
                        found(*secret, block + at);
                    }
                }
            }
        }
    }
}

fn begin_of(bytes: &[u8]) -> usize {
    match bytes {
        [first, second, ..] => usize::from(u16::from_le_bytes([*first, *second])),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_wherever_they_lie_and_nothing_else_is() {
        let secret = |start: u8| (start..start + 61).collect::<Vec<u8>>();
        let secrets = [secret(1), secret(80), secret(160)];
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("image");
        let search = |bytes: &[u8]| {
            std::fs::write(&image, bytes).unwrap();
            find(&image, &secrets).unwrap()
        };
        assert_eq!(search(&vec![0; 3 * READ_BYTES]), []);
        for at in [0, 7, BLOCK_BYTES - 5, READ_BYTES - 9, READ_BYTES, 2 * READ_BYTES + 17] {
            let mut bytes = vec![0; 3 * READ_BYTES];
            // The beginning of the first was overwritten, and the end of the second.
            bytes[at..at + 16].copy_from_slice(&secrets[0][45..]);
            bytes[at + 100..at + 116].copy_from_slice(&secrets[1][1..17]);
            let found: Vec<_> = search(&bytes);
            assert_eq!(found, [(0, at as u64), (1, at as u64 + 100)], "at {at}");
            bytes[at + 3] ^= 1;
            assert_eq!(search(&bytes), [(1, at as u64 + 100)], "at {at}");
        }
    }
}
