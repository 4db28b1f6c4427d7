//! Disks that a power cut could have left, put together from what a writer asked for.
//!
//! The model of a disk is the weakest that a correct program may rely on. What was flushed is there. Of what was written and not
//! flushed, any sectors may be there and any may not, in any order; of names that were given, moved or removed in a folder that was
//! not flushed, a first part. An acknowledgement counts from the moment it was given. This finds what freezing a disk cannot:
//! a disk that reorders what waits in its cache, and a write that is torn in the middle.

use crate::process::{has, writer};
use crate::report::{Row, Table, left_out};
use crate::stop;
use crate::trace::{self, Event};
use crate::writers::Kind;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;
use tenantry_model::random::{Entropy, draw};
use tenantry_testkit::SeededEntropy;

const TRIAL: &str = "crash states";
const SECTOR_BYTES: usize = 512;
const CONTROL_STATES_MIN: u32 = 20;
/// Acknowledgements of one recorded run.
const ACKNOWLEDGEMENTS: u32 = 300;
/// States put together from one recorded run.
const STATES_PER_RUN: u32 = 100;

pub(crate) fn run(states: u32, seed: u64) -> Result<()> {
    if !has("strace") {
        left_out(TRIAL, "`strace` is not installed");
        return Ok(());
    }
    let dice = SeededEntropy::new(seed);
    let mut table = Table::of(TRIAL);
    let ended = crash_all(states, &dice, &mut table);
    table.conclude(ended)
}

fn crash_all(states: u32, dice: &dyn Entropy, table: &mut Table) -> Result<()> {
    let fewer = (states / 10).max(CONTROL_STATES_MIN);
    let controls = Kind::CONTROLS.map(|kind| (kind, fewer));
    for (kind, states) in [(Kind::Register, states)].into_iter().chain(controls) {
        table.row(kind, states, |row, left| crash_one_run(left.min(STATES_PER_RUN), dice, row))?;
    }
    Ok(())
}

/// Records one run and looks at states from all along it.
fn crash_one_run(states: u32, dice: &dyn Entropy, row: &mut Row) -> Result<()> {
    let kind = row.kind;
    let (place, scratch) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let folder = place.path().join("disk");
    std::fs::create_dir(&folder)?;
    kind.writer().prepare(&folder)?;
    let mut disk = Disk::read(&folder)?;
    let told = place.path().join("acknowledged");
    let mut command = writer(kind, &folder, &told)?;
    command.args(["--acknowledgements-max", &ACKNOWLEDGEMENTS.to_string()]);
    let events = trace::record(&command, scratch.path())?;
    let told = told.display().to_string();
    let mut moments: Vec<usize> = (0..states).map(|_| below(dice, events.len() + 1)).collect();
    moments.sort_unstable();
    let (mut acknowledged, mut moments) = (Vec::new(), moments.into_iter().peekable());
    for (number, event) in events.into_iter().map(Some).chain([None]).enumerate() {
        while moments.next_if(|moment| *moment <= number).is_some() {
            if stop::was_asked() {
                return Ok(());
            }
            let left = tempfile::tempdir_in("/dev/shm")?;
            disk.left_by_a_cut(&left, dice)?;
            row.look(left.path(), &acknowledged);
        }
        match event {
            Some(Event::Write { path, bytes, .. }) if path == told => {
                acknowledged.extend(bytes.as_chunks().0.iter().map(|four| u32::from_be_bytes(*four)));
            }
            Some(event) => disk.take(&folder, event)?,
            None => {}
        }
    }
    Ok(())
}

fn below(dice: &dyn Entropy, bound: usize) -> usize {
    let drawn = usize::try_from(u64::from_be_bytes(draw(dice)) >> 1).unwrap_or_default();
    drawn.checked_rem(bound).unwrap_or_default()
}

/// What a disk holds for certain, and what it may hold.
#[derive(Default)]
struct Disk {
    files: Vec<File>,
    /// Names that survive a cut.
    names: BTreeMap<String, usize>,
    /// Names as the running program sees them.
    seen: BTreeMap<String, usize>,
    /// What happened to names since their folder was flushed, oldest first.
    renamings: Vec<Renaming>,
    folders: Vec<String>,
}

