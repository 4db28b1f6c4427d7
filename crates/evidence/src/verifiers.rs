//! The ways to check a package that every package carries, and what it takes to make the one in the page again.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use tenantry_verifier::layout::hex;

/// Instructions in plain words.
pub(crate) const README: &str = include_str!("../verify/README.txt");
/// The independent verifier.
pub(crate) const PYTHON: &str = include_str!("../verify/verify.py");
/// The source of the verifier in the page. `build.rs` packs it from the tree, so it cannot be that of another day.
pub(crate) const SOURCE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/verifier-source.tar.gz"));
/// The crate `verifier` for a browser, made by `cargo xtask wasm` and committed; its hash is in `verifier.wasm.txt`.
const WASM: &[u8] = include_bytes!("../verify/verifier.wasm");
const WASM_TEXT: &str = include_str!("../verify/verifier.wasm.txt");
const PAGE: &str = include_str!("../verify/verify.html");
const PLACE_OF_WASM: &str = "@VERIFIER_WASM_BASE64@";
const BUILD_TEXT: &str = include_str!("../verify/BUILD.txt");

/// The page with the verifier inside: one file, so that it works from a disk and needs no network.
pub(crate) static HTML: LazyLock<String> =
    LazyLock::new(|| PAGE.replace(PLACE_OF_WASM, &STANDARD.encode(WASM)));

/// Which build is in the page, and how to make it again and compare.
pub(crate) static BUILD: LazyLock<String> = LazyLock::new(|| {
    let compiler = WASM_TEXT.lines().find_map(|line| line.strip_prefix("compiler  ")).unwrap_or_default();
    let release = compiler.split(' ').nth(1).unwrap_or_default();
    [
        ("@VERSION@", env!("CARGO_PKG_VERSION")),
        ("@WASM_SHA256@", &hex(&Sha256::digest(WASM))),
        ("@SOURCE_SHA256@", &hex(&Sha256::digest(SOURCE))),
        ("@PYTHON_SHA256@", &hex(&Sha256::digest(PYTHON))),
        ("@COMPILER@", compiler),
        ("@RELEASE@", release),
    ]
    .iter()
    .fold(BUILD_TEXT.to_owned(), |text, (place, value)| text.replace(place, value))
});
