//! Which format a file is in, by its first bytes and its name, and the reading of a set of files as one list.
//!
//! Content decides where it is unmistakable (XML roots, header rows, JSON fields); the name decides between the headerless OFAC files. Files may be
//! zstd-compressed, or a set of them one ZIP file; what comes out of one is bounded, in all and for each byte that went in.

use crate::archive;
use crate::bounded::{Counted, Over, Unpacked, failed, within_ratio};
use crate::limits::UNPACKED_BYTES_MAX;
use crate::parts::Part;
use crate::snapshot::{Reading, Snapshot};
use crate::{
    ListsError, OfacFiles, OfacList, bis, pack, read_bis_dpl, read_csl_csv, read_csl_json, read_eu_xml,
    read_ftm, read_ofac, read_ofac_advanced_xml, read_ofac_xml, read_senzing, read_uk_csv, read_uk_xml,
    read_un_xml,
};
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Seek};
use std::path::Path;
use tenantry_model::time::Date;

/// A format of a watchlist file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Main file of an OFAC list as legacy CSV.
    OfacPrimary(OfacList),
    /// Addresses of an OFAC list as legacy CSV.
    OfacAddresses(OfacList),
    /// Aliases of an OFAC list as legacy CSV.
    OfacAliases(OfacList),
    /// Continued remarks of an OFAC list as legacy CSV.
    OfacComments(OfacList),
    /// OFAC's `SDN.XML` or `CONSOLIDATED.XML`.
    OfacXml(OfacList),
    /// OFAC's `SDN_ADVANCED.XML` or `CONS_ADVANCED.XML`.
    OfacAdvancedXml(OfacList),
    /// Consolidated Screening List as CSV.
    CslCsv,
    /// Consolidated Screening List as JSON.
    CslJson,
    /// Denied Persons List as text.
    BisDpl,
    /// UN Security Council consolidated list as XML.
    UnXml,
    /// EU financial sanctions as FSF XML 1.1.
    EuXml,
    /// UK Sanctions List as XML.
    UkXml,
    /// UK Sanctions List as CSV.
    UkCsv,
    /// FollowTheMoney JSON lines.
    Ftm,
    /// A FollowTheMoney delta: no list, but what changed in one.
    FtmDelta,
    /// Senzing JSON lines.
    Senzing,
    /// A packed snapshot of this program.
    Packed,
}

/// Bytes of a file that are looked at to tell its format.
const HEAD_BYTES: usize = 8 << 10;
/// How a zstd-compressed file begins.
const ZSTD_MAGIC: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

/// The format of a file by its name and its first bytes (8 KiB are enough).
pub fn detect(name: &str, head: &[u8]) -> Option<Format> {
    let lower = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let list = if lower.contains("cons") { OfacList::NonSdn } else { OfacList::Sdn };
    if head.starts_with(b"TENANTRY") {
        return Some(Format::Packed);
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.starts_with('<') {
        return match root_element(text)? {
            "CONSOLIDATED_LIST" => Some(Format::UnXml),
            "sdnList" => Some(Format::OfacXml(list)),
            "Sanctions" => Some(Format::OfacAdvancedXml(list)),
            "Designations" => Some(Format::UkXml),
            "export" => Some(Format::EuXml),
            _ => None,
        };
    }
    if text.starts_with('{') {
        return json_format(text);
    }
    let first = text.lines().next().unwrap_or_default();
    if first.contains("_id") && first.contains("source") && first.contains("federal_register_notice") {
        return Some(Format::CslCsv);
    }
    if text.lines().take(3).any(|line| line.contains("Unique ID") && line.contains("OFSI Group ID")) {
        return Some(Format::UkCsv);
    }
    // With another separator it is refused by its reader, which says so.
    let is_dpl = |separator| first.split(separator).map(|cell: &str| cell.trim_matches('"')).eq(bis::HEADER);
    if ['\t', ',', ';', '|'].into_iter().any(is_dpl) {
        return Some(Format::BisDpl);
    }
    ofac_csv(&lower, list, first)
}

/// The name of the first element, without its prefix. Elements within are not looked at: they have names of other lists' roots.
fn root_element(text: &str) -> Option<&str> {
    let mut rest = text;
    let tag = loop {
        let (_, tag) = rest.split_once('<')?;
        // A comment may hold anything, other elements included.
        rest = if tag.starts_with("!--") { tag.split_once("-->")?.1 } else { tag };
        if !tag.starts_with(['?', '!', '/']) {
            break tag;
        }
    };
    let name = tag.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next()?;
    name.rsplit(':').next().filter(|name| !name.is_empty())
}

fn json_format(text: &str) -> Option<Format> {
    let first = text.lines().next().unwrap_or_default();
    if first.contains("\"op\"") && first.contains("\"entity\"") {
        return Some(Format::FtmDelta);
    }
    if first.contains("\"schema\"") && first.contains("\"properties\"") {
        return Some(Format::Ftm);
    }
    if first.contains("\"RECORD_ID\"") {
        return Some(Format::Senzing);
    }
    text.contains("\"results\"").then_some(Format::CslJson)
}

/// These files have no header row, so the first row must begin with a number and the name must say the rest.
fn ofac_csv(name: &str, list: OfacList, first: &str) -> Option<Format> {
    let numbered = first
        .split(',')
        .next()
        .is_some_and(|cell| !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit()));
    if !numbered || !name.contains(".csv") {
        return None;
    }
    [
        ("comments", Format::OfacComments(list)),
        ("add", Format::OfacAddresses(list)),
        ("alt", Format::OfacAliases(list)),
        ("prim", Format::OfacPrimary(list)),
        ("sdn", Format::OfacPrimary(list)),
    ]
    .into_iter()
    .find_map(|(part, format)| name.contains(part).then_some(format))
}

