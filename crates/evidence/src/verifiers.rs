//! The ways to check a package that every package carries.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Instructions in plain words.
pub(crate) const README: &str = include_str!("../verify/README.txt");
/// The independent verifier.
pub(crate) const PYTHON: &str = include_str!("../verify/verify.py");
/// The crate `verifier` for a browser, made by `cargo xtask wasm` and committed; its hash is in `verifier.wasm.txt`.
const WASM: &[u8] = include_bytes!("../verify/verifier.wasm");
const PAGE: &str = include_str!("../verify/verify.html");
const PLACE_OF_WASM: &str = "@VERIFIER_WASM_BASE64@";

/// The page with the verifier inside: one file, so that it works from a disk and needs no network.
pub(crate) static HTML: LazyLock<String> =
    LazyLock::new(|| PAGE.replace(PLACE_OF_WASM, &STANDARD.encode(WASM)));
