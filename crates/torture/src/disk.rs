//! A disk that can be frozen: a file system in a file, on a file system that copies files by reference.
//!
//! The copy holds exactly what had reached the disk at that moment, and nothing of what the operating system still kept in
//! memory. The model has no cache in the disk itself and does not reorder; that is what the trial `crash-states` adds.

use crate::process::{has, pause, text, tool};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

const OUTER_BYTES: u64 = 3 << 30;
const INNER_BYTES: u64 = 512 << 20;
/// How long unmounting is tried.
const UNMOUNTING_STEPS_MAX: u32 = 3_000;
const UNMOUNTING_STEP: Duration = Duration::from_millis(10);

/// Why this machine cannot freeze a disk, if it cannot.
pub(crate) fn lacking() -> Option<String> {
    for name in ["mkfs.xfs", "mkfs.ext4", "losetup", "mount", "umount"] {
        if !has(name) {
            return Some(format!("`{name}` is not installed"));
        }
    }
    if tool(&["id", "-u"]).ok().as_deref() != Some("0") {
        return Some("only root can mount disks".to_owned());
    }
    Outer::new().err().map(|error| format!("{error:#}"))
}

/// The file system that copies by reference.
pub(crate) struct Outer {
    mounted: Mounted,
    _folder: TempDir,
}

impl Outer {
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let image = folder.path().join("outer.img");
        std::fs::File::create(&image)?.set_len(OUTER_BYTES)?;
        tool(&["mkfs.xfs", "-q", "-m", "reflink=1", text(&image)?])?;
        let mounted = Mounted::new(&image, &folder.path().join("outer"))?;
        Ok(Self { mounted, _folder: folder })
    }

    /// A new empty disk for a writer.
    pub(crate) fn disk(&self) -> Result<Disk<'_>> {
        let image = self.mounted.folder.join("inner.img");
        if image.exists() {
            std::fs::remove_file(&image)?;
        }
        std::fs::File::create(&image)?.set_len(INNER_BYTES)?;
        tool(&["mkfs.ext4", "-q", "-E", "lazy_itable_init=1,lazy_journal_init=1", text(&image)?])?;
        let mounted = Mounted::new(&image, &self.mounted.folder.join("inner"))?;
        Ok(Disk { outer: self, image, mounted })
    }
}

/// A disk under test.
pub(crate) struct Disk<'a> {
    outer: &'a Outer,
    image: PathBuf,
    mounted: Mounted,
}

impl Disk<'_> {
    pub(crate) fn folder(&self) -> &Path {
        &self.mounted.folder
    }

    /// What this disk would be after a power cut now.
    pub(crate) fn cut(&self) -> Result<Frozen> {
        let image = self.outer.mounted.folder.join("frozen.img");
        tool(&["cp", "--reflink=always", text(&self.image)?, text(&image)?])?;
        Ok(Frozen { mounted: None, image, at: self.outer.mounted.folder.join("frozen") })
    }

    /// Whether the disk is getting full.
    pub(crate) fn is_filling(&self) -> bool {
        let used = tool(&["du", "-sm", &self.folder().display().to_string()]);
        let used = used.ok().and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
        used.is_none_or(|mib| mib > (INNER_BYTES >> 20) / 2)
    }
}

/// A disk after the cut.
pub(crate) struct Frozen {
    mounted: Option<Mounted>,
    image: PathBuf,
    at: PathBuf,
}

impl Frozen {
    /// Every byte of it as the cut left them, those that belong to no file included. Mounting may change them.
    pub(crate) fn image(&self) -> &Path {
        &self.image
    }

    /// Its files, mounted as the next start would mount it.
    pub(crate) fn mount(&mut self) -> Result<&Path> {
        if self.mounted.is_none() {
            self.mounted = Some(Mounted::new(&self.image, &self.at)?);
        }
        Ok(&self.at)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.mounted = None;
        let _ = std::fs::remove_file(&self.image);
    }
}

/// An image mounted through a loop device, unmounted when dropped.
struct Mounted {
    folder: PathBuf,
    device: String,
}

impl Mounted {
    fn new(image: &Path, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let device = tool(&["losetup", "--find", "--show", text(image)?])?;
        let mounted = Self { folder: folder.to_owned(), device };
        tool(&["mount", &mounted.device, text(folder)?])?;
        Ok(mounted)
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A writer that was just let go may still be closing its files on a thread of its own.
        let folder = self.folder.display().to_string();
        let is_mounted = || tool(&["mountpoint", "--quiet", &folder]).is_ok();
        for _ in 0..UNMOUNTING_STEPS_MAX {
            if !is_mounted() || tool(&["umount", &folder]).is_ok() {
                break;
            }
            pause(UNMOUNTING_STEP);
        }
        if let Err(error) = tool(&["losetup", "--detach", &self.device]) {
            println!("!!! {folder} on {} is left behind: {error:#}", self.device);
        }
    }
}