/// Reads files that make one list: a single file of any format, or the files of an OFAC list as legacy CSV, which are refused without
/// their aliases or addresses; one ZIP file stands for the files in it. `list` is the code for formats that carry none (FollowTheMoney, Senzing); without it the name of
/// the file is used.
pub fn read_files(
    paths: &[&Path],
    list: Option<&str>,
    published_on: Option<Date>,
) -> Result<Reading, ListsError> {
    read_files_without(paths, list, published_on, &[])
}

/// Reads files as [`read_files`] does, and takes an OFAC list without its file of aliases or of addresses when `without` names
/// what is missing.
pub fn read_files_without(
    paths: &[&Path],
    list: Option<&str>,
    published_on: Option<Date>,
    without: &[Part],
) -> Result<Reading, ListsError> {
    let mut files = Vec::new();
    for path in paths {
        let name = name_of(path);
        let file = File::open(path).map_err(|source| ListsError::Read { file: name.clone(), source })?;
        files.push((name, file));
    }
    read_inputs(files, list, published_on, without)
}

/// Reads files that are open, or in memory, each with its name, as [`read_files_without`] does.
pub fn read_inputs<R: Read + Seek + 'static>(
    given: Vec<(String, R)>,
    list: Option<&str>,
    published_on: Option<Date>,
    without: &[Part],
) -> Result<Reading, ListsError> {
    let mut files = Vec::new();
    let mut inputs = Vec::new();
    for (name, input) in given {
        open(name, input, &mut inputs)?;
    }
    for (name, mut input) in inputs {
        let head = input.fill_buf().map_err(|source| failed(&name, source))?;
        let format = detect(&name, head.get(..HEAD_BYTES).unwrap_or(head))
            .ok_or_else(|| ListsError::Unknown { file: name.clone() })?;
        files.push((format, name, input));
    }
    if files.len() == 1
        && let Some((format, name, input)) = files.pop()
    {
        return match format {
            Format::OfacPrimary(_) => read_ofac_set(vec![(format, name, input)], published_on, without),
            _ => read_one(format, &name, input, list, published_on),
        };
    }
    read_ofac_set(files, published_on, without)
}

type Input = BufReader<Box<dyn Read>>;

/// Opens a file, or every file of an archive.
fn open(
    name: String,
    mut input: impl Read + Seek + 'static,
    inputs: &mut Vec<(String, Input)>,
) -> Result<(), ListsError> {
    let failed = |source| ListsError::Read { file: name.clone(), source };
    let mut magic = Vec::new();
    input.by_ref().take(archive::MAGIC.len() as u64).read_to_end(&mut magic).map_err(failed)?;
    input.rewind().map_err(failed)?;
    if magic == archive::MAGIC {
        let members = archive::members(&name, input)?;
        if members.is_empty() {
            return Err(ListsError::FileSet { why: format!("`{name}` holds no file") });
        }
        inputs.extend(members.into_iter().map(|(name, bytes)| (name, buffered(Cursor::new(bytes)))));
        return Ok(());
    }
    let (input, read) = Counted::new(input);
    let input = if magic == ZSTD_MAGIC {
        // What is read ahead counts as packed, so it is little.
        let input = BufReader::with_capacity(HEAD_BYTES, input);
        buffered(Unpacked::new(zstd::stream::read::Decoder::with_buffer(input).map_err(failed)?, read))
    } else {
        buffered(input)
    };
    inputs.push((name, input));
    Ok(())
}

