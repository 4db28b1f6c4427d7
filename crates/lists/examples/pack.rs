//! Packs the files of an OFAC list: `pack OUT DATE SDN ADD ALT COMMENTS` (files may end in `.zst`).
//!
//! This is how `data/ofac-sdn-2023-12-28.tnl` was made from the public-domain files of that day.

use std::fs::File;
use std::io::{BufReader, Read};
use tenantry_lists::{OfacFiles, OfacList, acceptable, read_ofac};

#[expect(clippy::print_stdout, reason = "an example prints what it did")]
fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, date, sdn, add, alt, comments] = arguments.as_slice() else {
        anyhow::bail!("usage: pack OUT DATE SDN ADD ALT COMMENTS");
    };
    let reading = read_ofac(OfacFiles {
        list: OfacList::Sdn,
        primary: open(sdn)?,
        addresses: Some(open(add)?),
        aliases: Some(open(alt)?),
        comments: Some(open(comments)?),
        published_on: Some(date.parse()?),
    })?;
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

fn open(path: &str) -> anyhow::Result<Box<dyn Read>> {
    let file = BufReader::new(File::open(path)?);
    Ok(if path.ends_with(".zst") {
        Box::new(zstd::stream::read::Decoder::new(file)?)
    } else {
        Box::new(file)
    })
}
