//! The programs the tests use, and where to get them.
//!
//! Everything comes from Debian's own archive: PostgreSQL's server programs (each test process starts a
//! private server), Chromium with its driver (browser flows) and Python (API fuzzing in a virtual
//! environment). As root they are installed; otherwise the command to run is printed and the run stops.

use std::{
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::bail;

use crate::run::{program, read, show};

/// A program the tests start, the Debian packages that carry it, and what it is for.
struct Need {
    programs: &'static [&'static str],
    /// A Python module that must be importable too; Debian packs it apart from the interpreter.
    module: Option<&'static str>,
    packages: &'static [&'static str],
    purpose: &'static str,
}

const NEEDS: [Need; 6] = [
    Need {
        programs: &["initdb"],
        module: None,
        packages: &["postgresql"],
        purpose: "the store on PostgreSQL is tested against a private server",
    },
    Need {
        programs: &["chromium", "chromium-browser", "google-chrome"],
        module: None,
        packages: &["chromium"],
        purpose: "the console is tested in a real browser",
    },
    Need {
        programs: &["chromedriver"],
        module: None,
        packages: &["chromium-driver"],
        purpose: "the tests steer the browser through its driver",
    },
    Need {
        programs: &["softhsm2-util"],
        module: None,
        packages: &["softhsm2"],
        purpose: "a root key in a hardware module is tested against a software one",
    },
    Need {
        programs: &["openssl"],
        module: None,
        packages: &["openssl"],
        purpose: "time-stamps are checked against those of another program",
    },
    Need {
        programs: &["python3"],
        module: Some("ensurepip"),
        packages: &["python3", "python3-venv"],
        purpose: "the HTTP API is fuzzed with schemathesis",
    },
];

/// Finds every needed program, installing what is missing when that is possible.
pub(crate) fn ensure() -> anyhow::Result<()> {
    // Without it only our own library opens what it has encrypted.
    wish_for(&["age"], &["age"]);
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("   missing: {} ({})", need.packages.join(", "), need.purpose);
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    if !is_root() || find("apt-get").is_none() {
        bail!("install what is missing, for example: sudo apt-get install {}", packages.join(" "));
    }
    let quiet = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"];
    show(program("env", &quiet).arg("update"))?;
    show(program("env", &quiet).args(["install", "--no-install-recommends"]).args(&packages))?;
    let still: Vec<&str> = self::missing().iter().flat_map(|need| need.programs).copied().collect();
    if !still.is_empty() {
        bail!("installed {}, but `{}` is still not found", packages.join(" "), still.join("`, `"));
    }
    Ok(())
}

/// Installs packages without which some trials are left out, as root and where Debian's archive can be reached. What stays missing
/// is said by the trial that lacks it.
pub(crate) fn wish_for(programs: &[&str], packages: &[&str]) {
    if programs.iter().all(|name| find(name).is_some()) || !is_root() || find("apt-get").is_none() {
        return;
    }
    let quiet = ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"];
    let updated = show(program("env", &quiet).arg("update"));
    let installed = updated.and_then(|()| {
        show(program("env", &quiet).args(["install", "--no-install-recommends"]).args(packages))
    });
    if let Err(error) = installed {
        println!("   could not be installed: {error:#}");
    }
}

fn missing() -> Vec<&'static Need> {
    NEEDS.iter().filter(|need| !need.is_met()).collect()
}

impl Need {
    fn is_met(&self) -> bool {
        let found = self.programs.iter().any(|name| find(name).is_some());
        let imports =
            |module: &str| read(&mut program("python3", &["-c", &format!("import {module}")])).is_ok();
        found && self.module.is_none_or(imports)
    }
}

/// Where `name` is: on the search path, or among PostgreSQL's server programs, which Debian keeps off it.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "finding a program means reading the search path")]
    let path = std::env::var("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    let administration = ["/usr/sbin".into(), "/sbin".into()];
    on_path
        .into_iter()
        .chain(administration)
        .chain(postgres_folders())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn postgres_folders() -> Vec<PathBuf> {
    let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") else { return Vec::new() };
    let mut folders: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders
}

fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|metadata| metadata.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_on_the_search_path_only_when_they_exist() {
        assert!(find("cargo").is_some());
        assert!(find("no-such-program").is_none());
    }
}
