//! Rules about files: none too long to review, none left behind by a tool.

use std::path::Path;

use super::{Repository, is_vendored};
use crate::run::root;

/// The longest file anyone has to review, in lines.
const FILE_LINES_MAX: usize = 700;

/// What people write by hand; data, snapshots and generated documents are read differently. So are packs: one entry at a time.
const WRITTEN: [&str; 9] = ["rs", "sql", "html", "css", "js", "py", "sh", "md", "toml"];

pub(super) fn sizes(repository: &Repository) -> Vec<String> {
    WRITTEN
        .iter()
        .flat_map(|extension| repository.with_extension(extension))
        .filter(|text| !is_vendored(&text.path) && !text.path.starts_with("packs/"))
        .filter_map(|text| too_long(&text.path, &text.content))
        .collect()
}

fn too_long(path: &str, content: &str) -> Option<String> {
    let lines = content.lines().count();
    (lines > FILE_LINES_MAX).then(|| {
        format!("{path} has {lines} lines, {FILE_LINES_MAX} at most: which second subject crept in?")
    })
}

/// Snapshots nobody accepted, which git ignores and so would stay unseen.
pub(super) fn leftovers(_: &Repository) -> Vec<String> {
    let mut found = Vec::new();
    pending(&root().join("crates"), &mut found);
    found
}

fn pending(folder: &Path, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            pending(&path, found);
        } else if path.to_str().is_some_and(is_pending) {
            found.push(format!("{} was never accepted: read it, then rename or delete it", path.display()));
        }
    }
}

fn is_pending(path: &str) -> bool {
    path.ends_with(".snap.new") || path.ends_with(".pending-snap")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_are_found_at_the_limit() {
        assert!(too_long("a.rs", &"x\n".repeat(FILE_LINES_MAX)).is_none());
        assert!(too_long("a.rs", &"x\n".repeat(FILE_LINES_MAX + 1)).is_some());
    }

    #[test]
    fn snapshots_in_waiting_are_found() {
        assert!(is_pending("snapshots/it__page.snap.new"));
        assert!(is_pending("src/.lib.rs.pending-snap"));
        assert!(!is_pending("snapshots/it__page.snap"));
    }
}
