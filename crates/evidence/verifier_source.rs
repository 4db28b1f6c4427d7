//! The source of the verifier, as every package carries it: our four crates that it needs, and of the workspace's own files what it
//! takes to build them, with a lock file that holds exactly what they use. `build.rs` packs it into the package, and `cargo xtask
//! wasm` builds the verifier in the page from these very files, so what a reader builds is what a reader ran.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// The crates, from the one that is built down to those it needs.
pub(crate) const CRATES: [&str; 4] = ["verifier-wasm", "verifier", "timestamp", "ledger"];
/// The lock file of the workspace without what nothing here needs. Cargo writes it when `cargo xtask wasm` asks.
pub(crate) const LOCK: &str = "crates/evidence/verify/verifier.lock";

/// Path and bytes of every file, sorted.
pub(crate) fn files(root: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let read = |path: &str| std::fs::read_to_string(root.join(path));
    let mut files = BTreeMap::new();
    files.insert("LICENSE".to_owned(), read("LICENSE")?.into_bytes());
    files.insert("Cargo.toml".to_owned(), workspace(&read("Cargo.toml")?).into_bytes());
    files.insert("Cargo.lock".to_owned(), read(LOCK)?.into_bytes());
    for name in CRATES {
        let manifest = without_tests(&read(&format!("crates/{name}/Cargo.toml"))?);
        files.insert(format!("crates/{name}/Cargo.toml"), manifest.into_bytes());
        add_folder(&mut files, root, &format!("crates/{name}/src"))?;
    }
    Ok(files)
}

fn add_folder(files: &mut BTreeMap<String, Vec<u8>>, root: &Path, folder: &str) -> io::Result<()> {
    for entry in std::fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            add_folder(files, root, &path)?;
        } else {
            files.insert(path, std::fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// The workspace's manifest without what names crates that are not here.
fn workspace(manifest: &str) -> String {
    let gone = |line: &str| line.starts_with("default-members") || line.starts_with("exclude");
    let kept = manifest.split_inclusive('\n').filter(|line| !gone(line)).collect::<String>();
    without(&kept, "[profile.dev.package.")
}

/// The manifest of a crate without its tests and benches, which need more.
fn without_tests(manifest: &str) -> String {
    ["[dev-dependencies]", "[[bench]]", "[[test]]"]
        .iter()
        .fold(manifest.to_owned(), |text, head| without(&text, head))
}

/// A manifest without the tables whose head begins so.
fn without(manifest: &str, head: &str) -> String {
    let mut within = false;
    let lines = manifest.split_inclusive('\n').filter(|line| {
        if line.starts_with('[') {
            within = line.starts_with(head);
        }
        !within
    });
    lines.collect()
}
