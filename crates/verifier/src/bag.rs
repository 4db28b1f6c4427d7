//! The bag: which files there are, and that the manifests list exactly them.

use std::collections::BTreeMap;
use std::ops::Bound;

use sha2::{Digest, Sha256, Sha512};

use crate::{layout, zip};

/// The files of a package by their path in the bag.
pub(crate) struct Bag<'a> {
    files: BTreeMap<&'a str, &'a [u8]>,
}

impl<'a> Bag<'a> {
    /// Takes the archive apart; nothing is compared yet.
    pub(crate) fn open(package: &'a [u8]) -> Result<Self, String> {
        let archive =
            zip::read(package).map_err(|reason| format!("the archive is not acceptable: {reason}"))?;
        let mut files = BTreeMap::new();
        for (path, bytes) in archive {
            let path = path.strip_prefix(layout::BAG).ok_or(format!("`{path}` lies outside the bag"))?;
            files.insert(path, bytes);
        }
        Ok(Self { files })
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn find(&self, path: &str) -> Option<&'a [u8]> {
        self.files.get(path).copied()
    }

    pub(crate) fn file(&self, path: &str) -> Result<&'a [u8], String> {
        self.find(path).ok_or(format!("`{path}` is missing"))
    }

    pub(crate) fn text(&self, path: &str) -> Result<&'a str, String> {
        std::str::from_utf8(self.file(path)?).map_err(|_| format!("`{path}` is not UTF-8"))
    }

    /// Names of the files in a folder, sorted.
    pub(crate) fn in_folder(&self, folder: &str) -> Vec<&'a str> {
        let from = (Bound::Included(folder), Bound::Unbounded);
        self.files.range::<str, _>(from).map_while(|(path, _)| path.strip_prefix(folder)).collect()
    }

    /// Files that have no place in a package.
    pub(crate) fn strangers(&self) -> impl Iterator<Item = &'a str> {
        self.files.keys().copied().filter(|path| !layout::is_known(path))
    }

    /// Both payload manifests list exactly the payload, the tag manifest exactly the other files but itself and its note.
    pub(crate) fn check_manifests(&self) -> Result<(), String> {
        if self.file(layout::BAGIT)? != layout::BAGIT_TEXT.as_bytes() {
            return Err("`bagit.txt` is not that of BagIt 1.0".to_owned());
        }
        let payload = |path: &str| path.starts_with("data/");
        let tag = |path: &str| !payload(path) && path != layout::TAG_MANIFEST && path != layout::TAG_NOTE;
        self.check_manifest(layout::TAG_MANIFEST, tag, |bytes| layout::hex(&Sha256::digest(bytes)))?;
        self.check_manifest(layout::MANIFEST_256, payload, |bytes| layout::hex(&Sha256::digest(bytes)))?;
        self.check_manifest(layout::MANIFEST_512, payload, |bytes| layout::hex(&Sha512::digest(bytes)))?;
        let sizes: Vec<usize> =
            self.files.iter().filter(|(path, _)| payload(path)).map(|(_, bytes)| bytes.len()).collect();
        let oxum = format!("Payload-Oxum: {}.{}", sizes.iter().sum::<usize>(), sizes.len());
        if !self.text(layout::BAG_INFO)?.split('\n').any(|line| line == oxum) {
            return Err("`bag-info.txt` does not state the size of the payload".to_owned());
        }
        Ok(())
    }

    fn check_manifest(
        &self,
        name: &str,
        covers: impl Fn(&str) -> bool,
        digest: impl Fn(&[u8]) -> String,
    ) -> Result<(), String> {
        let mut lines = self.text(name)?.split_inclusive('\n');
        for (path, bytes) in self.files.iter().filter(|(path, _)| covers(path)) {
            let expected = format!("{}  {path}\n", digest(bytes));
            if lines.next() != Some(expected.as_str()) {
                return Err(format!("`{path}` is not what `{name}` lists at its place"));
            }
        }
        if lines.next().is_some() {
            return Err(format!("`{name}` lists a file that is not there"));
        }
        Ok(())
    }
}
