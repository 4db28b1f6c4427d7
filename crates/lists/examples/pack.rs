//! Packs the files of one list: `pack OUT DATE FILE...` (files may be zstd-compressed).
//!
//! This is how `data/ofac-sdn-2023-12-28.tnl` was made from the public-domain files of that day.

use std::path::Path;
use tenantry_lists::{acceptable, read_files};

#[expect(clippy::print_stdout, reason = "an example prints what it did")]
fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, date, files @ ..] = arguments.as_slice() else { anyhow::bail!("usage: pack OUT DATE FILE...") };
    let files: Vec<&Path> = files.iter().map(Path::new).collect();
    let reading = read_files(&files, None, Some(date.parse()?))?;
    for notice in &reading.notices {
        println!("{} line {}: {}", notice.file, notice.line, notice.why);
    }
    acceptable(None, &reading)?;
    let packed = reading.snapshot.pack();
    std::fs::write(out, &packed)?;
    let header = reading.snapshot.header();
    println!(
        "{} entries, {} records, {} bytes, digest {}",
        header.entities,
        reading.records,
        packed.len(),
        header.digest
    );
    Ok(())
}
