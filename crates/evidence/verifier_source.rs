//! The source of the verifier, as every package carries it: our four crates that it needs, and of the workspace's own files what it
//! takes to build them, with a lock file that holds exactly what they use. `build.rs` packs it into the package, and `cargo xtask
//! wasm` builds the verifier in the page from these very files, so what a reader builds is what a reader ran.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// The crates, from the one that is built down to those it needs.
pub(crate) const CRATES: [&str; 4] = ["verifier-wasm", "verifier", "timestamp", "ledger"];
/// What the package that is built is called.
const BUILT: &str = "tenantry-verifier-wasm";

/// Path and bytes of every file, sorted.
pub(crate) fn files(root: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let read = |path: &str| std::fs::read_to_string(root.join(path));
    let mut files = BTreeMap::new();
    files.insert("LICENSE".to_owned(), read("LICENSE")?.into_bytes());
    files.insert("Cargo.toml".to_owned(), workspace(&read("Cargo.toml")?).into_bytes());
    let mut needed = BTreeMap::new();
    for name in CRATES {
        let manifest = without_tests(&read(&format!("crates/{name}/Cargo.toml"))?);
        needed.insert(format!("tenantry-{name}"), dependencies(&manifest));
        files.insert(format!("crates/{name}/Cargo.toml"), manifest.into_bytes());
        add_folder(&mut files, root, &format!("crates/{name}/src"))?;
    }
    let lock = locked(&read("Cargo.lock")?, &needed);
    files.insert("Cargo.lock".to_owned(), lock.into_bytes());
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
    ["[dev-dependencies]", "[[bench]]", "[[test]]"].iter().fold(manifest.to_owned(), |text, head| without(&text, head))
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

/// Names of what a crate of ours needs.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let table = manifest.split("[dependencies]\n").nth(1).unwrap_or_default();
    let lines = table.lines().take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split(['.', ' ', '=']).next()).map(str::to_owned).collect()
}

/// The lock file without what nothing here needs. Of our own crates it lists only what is `needed`, of others everything.
fn locked(lock: &str, needed: &BTreeMap<String, BTreeSet<String>>) -> String {
    let mut blocks = lock.split("[[package]]\n");
    let head = blocks.next().unwrap_or_default().to_owned();
    let mut packages: Vec<Locked> = blocks.map(Locked::read).collect();
    for package in &mut packages {
        if let Some(needed) = needed.get(&package.name) {
            package.needs.retain(|line| needed.contains(line.split(' ').next().unwrap_or_default()));
        }
    }
    let mut kept = BTreeSet::new();
    let mut waiting = vec![BUILT.to_owned()];
    while let Some(wanted) = waiting.pop() {
        // `name`, or `name version` where there are several of that name.
        for (place, package) in packages.iter().enumerate() {
            let named = format!("{} {}", package.name, package.version);
            if (wanted == package.name || named == wanted) && kept.insert(place) {
                waiting.extend(package.needs.iter().cloned());
            }
        }
    }
    // What has become the only one of its name is called by its name alone.
    let of_name = |name: &str| {
        kept.iter().filter(|place| packages.get(**place).is_some_and(|package| package.name == name)).count()
    };
    let mut text = head;
    for package in kept.iter().filter_map(|place| packages.get(*place)) {
        text += "[[package]]\n";
        text += &package.text;
        if !package.needs.is_empty() {
            text += "dependencies = [\n";
            for need in &package.needs {
                let name = need.split(' ').next().unwrap_or_default();
                text = text + " \"" + if of_name(name) == 1 { name } else { need } + "\",\n";
            }
            text += "]\n";
        }
        text += "\n";
    }
    text.pop();
    text
}

/// A package in a lock file.
struct Locked {
    name: String,
    version: String,
    /// Its lines before those about what it needs.
    text: String,
    needs: Vec<String>,
}

impl Locked {
    fn read(block: &str) -> Self {
        let (text, needs) = block.split_once("dependencies = [\n").unwrap_or((block, ""));
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key));
            line.unwrap_or_default().trim_matches(['=', ' ', '"']).to_owned()
        };
        let needs = needs.lines().filter_map(|line| line.trim().strip_suffix("\","));
        let needs = needs.filter_map(|need| need.strip_prefix('"')).map(str::to_owned).collect();
        let text = text.trim_end().to_owned() + "\n";
        Self { name: value("name"), version: value("version"), text, needs }
    }
}