fn buffered(input: impl Read + 'static) -> Input {
    BufReader::with_capacity(HEAD_BYTES, Box::new(input))
}

fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn read_one(
    format: Format,
    name: &str,
    input: Input,
    list: Option<&str>,
    published_on: Option<Date>,
) -> Result<Reading, ListsError> {
    let stem = name.split('.').next().unwrap_or(name);
    let code = list.unwrap_or(stem);
    match format {
        Format::OfacXml(list) => read_ofac_xml(list, input),
        Format::OfacAdvancedXml(list) => read_ofac_advanced_xml(list, input),
        Format::CslCsv => read_csl_csv(input, published_on),
        Format::CslJson => read_csl_json(input, published_on),
        Format::BisDpl => read_bis_dpl(input, published_on),
        Format::UnXml => read_un_xml(input),
        Format::EuXml => read_eu_xml(input),
        Format::UkXml => read_uk_xml(input),
        Format::UkCsv => read_uk_csv(input, published_on),
        Format::Ftm => read_ftm(code, code, published_on, input),
        Format::Senzing => read_senzing(code, code, published_on, input),
        Format::FtmDelta => Err(ListsError::Delta {
            why: "a delta is no list but what changed in one: send the whole file, or apply it to the version in force with \
                  `tenantry lists import FILE --code LIST`",
        }),
        Format::Packed => read_packed(name, input),
        Format::OfacPrimary(_)
        | Format::OfacAddresses(_)
        | Format::OfacAliases(_)
        | Format::OfacComments(_) => Err(ListsError::FileSet {
            why: format!("`{name}` belongs to an OFAC list whose main file was not given"),
        }),
    }
}

fn read_packed(name: &str, input: Input) -> Result<Reading, ListsError> {
    let too_large = |over: Over| ListsError::TooLarge { what: over.what, limit: over.limit };
    let mut bytes = Vec::new();
    input.take(UNPACKED_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|source| failed(name, source))?;
    // Within itself it is compressed as well. What this program packs for its own store is not bound by this.
    within_ratio(bytes.len() as u64, pack::body_bytes(&bytes)).map_err(too_large)?;
    let snapshot = Snapshot::unpack(&bytes)?;
    let records = snapshot.header().entities;
    Ok(Reading { snapshot, notices: Vec::new(), records, set_aside: 0 })
}

fn read_ofac_set(
    files: Vec<(Format, String, Input)>,
    published_on: Option<Date>,
    without: &[Part],
) -> Result<Reading, ListsError> {
    let wrong = |why: String| ListsError::FileSet { why };
    let (mut primary, mut addresses, mut aliases, mut comments) = (None, None, None, None);
    let mut lists = Vec::new();
    for (format, name, input) in files {
        let (slot, list) = match format {
            Format::OfacPrimary(list) => (&mut primary, list),
            Format::OfacAddresses(list) => (&mut addresses, list),
            Format::OfacAliases(list) => (&mut aliases, list),
            Format::OfacComments(list) => (&mut comments, list),
            _ => return Err(wrong(format!("`{name}` is a list of its own; import it alone"))),
        };
        lists.push((list, format));
        if slot.replace(input).is_some() {
            return Err(wrong(format!("`{name}` is the second file of its kind")));
        }
    }
    // `add.csv` does not say which list it is of: the main file does.
    let list =
        lists.iter().find(|(_, format)| matches!(format, Format::OfacPrimary(_))).map(|(list, _)| *list);
    let (Some(list), Some(primary)) = (list, primary) else {
        return Err(wrong("the main file (`sdn.csv` or `cons_prim.csv`) is missing".to_owned()));
    };
    let [_, addresses_file, aliases_file, _] = list.facts().2;
    let missing: Vec<String> = [
        (Part::Aliases, aliases_file, aliases.is_none()),
        (Part::Addresses, addresses_file, addresses.is_none()),
    ]
    .into_iter()
    .filter(|(part, _, missing)| *missing && !without.contains(part))
    .map(|(part, file, _)| format!("`{file}` ({part})"))
    .collect();
    if !missing.is_empty() {
        return Err(ListsError::Incomplete { missing: missing.join(" and ") });
    }
    read_ofac(OfacFiles { list, primary, addresses, aliases, comments, published_on })
}
