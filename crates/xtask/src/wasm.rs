//! The verifier for a browser: built here, committed, and compared again in CI.
//!
//! It is built from the very files that packages carry as its source, so this also shows that those make these bytes.
//!
//! Whoever builds Tenantry needs no second target for it, and whoever doubts the committed bytes builds them again: with
//! the compiler named in `verifier.wasm.txt` they come out the same, wherever the checkout and the home folder are.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

use crate::run::{program, read, root, show};

#[path = "../../evidence/verifier_source.rs"]
mod verifier_source;

const TARGET: &str = "wasm32-unknown-unknown";
const PACKAGE: &str = "tenantry-verifier-wasm";
const COMMITTED: &str = "crates/evidence/verify/verifier.wasm";
const ABOUT: &str = "crates/evidence/verify/verifier.wasm.txt";

/// What to do with the bytes that were built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Put them where packages take them from.
    Commit,
    /// Compare them with those.
    Compare,
}

pub(crate) fn wasm(what: Use) -> anyhow::Result<()> {
    let compiler = read(&mut program("rustc", &["--version"]))?.trim().to_owned();
    if what == Use::Compare && !can_compare(&compiler)? {
        return Ok(());
    }
    let bytes = fs::read(build(what)?)?;
    let hash = hex(&Sha256::digest(&bytes));
    println!("   {} bytes, SHA-256 {hash}, {compiler}", bytes.len());
    let about = format!(
        "SHA-256   {hash}\ncompiler  {compiler}\nmade by   cargo xtask wasm\nchecked   cargo xtask wasm --check\n"
    );
    if what == Use::Commit {
        fs::write(root().join(COMMITTED), &bytes)?;
        fs::write(root().join(ABOUT), about)?;
        return Ok(());
    }
    if fs::read(root().join(COMMITTED))? != bytes {
        bail!("`{COMMITTED}` is not what its source makes: run `cargo xtask wasm` and commit both files");
    }
    Ok(())
}

/// Whether this machine can build the same bytes; says so loudly when not.
fn can_compare(compiler: &str) -> anyhow::Result<bool> {
    let library = read(&mut program("rustc", &["--print", "target-libdir", "--target", TARGET]))?;
    let about =
        fs::read_to_string(root().join(ABOUT)).context("the committed verifier has no description")?;
    let why = if !PathBuf::from(library.trim()).is_dir() {
        format!("the target {TARGET} is not installed (rustup target add {TARGET})")
    } else if !about.contains(compiler) {
        format!("the committed file was made by another compiler than {compiler}")
    } else {
        return Ok(true);
    };
    println!("\n   !!! THE VERIFIER FOR A BROWSER IS NOT COMPARED WITH ITS SOURCE: {why}\n");
    Ok(false)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Writes the files that packages carry as the verifier's source into a folder of their own. Its lock file is that of the
/// workspace without what nothing there needs, and has to be the committed one.
fn source(what: Use) -> anyhow::Result<PathBuf> {
    let folder = root().join("target/wasm/source");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (path, bytes) in verifier_source::files(&root())? {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        fs::write(path, bytes)?;
    }
    let lock = folder.join("Cargo.lock");
    fs::copy(root().join("Cargo.lock"), &lock)?;
    show(program("cargo", &["update", "--quiet", "--workspace", "--offline"]).current_dir(&folder))?;
    let (committed, lock) = (root().join(verifier_source::LOCK), fs::read(lock)?);
    match what {
        Use::Commit => fs::write(committed, lock)?,
        Use::Compare if fs::read(committed)? != lock => {
            bail!("`{}` is not what `Cargo.lock` makes: run `cargo xtask wasm`", verifier_source::LOCK)
        }
        Use::Compare => {}
    }
    Ok(folder)
}

/// Builds from the files that packages carry as the verifier's source, and from no others.
fn build(what: Use) -> anyhow::Result<PathBuf> {
    let folder = root().join("target/wasm");
    let source = source(what)?;
    // Paths of this machine stay out of the bytes.
    let home = read(&mut program("rustc", &["--print", "sysroot"]))?;
    let registry = registry()?;
    let flags = [
        format!("--remap-path-prefix={}=", source.display()),
        format!("--remap-path-prefix={}=registry", registry.display()),
        format!("--remap-path-prefix={}=rust", home.trim()),
    ];
    let words = ["build", "--locked", "--profile", "wasm", "--target", TARGET, "--package", PACKAGE];
    show(
        program("cargo", &words)
            .current_dir(&source)
            .env("CARGO_TARGET_DIR", &folder)
            // The features of this package alone, whatever else is built with it elsewhere.
            .env_remove("CARGO_RESOLVER_FEATURE_UNIFICATION")
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}")),
    )?;
    Ok(folder.join(TARGET).join("wasm").join("tenantry_verifier_wasm.wasm"))
}

/// The folder in which cargo keeps the sources of dependencies.
fn registry() -> anyhow::Result<PathBuf> {
    let own = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let usual = || std::env::home_dir().map(|home| home.join(".cargo"));
    let home = own.or_else(usual).context("cargo's home folder is not known")?;
    Ok(home.join("registry/src"))
}
