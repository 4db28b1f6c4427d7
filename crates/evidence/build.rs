//! Packs the source of the verifier for the packages that carry it: a tar (ustar) without dates or owners, compressed. The same
//! files make the same bytes.

mod verifier_source;

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write as _};
use std::path::Path;

/// Folder of the files in the archive.
const FOLDER: &str = "verifier-source/";
const BLOCK_BYTES: usize = 512;

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = verifier_source::files(&root)?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    for (path, bytes) in &files {
        packed.write_all(&header(&format!("{FOLDER}{path}"), bytes.len())?)?;
        packed.write_all(bytes)?;
        packed.write_all(&vec![0; bytes.len().next_multiple_of(BLOCK_BYTES) - bytes.len()])?;
    }
    packed.write_all(&[0; 2 * BLOCK_BYTES])?;
    let out = std::env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    std::fs::write(Path::new(&out).join("verifier-source.tar.gz"), packed.finish()?)?;
    for path in
        ["build.rs", "verifier_source.rs", "verify/verifier.lock", "../../Cargo.toml", "../../LICENSE"]
    {
        println!("cargo::rerun-if-changed={path}");
    }
    for name in verifier_source::CRATES {
        println!("cargo::rerun-if-changed=../{name}");
    }
    Ok(())
}

/// The header of a regular file that anybody may read (POSIX.1-1988 ustar).
fn header(path: &str, size: usize) -> io::Result<[u8; BLOCK_BYTES]> {
    let mut header = [0; BLOCK_BYTES];
    let fields: [(usize, String); 8] = [
        (0, path.to_owned()),
        (100, "0000644\0".to_owned()),
        (108, "0000000\0".to_owned()),
        (116, "0000000\0".to_owned()),
        (124, format!("{size:011o}\0")),
        (136, "00000000000\0".to_owned()),
        (148, "        0".to_owned()),
        (257, "ustar\x0000".to_owned()),
    ];
    if path.len() >= 100 {
        return Err(io::Error::other(format!("the path `{path}` is too long")));
    }
    for (at, text) in fields {
        for (slot, byte) in header.iter_mut().skip(at).zip(text.bytes()) {
            *slot = byte;
        }
    }
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    for (slot, byte) in header.iter_mut().skip(148).zip(format!("{sum:06o}\0 ").bytes()) {
        *slot = byte;
    }
    Ok(header)
}