#[derive(Default)]
struct File {
    flushed: Vec<u8>,
    /// Written since, oldest first.
    waiting: Vec<Change>,
    /// Length as the running program sees it.
    length: u64,
}

enum Change {
    Bytes { at: usize, bytes: Vec<u8> },
    Length(usize),
}

enum Renaming {
    Give { name: String, file: usize },
    Move { from: String, to: String },
    Remove { name: String },
}

impl Disk {
    /// The disk before the run: all of it flushed.
    fn read(folder: &Path) -> Result<Self> {
        let mut disk = Self::default();
        let mut folders = vec![folder.to_owned()];
        while let Some(one) = folders.pop() {
            for entry in std::fs::read_dir(&one)? {
                let path = entry?.path();
                let Some(name) = relative(folder, &path.display().to_string()) else { continue };
                if path.is_dir() {
                    disk.folders.push(name);
                    folders.push(path);
                } else {
                    let flushed = std::fs::read(&path)?;
                    let length = flushed.len() as u64;
                    disk.names.insert(name, disk.files.len());
                    disk.files.push(File { flushed, waiting: Vec::new(), length });
                }
            }
        }
        disk.seen = disk.names.clone();
        Ok(disk)
    }

    /// Follows the running program by one step. What concerns other places is passed over.
    fn take(&mut self, folder: &Path, event: Event) -> Result<()> {
        let inside = |path: &str| relative(folder, path);
        match event {
            Event::Create { path } => {
                let Some(name) = inside(&path).filter(|name| !self.seen.contains_key(name)) else {
                    return Ok(());
                };
                let file = self.files.len();
                self.files.push(File::default());
                self.seen.insert(name.clone(), file);
                self.renamings.push(Renaming::Give { name, file });
            }
            Event::Folder { path } => self.folders.extend(inside(&path)),
            Event::Write { path, at, bytes } => {
                let Some(file) = self.file(inside(&path)) else { return Ok(()) };
                let at = at.unwrap_or(file.length);
                file.length = file.length.max(at + bytes.len() as u64);
                file.waiting.push(Change::Bytes { at: usize::try_from(at)?, bytes });
            }
            Event::SetLength { path, length } => {
                let Some(file) = self.file(inside(&path)) else { return Ok(()) };
                file.length = length;
                file.waiting.push(Change::Length(usize::try_from(length)?));
            }
            Event::Flush { path } => self.flush(folder, &path),
            Event::Rename { from, to } => {
                let (Some(from), Some(to)) = (inside(&from), inside(&to)) else { return Ok(()) };
                if let Some(file) = self.seen.remove(&from) {
                    self.seen.insert(to.clone(), file);
                }
                self.renamings.push(Renaming::Move { from, to });
            }
            Event::Remove { path } => {
                let Some(name) = inside(&path) else { return Ok(()) };
                self.seen.remove(&name);
                self.renamings.push(Renaming::Remove { name });
            }
        }
        Ok(())
    }

    fn file(&mut self, name: Option<String>) -> Option<&mut File> {
        let number = self.seen.get(&name?)?;
        self.files.get_mut(*number)
    }

    fn flush(&mut self, folder: &Path, path: &str) {
        if let Some(file) = self.file(relative(folder, path)) {
            for change in std::mem::take(&mut file.waiting) {
                apply(&mut file.flushed, change);
            }
            return;
        }
        // A folder: its names are there for good. Folders inside one another are not told apart, all writers keep to one.
        for renaming in std::mem::take(&mut self.renamings) {
            rename(&mut self.names, &renaming);
        }
    }

