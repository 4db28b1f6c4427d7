//! The source of the verifier in each package is that of this tree, and what is said of the build is so. That these files make the
//! bytes in the page is shown by `cargo xtask wasm --check`, which builds from them.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tenantry_verifier::layout;

use crate::sample::sample;
use crate::tamper::unzip;

/// The files of a tar by their path, read by the few rules that one without links, long names or dates needs.
fn untar(packed: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut tar = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut tar).unwrap();
    let (mut files, mut rest) = (BTreeMap::new(), &tar[..]);
    while rest[0] != 0 {
        let text = |from: usize, to: usize| {
            let field = rest[from..to].split(|byte| *byte == 0).next().unwrap();
            std::str::from_utf8(field).unwrap().trim().to_owned()
        };
        let size = usize::from_str_radix(&text(124, 136), 8).unwrap();
        let sum: u32 = rest[..512]
            .iter()
            .enumerate()
            .map(|(at, byte)| u32::from(if (148..156).contains(&at) { b' ' } else { *byte }))
            .sum();
        assert_eq!(u32::from_str_radix(&text(148, 156), 8).unwrap(), sum, "checksum of {}", text(0, 100));
        files.insert(text(0, 100), rest[512..512 + size].to_vec());
        rest = &rest[512 + size.next_multiple_of(512)..];
    }
    assert_eq!(rest, [0; 1024], "two empty blocks end it");
    files
}

fn tree(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { tree(&path, files) } else { files.push(path) }
    }
}

#[test]
fn the_source_in_a_package_is_the_tree_it_was_built_from() {
    let package = unzip(&sample());
    let packed = &package[&format!("bag/{}", layout::VERIFIER_SOURCE)];
    let mut files = untar(packed);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for name in ["verifier-wasm", "verifier", "timestamp", "ledger"] {
        let mut sources = Vec::new();
        tree(&root.join(format!("crates/{name}/src")), &mut sources);
        for path in sources {
            let name = format!("verifier-source/{}", path.strip_prefix(&root).unwrap().display());
            let packed = files.remove(&name).unwrap_or_else(|| panic!("{name} is missing"));
            assert_eq!(packed, std::fs::read(&path).unwrap(), "{name}");
        }
        let manifest = files.remove(&format!("verifier-source/crates/{name}/Cargo.toml")).unwrap();
        let manifest = String::from_utf8(manifest).unwrap();
        assert!(manifest.contains("[dependencies]") && !manifest.contains("dev-dependencies"), "{manifest}");
    }
    let rest: Vec<&str> = files.keys().map(|path| path.trim_start_matches("verifier-source/")).collect();
    assert_eq!(rest, ["Cargo.lock", "Cargo.toml", "LICENSE"], "and nothing else");
    let lock = String::from_utf8(files.remove("verifier-source/Cargo.lock").unwrap()).unwrap();
    let whole = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
    for pinned in lock.lines().filter(|line| line.starts_with("checksum = ")) {
        assert!(whole.contains(pinned), "{pinned} is another version than the workspace's");
    }
}

#[test]
fn the_build_that_is_named_is_the_one_in_the_page() {
    let package = unzip(&sample());
    let text = |path: &str| String::from_utf8(package[&format!("bag/{path}")].clone()).unwrap();
    let (build, page) = (text(layout::BUILD), text(layout::VERIFY_HTML));
    let code = page.split("application/wasm-base64\">").nth(1).unwrap().split('<').next().unwrap();
    let wasm = STANDARD.decode(code).unwrap();
    assert!(wasm.starts_with(b"\0asm"));
    for bytes in [
        &wasm,
        &package[&format!("bag/{}", layout::VERIFIER_SOURCE)],
        &package[&format!("bag/{}", layout::VERIFY_PY)],
    ] {
        assert!(build.contains(&layout::hex(&Sha256::digest(bytes))), "{build}");
    }
    assert!(
        build.contains(concat!("tenantry ", env!("CARGO_PKG_VERSION"), "\n")) && !build.contains('@'),
        "{build}"
    );
}