    /// Writes one of the disks that a cut could have left now.
    fn left_by_a_cut(&self, left: &TempDir, dice: &dyn Entropy) -> Result<()> {
        let mut names = self.names.clone();
        for renaming in self.renamings.iter().take(below(dice, self.renamings.len() + 1)) {
            rename(&mut names, renaming);
        }
        for folder in &self.folders {
            std::fs::create_dir_all(left.path().join(folder))?;
        }
        // In tenths: nothing of what waits, some of it, nearly all, all.
        let kept = [0, 1, 5, 9, 10].get(below(dice, 5)).copied().unwrap_or_default();
        for (name, number) in names {
            let Some(file) = self.files.get(number) else { continue };
            let mut bytes = file.flushed.clone();
            for change in &file.waiting {
                tear(&mut bytes, change, kept, dice);
            }
            let path = left.path().join(name);
            std::fs::write(&path, bytes)?;
            #[cfg(unix)]
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        }
        Ok(())
    }
}

/// Applies the sectors of a change that the dice let through.
fn tear(bytes: &mut Vec<u8>, change: &Change, kept: usize, dice: &dyn Entropy) {
    match change {
        Change::Length(length) if below(dice, 10) < kept => apply(bytes, Change::Length(*length)),
        Change::Length(_) => {}
        Change::Bytes { at, bytes: written } => {
            let mut done = 0;
            while done < written.len() {
                // Sectors lie where the disk has them, not where the write begins.
                let to = (SECTOR_BYTES - (at + done) % SECTOR_BYTES + done).min(written.len());
                if below(dice, 10) < kept {
                    let part = written.get(done..to).unwrap_or_default().to_vec();
                    apply(bytes, Change::Bytes { at: at + done, bytes: part });
                }
                done = to;
            }
        }
    }
}

fn apply(to: &mut Vec<u8>, change: Change) {
    match change {
        Change::Length(length) => to.resize(length, 0),
        Change::Bytes { at, bytes } => {
            let end = at + bytes.len();
            if to.len() < end {
                to.resize(end, 0);
            }
            if let Some(place) = to.get_mut(at..end) {
                place.copy_from_slice(&bytes);
            }
        }
    }
}

fn rename(names: &mut BTreeMap<String, usize>, renaming: &Renaming) {
    match renaming {
        Renaming::Give { name, file } => {
            names.insert(name.clone(), *file);
        }
        Renaming::Move { from, to } => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Renaming::Remove { name } => {
            names.remove(name);
        }
    }
}

/// The part of a path below the folder. SQLite's shared memory is not on the disk for any purpose: it is made again.
fn relative(folder: &Path, path: &str) -> Option<String> {
    let name = Path::new(path).strip_prefix(folder).ok()?.to_str()?;
    (!name.is_empty() && !name.ends_with("-shm")).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_flushed_is_in_every_state_and_what_was_not_is_in_some() {
        let folder = Path::new("/disk");
        let mut disk = Disk::default();
        let path = "/disk/a".to_owned();
        let write = |byte: u8| Event::Write { path: path.clone(), at: Some(0), bytes: vec![byte; 2_000] };
        let steps = [
            Event::Create { path: path.clone() },
            write(1),
            Event::Flush { path: path.clone() },
            Event::Flush { path: "/disk".to_owned() },
            write(2),
        ];
        for step in steps {
            disk.take(folder, step).unwrap();
        }
        let (dice, mut torn) = (SeededEntropy::new(7), 0);
        for _ in 0..50 {
            let left = tempfile::tempdir().unwrap();
            disk.left_by_a_cut(&left, &dice).unwrap();
            let bytes = std::fs::read(left.path().join("a")).unwrap();
            assert_eq!(bytes.len(), 2_000);
            assert!(bytes.iter().all(|byte| [1, 2].contains(byte)));
            torn += usize::from(bytes.contains(&1) && bytes.contains(&2));
        }
        assert!(torn > 5, "only {torn} of 50 states were torn");
    }

    #[test]
    fn a_name_in_a_folder_that_was_not_flushed_may_be_gone() {
        let mut disk = Disk::default();
        disk.take(Path::new("/disk"), Event::Create { path: "/disk/a".to_owned() }).unwrap();
        let dice = SeededEntropy::new(7);
        let there = |_: &u32| {
            let left = tempfile::tempdir().unwrap();
            disk.left_by_a_cut(&left, &dice).unwrap();
            left.path().join("a").exists()
        };
        let found = (0..50).filter(there).count();
        assert!((1..50).contains(&found), "{found} of 50");
    }
}
